import { expect } from "bun:test";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { FORM_TYPE, signatureOf } from "./raw-http.ts";

/** The documented limits. */
export const BODY_BYTES_MAX = 65_536;
export const PARAMS_MAX = 100;

/** Returns the smallest form that is a callback. */
export const leastForm = () =>
  `MessageSid=${newMessageSid()}&MessageStatus=sent`;

/** Returns a callback of exactly this many bytes. */
export function ofBytes(bytes: number): string {
  const start = `${leastForm()}&Body=`;
  return start + "x".repeat(bytes - start.length);
}

/** Returns a callback of exactly this many parameters. */
export function ofParams(count: number): string {
  const more = Array.from({ length: count - 2 }, (_, index) => `&p${index}=`);
  return leastForm() + more.join("");
}

export type Sent = {
  readonly method?: string;
  readonly contentType?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signed?: boolean;
};

/** Posts a valid form to the SMS route, except for the given options. */
export async function send(
  server: { readonly origin: string },
  {
    method = "POST",
    contentType = FORM_TYPE,
    body = leastForm(),
    signed = true,
  }: Sent = {},
): Promise<Response> {
  const url = server.origin + WEBHOOK_PATHS.sms;
  const headers = new Headers({ "content-type": contentType });
  if (signed) headers.set("x-twilio-signature", signatureOf(url, body));
  const hasBody = method !== "GET" && method !== "HEAD";
  return fetch(url, { method, headers, ...(hasBody && { body }) });
}

/** Expects a response with this status and the common shape of refusals. */
export async function expectRefusal(
  answer: Response,
  status: number,
): Promise<void> {
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toStartWith("application/json");
  expect(await answer.json()).toEqual({
    success: false,
    error: expect.stringMatching(/^[A-Z].+\.$/),
  });
}
