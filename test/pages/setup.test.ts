import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../cli/program.ts";
import { startServer } from "../support/start-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import { ACCOUNT_SID, AUTH_TOKEN } from "../support/twilio-client.ts";
import { get } from "./page-client.ts";
import { eventsIn } from "../support/rows.ts";

test("before the first callback the overview says how to set Twilio up, with the address to paste", async () => {
  await using server = await startServer();
  const { text } = await get(`${server.origin}/`);
  expect(text).toContain("Set Twilio up");
  expect(text).toContain(
    `${server.origin}/api/rpc/webhooks/twilio/sms#rc=5&amp;rp=all`,
  );
  expect(text).toContain("five tries on any failure");
  expect(text).toContain("Waiting for the first callback.");
  await server.twilio.post();
  expect((await get(`${server.origin}/`)).text).not.toContain("Set Twilio up");
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

test("a verified callback that isn't recorded is no missing one", async () => {
  await using server = await startServer();
  const overview = async () => (await get(`${server.origin}/`)).text;
  expect(await overview()).toContain("No callback has arrived since");
  await server.twilio.post({ MessageStatus: "queued" });
  expect(await overview()).toMatch(
    /A callback with the status <code>queued<\/code> arrived/,
  );
  expect(await overview()).not.toMatch(/No callback|Waiting for the first/);
  await server.twilio.post({}, { authToken: "another" });
  expect(await overview()).toContain("<code>queued</code>");
});

test("an inbound message says that the address is in the wrong field of Twilio's", async () => {
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

/** The command that the page prints, as it is copied. */
function commandIn(text: string): string {
  const [, code = ""] = /id="test-command">([^<]*)</.exec(text) ?? [];
  return code
    .replaceAll("&#x27;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&amp;", "&");
}

/** Pastes a command into a shell in a folder elsewhere, with nothing of ours in its surroundings. */
async function paste(command: string) {
  using folder = tempDir();
  return await run(["sh", "-c", command], [], {
    cwd: folder.path,
    env: { PATH: "/usr/bin:/bin" },
  });
}

test("the command that the page prints posts a callback, with the auth token in its place", async () => {
  await using server = await startServer();
  const { text } = await get(`${server.origin}/`);
  expect(text).not.toContain(AUTH_TOKEN);
  expect(text).toContain("Put your auth token in place of");
  const command = commandIn(text);
  const unchanged = await paste(command);
  expect(unchanged.status).toBe(2);
  expect(unchanged.stderr).toContain("put your auth token in its place");
  const filledIn = await paste(command.replace("TOKEN ", `${AUTH_TOKEN} `));
  expect(filledIn).toMatchObject({ status: 0, stderr: "" });
  expect(await eventsIn(server.store)).toHaveLength(1);
});

test("the command of a server whose token is in a file works as it is", async () => {
  using folder = tempDir();
  const file = join(folder.path, "it's a token");
  writeFileSync(file, AUTH_TOKEN);
  await using server = await startServer({
    TWILIO_WEBHOOK_AUTH_TOKEN: "",
    TWILIO_WEBHOOK_AUTH_TOKEN_FILE: file,
  });
  const { text } = await get(`${server.origin}/`);
  expect(text).not.toContain("Put your");
  expect(await paste(commandIn(text))).toMatchObject({ status: 0, stderr: "" });
  expect(await eventsIn(server.store)).toHaveLength(1);
});

test("the command of a server whose tokens are all of an account names it", async () => {
  await using server = await startServer({
    TWILIO_WEBHOOK_AUTH_TOKEN: `${ACCOUNT_SID}=${AUTH_TOKEN}`,
  });
  const command = commandIn((await get(`${server.origin}/`)).text);
  const { status } = await paste(command.replace("TOKEN ", `${AUTH_TOKEN} `));
  expect(status).toBe(0);
});

test.each([
  ["with its id", `${KEY_ID}=`, ""],
  ["without an id", "", ""],
  ["in a file", `${KEY_ID}=`, "_FILE"],
])(
  "the command of a server that has a shared key only, %s, signs with it",
  async (_, id, suffix) => {
    using folder = tempDir();
    const file = join(folder.path, "keys");
    writeFileSync(file, id + KEY);
    await using server = await startServer({
      TWILIO_WEBHOOK_AUTH_TOKEN: "",
      [`TWILIO_WEBHOOK_SHARED_KEYS${suffix}`]: suffix ? file : id + KEY,
    });
    const { text } = await get(`${server.origin}/`);
    expect(text).not.toContain(KEY);
    expect(text).toContain("with a shared key. Callbacks that it signed");
    expect(text.includes("Put your shared key’s secret")).toBe(suffix === "");
    const command = commandIn(text).replace("TOKEN ", `${KEY} `);
    expect(await paste(command)).toMatchObject({ status: 0, stderr: "" });
    expect(await eventsIn(server.store)).toHaveLength(1);
  },
);

test("the first step says what verifies callbacks", async () => {
  for (const [env, words] of [
    [{}, "Callbacks that this token signed"],
    [
      { TWILIO_WEBHOOK_SHARED_KEYS: KEY },
      "Callbacks that this token or your shared key signed",
    ],
    [{ TWILIO_WEBHOOK_AUTH_TOKEN: "" }, "instead."],
  ] as const) {
    await using server = await startServer(env);
    const { text } = await get(`${server.origin}/`);
    const [first = ""] = /<ol>.*?<\/li>/s.exec(text) ?? [];
    expect(first.replaceAll(/\s+/g, " ")).toContain(words);
  }
});

test("no page says that callbacks are refused where a shared key is set", async () => {
  await using server = await startServer({
    TWILIO_WEBHOOK_AUTH_TOKEN: "",
    TWILIO_WEBHOOK_SHARED_KEYS: KEY,
  });
  for (const path of ["/", "/messages", "/settings"])
    expect((await get(server.origin + path)).text).not.toContain(
      "No auth token is set.",
    );
});

test("the address to paste and the command that tries it are the public ones when they are set", async () => {
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
