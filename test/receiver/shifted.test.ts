import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { startServer } from "../support/start-server.ts";
import { callbackParams, newMessageSid } from "../support/twilio-client.ts";
import { get } from "../pages/page-client.ts";
import { until } from "../support/until.ts";
import { FORM_TYPE, postRaw, signatureOf } from "./raw-http.ts";

let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const form = (params: Record<string, string>) =>
  new URLSearchParams(params).toString();

/** Posts a form with the signature of another one. */
const replay = (
  signature: string,
  query: string,
  params: Record<string, string>,
) =>
  fetch(server.origin + WEBHOOK_PATHS.sms + query, {
    method: "POST",
    headers: { "content-type": FORM_TYPE, "x-twilio-signature": signature },
    body: form(params),
  });

type Params = Record<string, string>;
const moved =
  (change: (params: Params) => Params, query?: (query: string) => string) =>
  (params: Params, asked: string): [Params, string] => [
    change({ ...params }),
    query?.(asked) ?? asked,
  ];
const without = (params: Params, ...names: string[]): Params =>
  Object.fromEntries(
    Object.entries(params).filter(([name]) => !names.includes(name)),
  );

/** Each keeps the signed text. */
const SHIFTS: Record<
  string,
  (params: Params, query: string) => [Params, string]
> = {
  "a name that loses all but its first letter": moved((params) => ({
    ...without(params, "ErrorCode"),
    E: `rrorCode${params["ErrorCode"]}`,
  })),
  "a name that gains a digit of its value": moved((params) => ({
    ...without(params, "ErrorCode"),
    ErrorCode3: "0003",
  })),
  "ErrorCode in ApiVersion": moved((params) => ({
    ...without(params, "ErrorCode"),
    ApiVersion: `${params["ApiVersion"]}ErrorCode30003`,
  })),
  "To in SmsStatus": moved((params) => ({
    ...without(params, "To"),
    SmsStatus: `${params["SmsStatus"]}To${params["To"]}`,
  })),
  "MessageSid in From": moved((params) => ({
    ...without(params, "MessageSid"),
    From: `${params["From"]}MessageSid${params["MessageSid"]}`,
  })),
  "From in ErrorCode": moved((params) => ({
    ...without(params, "From"),
    ErrorCode: `${params["ErrorCode"]}From${params["From"]}`,
  })),
  "AccountSid in a tag": moved(
    (params) => without(params, "AccountSid"),
    (query) => `${query}AccountSid${callbackParams({})["AccountSid"]}`,
  ),
  "digits of a tag in a name": moved(
    (params) => ({
      ...without(params, "AccountSid"),
      "11AccountSid": params["AccountSid"] ?? "",
    }),
    (query) => query.slice(0, -2),
  ),
  "letters of a tag in a separate name": moved(
    (params) => ({ ...params, A11: "" }),
    (query) => query.slice(0, -3),
  ),
};

describe("a captured signature over a shifted form gets 400, even before the genuine callback", () => {
  test.each(Object.entries(SHIFTS))("%s", async (_, shift) => {
    const MessageSid = newMessageSid();
    const params = callbackParams({
      MessageSid,
      MessageStatus: "undelivered",
      ErrorCode: "30003",
    });
    const query = "?order=47A11";
    const url = server.origin + WEBHOOK_PATHS.sms + query;
    const signature = signatureOf(url, form(params));
    const [shifted, asked] = shift(params, query);
    const refused = await replay(signature, asked, shifted);
    expect(refused.status).toBe(400);
    expect(await refused.text()).not.toMatch(/30003|4155550123|A11|47/);
    const taken = await replay(signature, query, params);
    expect(await taken.json()).toEqual({ success: true, processed: 1 });
    expect(await server.store.messageBySid(MessageSid)).toMatchObject({
      errorCode: 30003,
      to: params["To"],
      from: params["From"],
      tags: [["order", "47A11"]],
    });
  });
});

test("tags that the signature no longer covers, behind a thousand empty ones, get 400", async () => {
  const params = form(callbackParams({}));
  const target = `${WEBHOOK_PATHS.sms}?order=47`;
  const answer = await postRaw(server.origin, {
    target: `${target}${"&".repeat(1_000)}order=48`,
    signedUrl: server.origin + target,
    body: params,
  });
  expect(answer.status).toBe(400);
});

test("a shifted form is listed under refusals, with what it means", async () => {
  const params = callbackParams({});
  const url = server.origin + WEBHOOK_PATHS.sms;
  const { To = "", ...others } = params;
  const SmsStatus = `${params["SmsStatus"]}To${To}`;
  await replay(signatureOf(url, form(params)), "", { ...others, SmsStatus });
  await until(async () => {
    const found = await server.store.refusals.list({ size: 99, since: 0 });
    const refusal = found.find(({ error }) => error.includes(": SmsStatus"));
    expect(refusal?.isFixable).toBe(true);
    const page = await get(`${server.origin}/refusals/${refusal?.id}`);
    expect(page.text).toContain(
      "If not, someone captured a callback: check who can read your proxy’s",
    );
  });
});
