import type { TSchema, Static } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type {
  ChannelKind,
  ChannelRequest,
  Given,
} from "../../../src/alerts/channels/channel.ts";
import type { Notice } from "../../../src/alerts/notice.ts";
import { MOMENT } from "./notices.ts";

export function httpRequest(
  kind: ChannelKind,
  settings: Given,
  notice: Notice,
  moment = MOMENT,
): Extract<ChannelRequest, { via: "http" }> {
  const request = kind.request(notice, settings, moment);
  if (request.via !== "http") throw new Error("not an HTTP request");
  return request;
}

/** A body as its schema describes it. Throws what doesn't match, and where. */
export function bodyAs<T extends TSchema>(schema: T, body: string): Static<T> {
  const json: unknown = JSON.parse(body);
  const [first] = Value.Errors(schema, json);
  if (first)
    throw new Error(
      `${first.path}: ${first.message}, not ${JSON.stringify(first.value)}`,
    );
  return Value.Decode(schema, json);
}

/** The same text with what a service doesn't show left out. */
export function visible(text: string): string {
  return text.replaceAll("\u200b", "");
}
