import { expect, test } from "bun:test";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { get } from "../pages/page-client.ts";
import { until } from "../support/until.ts";
import { startServer } from "../support/start-server.ts";
import { ACCOUNT_SID, AUTH_TOKEN } from "../support/twilio-client.ts";
import { AT } from "./sample-refusals.ts";

const PUBLIC_URL = "https://sms.example.com";
const signedUrl = PUBLIC_URL + WEBHOOK_PATHS.sms;
/** The signed data had a query that can no longer be determined. */
const QUERY_LOST = { signedUrl: `${signedUrl}?campaign=spring&order=4711` };
const OTHER_TOKEN = "c0ffee".repeat(6).slice(0, 32);
const OTHER_ACCOUNT = `AC${"b".repeat(32)}`;
const TOKEN_IS_ANOTHER =
  "It names one of your accounts, so the auth token has probably changed.";

type Server = Awaited<ReturnType<typeof startServer>>;

async function pageOf(server: Server, id: number): Promise<string> {
  let text = "";
  await until(async () => {
    const page = await get(`${server.origin}/refusals/${id}`);
    expect(page.status).toBe(200);
    text = page.text;
  });
  return text;
}

test("once other callbacks of the account have been verified, the proxy is to blame, not the token", async () => {
  await using server = await startServer({ PUBLIC_URL });
  expect((await server.twilio.post({}, { signedUrl })).status).toBe(200);
  expect((await server.twilio.post({}, QUERY_LOST)).status).toBe(403);
  const before = await pageOf(server, 1);
  expect(before).toContain(
    "Other callbacks of its account were verified in the day before, so",
  );
  expect(before).toContain("It arrived without a query");
  expect(before).not.toContain(TOKEN_IS_ANOTHER);
  // In case they were tests, or the token has been changed.
  expect(before).toContain(
    "If only your own tests were verified, or nothing has been verified",
  );
  expect(before).toContain(`TWILIO_WEBHOOK_AUTH_TOKEN=…,${ACCOUNT_SID}=…`);
  await server.twilio.post({}, { signedUrl });
  const since = await pageOf(server, 1);
  expect(since).toContain(
    "Other callbacks of its account have been verified since, so the auth",
  );
  const list = await get(`${server.origin}/refusals`);
  expect(list.text).toContain(
    "Other callbacks of its account have been verified since, so the auth",
  );
});

test("an old verification says nothing about the token", async () => {
  const clock = { now: AT };
  await using server = await startServer({ PUBLIC_URL }, () => clock.now);
  await server.twilio.post({}, { signedUrl });
  clock.now += 25 * 3_600_000;
  await server.twilio.post({}, { signedUrl, authToken: OTHER_TOKEN });
  expect(await pageOf(server, 1)).toContain(
    "It names one of your accounts, so the auth token has probably changed.",
  );
});

test("a verification for one account says nothing about another account's token", async () => {
  await using server = await startServer({
    PUBLIC_URL,
    TWILIO_WEBHOOK_AUTH_TOKEN: `${ACCOUNT_SID}=${AUTH_TOKEN},${OTHER_ACCOUNT}=${OTHER_TOKEN}`,
  });
  await server.twilio.post({}, { signedUrl });
  const authToken = "f".repeat(32);
  await server.twilio.post(
    { AccountSid: OTHER_ACCOUNT },
    { signedUrl, authToken },
  );
  const page = await pageOf(server, 1);
  expect(page).toContain(TOKEN_IS_ANOTHER);
  expect(page).toContain(`Twilio Console shows for ${OTHER_ACCOUNT}`);
});

test("a stranger's account with a callback verified since then is shown as yours", async () => {
  const env = { PUBLIC_URL };
  await using server = await startServer(env);
  await server.twilio.post({}, { signedUrl });
  const AccountSid = OTHER_ACCOUNT;
  await server.twilio.post({ AccountSid }, QUERY_LOST);
  expect(await pageOf(server, 1)).toContain(
    "It names an account that isn’t known as yours.",
  );
  await server.twilio.post({ AccountSid }, { signedUrl });
  expect(await pageOf(server, 1)).toContain("so the auth token is right");
});

test("refusals of one account and path stay separate if their advice differs, and are otherwise merged", async () => {
  await using server = await startServer({
    PUBLIC_URL,
    TWILIO_WEBHOOK_AUTH_TOKEN: `${ACCOUNT_SID}=${AUTH_TOKEN},${OTHER_ACCOUNT}=${OTHER_TOKEN}`,
  });
  const AccountSid = OTHER_ACCOUNT;
  const authToken = "f".repeat(32);
  const posts = [
    () => server.twilio.post({}, QUERY_LOST),
    () => server.twilio.post({}, { ...QUERY_LOST, query: "?x=1" }),
    () => server.twilio.post({ AccountSid }, { signedUrl, authToken }),
    () => server.twilio.post({}, QUERY_LOST),
  ];
  for (const post of posts) expect((await post()).status).toBe(403);
  await until(async () => {
    const rows = await server.store.refusals.list({ size: 9, since: 0 });
    expect(rows.map(({ times }) => times).toSorted((a, b) => a - b)).toEqual([
      1, 1, 2,
    ]);
  });
});

test("one account's token that signs for several others is reported for each", async () => {
  await using server = await startServer({
    PUBLIC_URL,
    TWILIO_WEBHOOK_AUTH_TOKEN: `${ACCOUNT_SID}=${AUTH_TOKEN}`,
  });
  const accounts = ["c", "d"].map((digit) => `AC${digit.repeat(32)}`);
  for (const AccountSid of accounts)
    await server.twilio.post({ AccountSid }, { signedUrl });
  await until(async () => {
    const { text } = await get(`${server.origin}/refusals`);
    for (const each of accounts)
      expect(text).toContain(`TWILIO_WEBHOOK_AUTH_TOKEN=${each}=…`);
  });
});
