import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../cli/program.ts";
import { MADE_UP_SID_START } from "../../src/twilio/made-up-sid.ts";
import { startServer } from "../support/start-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import { ACCOUNT_SID, AUTH_TOKEN } from "../support/twilio-client.ts";
import { get } from "./page-client.ts";
import { eventsIn } from "../support/rows.ts";

test("before the first callback, the overview explains the Twilio setup, with the address to paste", async () => {
  await using server = await startServer();
  const { text } = await get(`${server.origin}/`);
  expect(text).toContain("Set up Twilio");
  expect(text).toContain(
    `${server.origin}/api/rpc/webhooks/twilio/sms#rc=5&amp;rp=all`,
  );
  expect(text).toContain("five retries on any failure");
  expect(text).toContain("Waiting for the first callback.");
  await server.twilio.post();
  expect((await get(`${server.origin}/`)).text).not.toContain("Set up Twilio");
});

const INBOUND = {
  ToCountry: "US",
  SmsMessageSid: `SM${"1".repeat(32)}`,
  NumMedia: "0",
  SmsSid: `SM${"1".repeat(32)}`,
  SmsStatus: "received",
  Body: "STOP",
  To: "+14155550100",
  MessageSid: `SM${"1".repeat(32)}`,
  AccountSid: ACCOUNT_SID,
  From: "+14155550001",
  ApiVersion: "2010-04-01",
};

test("a verified callback that isn't recorded doesn't count as missing", async () => {
  await using server = await startServer();
  const overview = async () => (await get(`${server.origin}/`)).text;
  expect(await overview()).toContain("No callback has been accepted since");
  await server.twilio.post({ MessageStatus: "queued" });
  expect(await overview()).toMatch(
    /A callback with the status <code>queued<\/code> arrived/,
  );
  expect(await overview()).not.toMatch(/No callback|Waiting for the first/);
  await server.twilio.post({}, { authToken: "another" });
  expect(await overview()).toContain("<code>queued</code>");
});

test("an inbound message means that the address is in the wrong Twilio field", async () => {
  await using server = await startServer();
  const answer = await server.twilio.postExactly(INBOUND);
  expect(await answer.json()).toEqual({ success: true, processed: 0 });
  const { text } = await get(`${server.origin}/`);
  expect(text).toContain("the address is in the wrong field");
  expect(text).toContain("“A message comes in”, which expects TwiML");
  expect(text).not.toMatch(/No callback|Waiting for the first/);
});

const KEY_ID = "webhooks_sharedkey_01k9new";
const KEY = "c2VjcmV0IG9mIGEga2V5";

/** Returns the command on the page, as it is copied. */
function commandIn(text: string): string {
  const [, code = ""] = /id="test-command">([^<]*)</.exec(text) ?? [];
  return code
    .replaceAll("&#x27;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&amp;", "&");
}

/** Pastes a command into a shell in another folder, with none of our environment. */
async function paste(command: string) {
  using folder = tempDir();
  return await run(["sh", "-c", command], [], {
    cwd: folder.path,
    env: { PATH: "/usr/bin:/bin" },
  });
}

/** Does the same at a terminal, where `typed` is entered at the prompt. */
async function pasteAtTerminal(command: string, typed: string) {
  using folder = tempDir();
  let output = "";
  let isAnswered = false;
  const child = Bun.spawn(["sh", "-c", command], {
    cwd: folder.path,
    env: { PATH: "/usr/bin:/bin", TERM: "xterm" },
    terminal: {
      data(terminal, data) {
        output += new TextDecoder().decode(data);
        if (isAnswered || !output.includes("(not shown): ")) return;
        isAnswered = true;
        terminal.write(typed);
      },
    },
  });
  return { status: await child.exited, output };
}

test("the command on the page asks for the auth token, without showing it, and posts a callback", async () => {
  await using server = await startServer();
  const { text } = await get(`${server.origin}/`);
  expect(text).not.toContain(AUTH_TOKEN);
  expect(text).toContain("It asks for your auth token");
  const command = commandIn(text);
  expect(command).not.toContain("TOKEN");
  const elsewhere = await paste(command);
  expect(elsewhere.status).toBe(2);
  expect(elsewhere.stderr).toContain("TWILIO_WEBHOOK_AUTH_TOKEN: is not set.");
  const left = await pasteAtTerminal(command, "\x03");
  expect(left.status).toBe(2);
  expect(await eventsIn(server.store)).toEqual([]);
  const posted = await pasteAtTerminal(command, `${AUTH_TOKEN}\r`);
  expect([posted.status, posted.output]).toEqual([0, posted.output]);
  expect(posted.output).not.toContain(AUTH_TOKEN);
  const [event] = await eventsIn(server.store);
  expect(event?.messageSid).toStartWith(MADE_UP_SID_START);
});

test("the command for a server whose token is in a file works as it is", async () => {
  using folder = tempDir();
  const file = join(folder.path, "it's a token");
  writeFileSync(file, AUTH_TOKEN);
  await using server = await startServer({
    TWILIO_WEBHOOK_AUTH_TOKEN: "",
    TWILIO_WEBHOOK_AUTH_TOKEN_FILE: file,
  });
  const { text } = await get(`${server.origin}/`);
  expect(text).not.toContain("It asks for");
  expect(await paste(commandIn(text))).toMatchObject({ status: 0, stderr: "" });
  expect(await eventsIn(server.store)).toHaveLength(1);
});

