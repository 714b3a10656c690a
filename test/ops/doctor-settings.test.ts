import { expect, test } from "bun:test";
import { clockVerdict } from "../../src/doctor/clock.ts";
import { settingsFindings } from "../../src/doctor/settings.ts";
import { userFindings } from "../../src/doctor/users.ts";
import { read, type Given } from "../support/settings.ts";
import { ACCOUNT_SID, AUTH_TOKEN } from "../support/twilio-client.ts";

const RIGHT = {
  TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
  PUBLIC_URL: "https://sms.example.com",
  TRUSTED_PROXIES: "127.0.0.1",
};

/** Returns the findings about settings that aren't fine, each with its level. */
const faults = (env: Given) =>
  settingsFindings(read({ ...RIGHT, ...env })).flatMap(({ level, text }) =>
    level === "fine" ? [] : [`${level}: ${text}`],
  );

test("usual settings are fine", () => {
  expect(faults({})).toEqual([]);
  expect(
    faults({
      TWILIO_WEBHOOK_AUTH_TOKEN: `${AUTH_TOKEN},${ACCOUNT_SID}=${AUTH_TOKEN}`,
      PUBLIC_URL: "https://ops.example.com/sms",
      SIGN_IN: "proxy",
      TRUSTED_PROXIES: "10.0.0.0/8",
    }),
  ).toEqual([]);
});

test("a proxy on this machine needs a secret, or any program on it can pose as any user", () => {
  const proxy = { SIGN_IN: "proxy", TRUSTED_PROXIES: "127.0.0.0/8" };
  expect(faults(proxy)).toEqual([
    "note: TRUSTED_PROXIES includes loopback, so every program on this machine can sign in as any user, by a header.",
  ]);
  expect(faults({ ...proxy, SIGN_IN_SECRET: "x".repeat(16) })).toEqual([]);
  expect(faults({ SIGN_IN: "proxy", TRUSTED_PROXIES: "10.0.0.1" })).toEqual([]);
});

test("auth tokens are missing, odd, or all bound to an account", () => {
  const [missing] = faults({ TWILIO_WEBHOOK_AUTH_TOKEN: "" });
  expect(missing).toStartWith("wrong: No auth token is set");
  for (const odd of [
    "secret-of-an-api-key",
    AUTH_TOKEN.slice(1),
    AUTH_TOKEN.toUpperCase().replaceAll("0", "A"),
  ]) {
    const [words, ...rest] = faults({
      TWILIO_WEBHOOK_AUTH_TOKEN: `${AUTH_TOKEN},${odd}`,
    });
    expect(words).toStartWith(
      "note: 2 auth tokens are set. 1 of them doesn't look like",
    );
    expect(words).not.toContain(odd);
    expect(rest).toEqual([]);
  }
  expect(
    faults({ TWILIO_WEBHOOK_AUTH_TOKEN: `${ACCOUNT_SID}=${AUTH_TOKEN}` }),
  ).toEqual([
    "note: 1 auth token is set, 1 of them for one account only. Callbacks of all other accounts are refused.",
  ]);
});

test("shared keys are counted, and one that is also an auth token gets a note", () => {
  const id = "webhooks_sharedkey_01k9new";
  const keys = (text: string) => ({ TWILIO_WEBHOOK_SHARED_KEYS: text });
  const words = (env: Given) =>
    settingsFindings(read({ ...RIGHT, ...env })).map(({ text }) => text);
  expect(words(keys(`${id}=one`))).toContain("1 shared key is set.");
  expect(words(keys(`${id}=one,two`))).toContain(
    "2 shared keys are set, 1 of them without an id, which are tried for every key.",
  );
  expect(faults(keys(`${id}=one,two`))).toEqual([]);
  expect(faults(keys(AUTH_TOKEN))).toEqual([
    "note: 1 shared key is set, and a secret among them is also set as an auth token.",
  ]);
  expect(
    faults({ ...keys(`${id}=one`), TWILIO_WEBHOOK_AUTH_TOKEN: "" }),
  ).toEqual([
    "note: No auth token is set, so only callbacks signed with a shared key are accepted.",
  ]);
});

