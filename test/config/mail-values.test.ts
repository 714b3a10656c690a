import { describe, expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import { smtpUrl } from "../../src/config/mail-values.ts";
import { mistakesIn, read } from "../support/settings.ts";

const FROM = { MAIL_FROM: "alerts@example.com" };
const SMTP = { SMTP_URL: "smtp://mail.example.com" };

describe("SMTP_URL", () => {
  test.each([
    ["smtp://mail.example.com", "mail.example.com", 587, "starttls"],
    ["SMTPS://mail.example.com/", "mail.example.com", 465, "tls"],
    [" smtp://10.0.0.5:25 ", "10.0.0.5", 25, "starttls"],
    ["smtps://[::1]:2465", "::1", 2465, "tls"],
    ["smtp://localhost:1025?starttls=off", "localhost", 1025, "none"],
    ["smtp://bücher.example", "xn--bcher-kva.example", 587, "starttls"],
  ])("%s is a server without sign-in", (text, host, port, security) => {
    expect(read({ ...FROM, SMTP_URL: text }).mail?.server).toEqual<unknown>({
      host,
      port,
      security,
      login: undefined,
    });
  });

  test("any user name and password can be written with escapes", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(text, text, (user, password) => {
        const [one, other] = [user, password].map(encodeURIComponent);
        expect(smtpUrl(`smtps://${one}:${other}@mail.example.com`)).toEqual({
          host: "mail.example.com",
          port: 465,
          security: "tls",
          login: { user, password },
        });
      }),
    );
  });

  test.each([
    ["mail.example.com:587", "must start with smtp:// or smtps://"],
    ["https://mail.example.com", "must start with smtp:// or smtps://"],
    ["smtp://", "must have a host"],
    ["smtp://:25", "must have a host"],
    ["smtp://mail example.com", "must have a host"],
    ["smtp://mail.example.com:99999", "a valid port"],
    ["smtp://mail.example.com:0", "can't have port 0"],
    ["smtp://ana:zq7/zq7@mail.example.com", "write @ as %40"],
    ["smtp://ana:zq7#zq7@mail.example.com", "write @ as %40"],
    ["smtp://ana:25?zq7@mail.example.com", "write / as %2F"],
    ["smtp://ana:zq7%zq7@mail.example.com", "write it as %25"],
    ["smtp://ana@mail.example.com", "both a user name and a password"],
    ["smtp://:zq7@mail.example.com", "both a user name and a password"],
    ["smtp://mail.example.com/inbox", "can't have a path"],
    ["smtp://mail.example.com?tls=no", "can't have a path"],
    ["smtps://mail.example.com?starttls=off", "only with smtp://"],
    ["smtp://ana:zq7@mail.example.com?starttls=off", "readable on the way"],
  ])("%s is a mistake, which doesn't show it", (text, words) => {
    const [mistake = "", ...rest] = mistakesIn({ ...FROM, SMTP_URL: text });
    expect(mistake).toStartWith("SMTP_URL: ");
    expect(mistake).toContain(words);
    expect(mistake).not.toContain("zq7");
    expect(rest).toEqual([]);
  });
});

describe("MAIL_FROM", () => {
  test.each([
    ["alerts@example.com", undefined, "alerts@example.com"],
    ["<alerts@example.com>", undefined, "alerts@example.com"],
    [" smsledger <a+b@example.com> ", "smsledger", "a+b@example.com"],
    ['"Alerts, Ltd." <a@example.com>', "Alerts, Ltd.", "a@example.com"],
    ["Größe@Köln <a@bücher.example>", "Größe@Köln", "a@bücher.example"],
  ])("%s has a name and an address", (text, name, address) => {
    expect(read({ ...SMTP, MAIL_FROM: text }).mail?.from).toEqual({
      name,
      address,
    });
  });

  test.each([
    "alerts",
    "@example.com",
    "alerts@",
    "a@b@c",
    "a b@example.com",
    "a@example.com, b@example.com",
    "name <a@example.com",
    "name a@example.com",
    "name <a@example.com> <b@example.com>",
    "name\r\nBcc: x <a@example.com>",
    "a@example.com\0",
  ])("%j is a mistake", (text) => {
    const [mistake, ...rest] = mistakesIn({ ...SMTP, MAIL_FROM: text });
    expect(mistake).toStartWith("MAIL_FROM: must be an email address");
    expect(rest).toEqual([]);
  });
});

test("email needs both SMTP_URL and MAIL_FROM", () => {
  expect(read({}).mail).toBeUndefined();
  expect(mistakesIn(SMTP)).toEqual([
    expect.stringContaining("MAIL_FROM: must be set with SMTP_URL."),
  ]);
  expect(mistakesIn({ ...FROM, SIGN_IN: "proxy" })).toEqual([
    expect.stringContaining("TRUSTED_PROXIES: must be set"),
    expect.stringContaining("SMTP_URL: must be set with MAIL_FROM."),
  ]);
});

test("FORWARD_ALLOW is a list of networks", () => {
  const { forwardAllow } = read({ FORWARD_ALLOW: "10.1.0.0/16, fd00::/8" });
  expect(forwardAllow?.check("10.1.2.3")).toBe(true);
  expect(forwardAllow?.check("10.2.2.3")).toBe(false);
  expect(forwardAllow?.check("fd12::1", "ipv6")).toBe(true);
  expect(mistakesIn({ FORWARD_ALLOW: "receiver.internal" })).toEqual([
    expect.stringContaining("FORWARD_ALLOW: must be a list of IP addresses"),
  ]);
});