test("the page names the account that a token is bound to, as it's part of what is entered", async () => {
  await using server = await startServer({
    TWILIO_WEBHOOK_AUTH_TOKEN: `${ACCOUNT_SID}=${AUTH_TOKEN}`,
  });
  const { text } = await get(`${server.origin}/`);
  expect(text).toContain(`<code>${ACCOUNT_SID}=</code> in front.`);
  const typed = `${ACCOUNT_SID}=${AUTH_TOKEN}\r`;
  const { status } = await pasteAtTerminal(commandIn(text), typed);
  expect(status).toBe(0);
});

test.each([
  ["with its id", `${KEY_ID}=`],
  ["without an id", ""],
])(
  "the command for a server with only a shared key, %s, asks for it and signs with it",
  async (_, id) => {
    await using server = await startServer({
      TWILIO_WEBHOOK_AUTH_TOKEN: "",
      TWILIO_WEBHOOK_SHARED_KEYS: id + KEY,
    });
    const { text } = await get(`${server.origin}/`);
    expect(text).not.toContain(KEY);
    expect(text).toContain("with a shared key. Callbacks that it signed");
    expect(text).toContain("It asks for your shared key");
    const typed = `${id}${KEY}\r`;
    const { status } = await pasteAtTerminal(commandIn(text), typed);
    expect(status).toBe(0);
    expect(await eventsIn(server.store)).toHaveLength(1);
  },
);

test("the command for a server whose shared key is in a file signs with it", async () => {
  using folder = tempDir();
  const file = join(folder.path, "keys");
  writeFileSync(file, `${KEY_ID}=${KEY}`);
  await using server = await startServer({
    TWILIO_WEBHOOK_AUTH_TOKEN: "",
    TWILIO_WEBHOOK_SHARED_KEYS_FILE: file,
  });
  const { text } = await get(`${server.origin}/`);
  expect(await paste(commandIn(text))).toMatchObject({ status: 0, stderr: "" });
  expect(await eventsIn(server.store)).toHaveLength(1);
});

test("without PUBLIC_URL, the page explains how to use a tunnel; with it, that step is done", async () => {
  await using local = await startServer();
  const { text } = await get(`${local.origin}/`);
  expect(text).toContain(`cloudflared tunnel --url ${local.origin}`);
  expect(text).toContain(`ngrok http ${local.origin}`);
  await using open = await startServer({
    PUBLIC_URL: "https://sms.example.com",
  });
  expect((await get(`${open.origin}/`)).text).not.toContain("cloudflared");
});

test("the first step says what verifies callbacks", async () => {
  for (const [env, words] of [
    [{}, "Callbacks that your token signed"],
    [
      { TWILIO_WEBHOOK_SHARED_KEYS: KEY },
      "Callbacks that your token or your shared key signed",
    ],
    [
      { TWILIO_WEBHOOK_AUTH_TOKEN: `${"1".repeat(32)},${"2".repeat(32)}` },
      "Callbacks that one of your tokens signed",
    ],
    [
      { TWILIO_WEBHOOK_AUTH_TOKEN: "", TWILIO_WEBHOOK_SHARED_KEYS: KEY },
      "with a shared key. Callbacks that it signed",
    ],
    [
      {
        TWILIO_WEBHOOK_AUTH_TOKEN: "",
        TWILIO_WEBHOOK_SHARED_KEYS: `${KEY},${"k".repeat(32)}`,
      },
      "with shared keys. Callbacks that one of them signed",
    ],
    [{ TWILIO_WEBHOOK_AUTH_TOKEN: "" }, "instead."],
  ] as const) {
    await using server = await startServer(env);
    const { text } = await get(`${server.origin}/`);
    const [first = ""] = /<ol>.*?<\/li>/s.exec(text) ?? [];
    expect(first.replaceAll(/\s+/g, " ")).toContain(words);
  }
});

test("no page says that callbacks are refused if a shared key is set", async () => {
  await using server = await startServer({
    TWILIO_WEBHOOK_AUTH_TOKEN: "",
    TWILIO_WEBHOOK_SHARED_KEYS: KEY,
  });
  for (const path of ["/", "/messages", "/settings"])
    expect((await get(server.origin + path)).text).not.toContain(
      "No auth token is set.",
    );
});

test("the address to paste and the command that tries it use PUBLIC_URL if it's set", async () => {
  await using server = await startServer({
    PUBLIC_URL: "https://ops.example.com/sms",
  });
  const { text } = await get(`${server.origin}/`);
  const address = "https://ops.example.com/sms/api/rpc/webhooks/twilio/sms";
  expect(text).toContain(`${address}#rc=5&amp;rp=all`);
  expect(commandIn(text)).toEndWith(` simulate --url ${address} --count 1`);
});

test("every page says that callbacks are refused while no auth token is set", async () => {
  await using unconfigured = await startServer({
    TWILIO_WEBHOOK_AUTH_TOKEN: "",
  });
  await using configured = await startServer();
  for (const path of ["/", "/messages", "/errors", "/nothing-here"]) {
    const { text } = await get(unconfigured.origin + path);
    expect(text).toContain("No auth token is set.");
    expect(text).toContain("TWILIO_WEBHOOK_AUTH_TOKEN");
    expect((await get(configured.origin + path)).text).not.toContain(
      "No auth token is set.",
    );
  }
});