test("a public address that nobody else can reach is wrong, and one without TLS gets a note", () => {
  for (const url of [
    "https://localhost",
    "https://localhost:3000",
    "https://127.0.0.1",
    "https://192.168.1.4",
    "https://10.1.2.3",
    "https://172.20.0.2",
    "https://[::1]:3000",
    "https://[fd00::1]",
    "https://ledger",
    "https://ledger.local",
  ])
    expect([url, faults({ PUBLIC_URL: url })]).toEqual([
      url,
      [
        "wrong: PUBLIC_URL is an address of this machine or network, which Twilio can't reach.",
      ],
    ]);
  for (const url of [
    "https://sms.example.com",
    "https://172.32.0.1",
    "https://10.example.com",
    "https://fc.example.com",
  ])
    expect([url, faults({ PUBLIC_URL: url })]).toEqual([url, []]);
  const [http] = faults({ PUBLIC_URL: "http://sms.example.com" });
  expect(http).toStartWith("note: PUBLIC_URL is http://");
  const [none] = faults({ PUBLIC_URL: "" });
  expect(none).toStartWith("note: PUBLIC_URL isn't set");
});

test("trusting everyone is wrong if a header signs in, and otherwise gets a note", () => {
  for (const proxies of ["0.0.0.0/0", "::/0", "0.0.0.0/1,128.0.0.0/1"]) {
    const level = (env: Given) =>
      faults({ TRUSTED_PROXIES: proxies, ...env })[0]?.split(" ")[0];
    expect([proxies, level({ SIGN_IN: "proxy" })]).toEqual([proxies, "wrong:"]);
    expect([proxies, level({})]).toEqual([proxies, "note:"]);
  }
  expect(faults({ TRUSTED_PROXIES: "" })).toHaveLength(1);
});

test("a clock may be off by a few seconds", () => {
  const say = (aheadMs: number) => {
    const { level, text } = clockVerdict(aheadMs);
    return `${level}: ${text}`;
  };
  expect(say(-1_500)).toBe("fine: The clock is right.");
  expect(say(20_000)).toStartWith("note: The clock is 20 s fast");
  expect(say(-3_600_000)).toStartWith("wrong: The clock is 1 h slow");
});

test("somebody must be able to sign in, and at least one must be an admin", () => {
  const levels = (signIn: string, withPassword: number, admins: number) =>
    userFindings(read({ SIGN_IN: signIn, TRUSTED_PROXIES: "127.0.0.1" }), {
      withPassword,
      admins,
    }).map(({ level }) => level);
  expect(levels("password", 0, 0)).toEqual(["wrong"]);
  expect(levels("password", 2, 0)).toEqual(["note"]);
  expect(levels("password", 2, 1)).toEqual(["fine"]);
  expect(levels("proxy", 0, 0)).toEqual(["note"]);
  expect(levels("proxy", 0, 1)).toEqual(["fine"]);
  expect(levels("none", 0, 0)).toEqual([]);
});

test("what forwarding reaches and how email is sent are shown, with their usual mistakes", () => {
  const words = (env: Given) =>
    settingsFindings(read({ ...RIGHT, ...env })).map(({ text }) => text);
  const mail = (url: string) => ({
    SMTP_URL: url,
    MAIL_FROM: "alerts@example.com",
  });
  expect(words(mail("smtps://ana:s3cret@mail.example.com"))).toContain(
    "Email is sent through mail.example.com, port 465.",
  );
  expect(faults(mail("smtp://mail.example.com:465"))).toEqual([
    "note: Email is sent through mail.example.com, port 465. That port usually expects TLS from the start, which smtp:// doesn't use.",
  ]);
  expect(faults({ FORWARD_ALLOW: "10.0.0.0/8,127.0.0.1" })).toEqual([]);
  expect(faults({ FORWARD_ALLOW: "0.0.0.0/0" })).toEqual([
    expect.stringContaining("FORWARD_ALLOW includes the whole internet"),
  ]);
});
