import { afterAll, beforeAll, expect, test } from "bun:test";
import { get } from "../pages/page-client.ts";
import { until } from "../support/until.ts";
import { startServer } from "../support/start-server.ts";
import { ACCOUNT_SID, newMessageSid } from "../support/twilio-client.ts";

const MAIN = "a".repeat(32);
const ROTATED = "b".repeat(32);
const BOUND = "c".repeat(32);
const SUB_ACCOUNT = "AC0123456789abcdef0123456789abcdef";

let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startServer({
    TWILIO_WEBHOOK_AUTH_TOKEN: ` ${MAIN} ,${ROTATED}\n,${SUB_ACCOUNT}=${BOUND}`,
  });
});
afterAll(() => server[Symbol.asyncDispose]());

test.each([
  ["the first token, any account", 200, MAIN, ACCOUNT_SID],
  ["the first token, the sub-account", 200, MAIN, SUB_ACCOUNT],
  ["the token before a rotation", 200, ROTATED, ACCOUNT_SID],
  ["the sub-account's own token", 200, BOUND, SUB_ACCOUNT],
  ["the sub-account's token, another account", 403, BOUND, ACCOUNT_SID],
  ["an unknown token", 403, "d".repeat(32), ACCOUNT_SID],
  [
    "the setting as it was written",
    403,
    `${SUB_ACCOUNT}=${BOUND}`,
    SUB_ACCOUNT,
  ],
  ["no token", 403, "", ACCOUNT_SID],
])("%s: %d", async (_, status, authToken, AccountSid) => {
  const answer = await server.twilio.post({ AccountSid }, { authToken });
  expect(answer.status).toBe(status);
});

test("a bound token isn't tried for a callback without an account", async () => {
  const callback = { MessageSid: `SM${"0".repeat(32)}`, MessageStatus: "sent" };
  const bound = await server.twilio.postExactly(callback, { authToken: BOUND });
  expect(bound.status).toBe(403);
  const unbound = await server.twilio.postExactly(callback, {
    authToken: MAIN,
  });
  expect(unbound.status).toBe(200);
});

test("a sub-account's token can't change a message of another account", async () => {
  const failed = { MessageSid: newMessageSid(), MessageStatus: "failed" };
  const sent = { ...failed, MessageStatus: "sent" };
  await server.twilio.post(sent, { authToken: MAIN });
  const before = await server.store.timeline(failed.MessageSid);
  const refused = await server.twilio.post(
    { ...failed, AccountSid: SUB_ACCOUNT },
    { authToken: BOUND },
  );
  expect(refused.status).toBe(403);
  expect(await refused.json()).toEqual({
    success: false,
    error: "The message belongs to another account.",
  });
  expect(await server.store.timeline(failed.MessageSid)).toEqual(before);
  expect(await server.store.messageBySid(failed.MessageSid)).toMatchObject({
    accountSid: ACCOUNT_SID,
    status: "sent",
  });
  await until(async () => {
    const [refusal] = await server.store.refusals.list({ size: 1, since: 0 });
    expect(refusal).toMatchObject({ check: "account", isFixable: true });
    const page = await get(`${server.origin}/refusals/${refusal?.id}`);
    expect(page.text).toContain(
      "It’s signed with one of your tokens or keys, but names a different",
    );
    expect(page.text).toContain("AC…=…");
  });
});

test("with only a bound token, other accounts are refused without a reason", async () => {
  await using own = await startServer({
    TWILIO_WEBHOOK_AUTH_TOKEN: `${SUB_ACCOUNT}=${BOUND}`,
  });
  const refused = await own.twilio.post({}, { authToken: BOUND });
  expect(refused.status).toBe(403);
  expect(await refused.text()).not.toContain(BOUND);
  const taken = await own.twilio.post(
    { AccountSid: SUB_ACCOUNT },
    { authToken: BOUND },
  );
  expect(taken.status).toBe(200);
});
