import { expect, test } from "bun:test";
import { dirname } from "node:path";
import { signedInAs, startWithPeople } from "../account/people.ts";
import { get } from "../pages/page-client.ts";
import { startServer } from "../support/start-server.ts";
import { ACCOUNT_SID, AUTH_TOKEN } from "../support/twilio-client.ts";

const OTHER_TOKEN = "fedcba9876543210fedcba9876543210";
const METRICS_TOKEN = "a-metrics-token-of-enough-characters";

/** Returns the text of a page, without its markup. */
const wordsOf = (html: string) =>
  html
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&amp;", "&")
    .replaceAll(/\s+/g, " ");

test("it shows what to paste into Twilio, and where each setting comes from", async () => {
  await using server = await startServer({
    PUBLIC_URL: "https://ops.example.com/sms",
    RETENTION_DAYS: "90",
    MASK_NUMBERS: "true",
  });
  const page = await get(`${server.origin}/sms/settings`);
  expect(page.status).toBe(200);
  const words = wordsOf(page.text);
  for (const channel of ["sms", "whatsapp"])
    expect(words).toContain(
      `https://ops.example.com/sms/api/rpc/webhooks/twilio/${channel}#rc=5&rp=all`,
    );
  expect(words).toContain("1 token for any account. TWILIO_WEBHOOK_AUTH_TOKEN");
  expect(words).toContain(
    "Shown masked, on pages and in exports. MASK_NUMBERS",
  );
  expect(words).toContain("90 days. Nothing has been deleted yet.");
  expect(words).toContain("Latest callback none yet");
  expect(words).toContain("No backups. BACKUP_FOLDER");
  expect(words).toContain("not set up : it needs SMTP_URL and MAIL_FROM .");
  expect(words).toContain("May reach public addresses only, over https.");
  expect(words).toMatch(/[\d.]+ GB of [\d.]+ [GT]B free/);
  expect(words).toContain("0.0.0-test");
  expect(page.text).toContain('data-copy="#sms-callback"');
  await server.twilio.post(
    {},
    {
      signedUrl: "https://ops.example.com/sms/api/rpc/webhooks/twilio/sms",
    },
  );
  expect(wordsOf((await get(`${server.origin}/settings`)).text)).toContain(
    "Latest callback just now",
  );
});

test("no secret is shown, not even in part", async () => {
  await using server = await startServer({
    TWILIO_WEBHOOK_AUTH_TOKEN: `${AUTH_TOKEN},${ACCOUNT_SID}=${OTHER_TOKEN}`,
    METRICS_TOKEN,
    SMTP_URL: `smtps://ana:${OTHER_TOKEN}@mail.example.com`,
    MAIL_FROM: "smsledger <alerts@example.com>",
    FORWARD_ALLOW: "10.0.0.0/8",
  });
  const { text } = await get(`${server.origin}/settings`);
  expect(wordsOf(text)).toContain(
    `1 token for any account. For one account only: ${ACCOUNT_SID}`,
  );
  expect(wordsOf(text)).toContain("can be read with the token.");
  expect(wordsOf(text)).toContain(
    "Through mail.example.com , port 465, from alerts@example.com .",
  );
  expect(wordsOf(text)).toContain("and the networks that are listed.");
  for (const secret of [AUTH_TOKEN, OTHER_TOKEN, METRICS_TOKEN])
    for (const part of [secret.slice(0, 8), secret.slice(-8)])
      expect(text).not.toContain(part);
});

test("shared keys are shown by their IDs, without their secrets", async () => {
  const keys = ["webhooks_sharedkey_01k9new", "webhooks_sharedkey_01k8old"];
  await using server = await startServer({
    TWILIO_WEBHOOK_AUTH_TOKEN: "",
    TWILIO_WEBHOOK_SHARED_KEYS: `${keys[0]}=${OTHER_TOKEN},${METRICS_TOKEN},${keys[1]}=${AUTH_TOKEN}`,
  });
  const { text } = await get(`${server.origin}/settings`);
  expect(wordsOf(text)).toContain(
    `1 secret for any key. ${keys.join(" ")} TWILIO_WEBHOOK_SHARED_KEYS`,
  );
  expect(wordsOf(text)).toContain(
    "Not set. Only callbacks signed with a shared key are accepted.",
  );
  for (const secret of [AUTH_TOKEN, OTHER_TOKEN, METRICS_TOKEN])
    expect(text).not.toContain(secret.slice(0, 8));
});

test("without a token and a public address, it says what that means", async () => {
  await using server = await startServer({ TWILIO_WEBHOOK_AUTH_TOKEN: "" });
  const words = wordsOf((await get(`${server.origin}/settings`)).text);
  expect(words).toContain("Not set. Every callback is refused with 503.");
  expect(words).toContain("Not set. The addresses above use the one in your");
  expect(words).toContain(`${server.origin}/api/rpc/webhooks/twilio/sms#`);
});

test("results of backups and retention are shown, including failures", async () => {
  await using server = await startServer({
    BACKUP_FOLDER: "/nonexistent/backups",
    BACKUPS_KEPT: "3",
    RETENTION_DAYS: "1",
  });
  const { upkeep } = server.store;
  const at = Date.now() - 3_600_000;
  await upkeep.note({ name: "backup", note: { at, bytes: 4_300_000_000 } });
  await upkeep.note({
    name: "backupFailure",
    note: { at, reason: "The disk is <b>full</b>." },
  });
  await upkeep.note({
    name: "retention",
    note: { at, messages: 12_345, events: 20_000 },
  });
  const { text } = await get(`${server.origin}/settings`);
  const words = wordsOf(text);
  expect(words).toContain("/nonexistent/backups ; 3 backups are kept.");
  expect(words).toContain("The latest: 1 h ago , 4.3 GB.");
  expect(words).toContain("The last attempt failed 1 h ago");
  expect(text).toContain("The disk is &lt;b&gt;full&lt;/b&gt;.");
  expect(words).toContain(
    "1 day. Last done 1 h ago : 12,345 messages deleted.",
  );
});

test("a member sees it too, but not where the server keeps its files", async () => {
  await using server = await startWithPeople({
    BACKUP_FOLDER: "/nonexistent/backups",
  });
  const folder = dirname(server.config.databaseUrl);
  const pageOf = async (name: string) =>
    (await signedInAs(server.origin, name)).get("/settings");
  const admins = await pageOf("ana");
  expect(admins.text).toContain(folder);
  expect(admins.text).toContain("/nonexistent/backups");
  const members = await pageOf("mo");
  expect(members.status).toBe(200);
  expect(members.text).toContain("smsledger.db");
  expect(members.text).not.toContain(folder);
  expect(members.text).not.toContain("/nonexistent");
});

test("nobody else sees it", async () => {
  await using server = await startWithPeople();
  const answer = await get(`${server.origin}/settings`);
  expect([303, 302, 401]).toContain(answer.status);
  expect(answer.text).not.toContain("DATABASE_URL");
});
