import { expect, test } from "bun:test";
import type { Config } from "../../src/config/config.ts";
import { mistakesIn, read } from "../support/settings.ts";

test.each<[string, string, keyof Config, string | number]>([
  ["PORT", "0", "port", 0],
  ["PORT", "65535", "port", 65_535],
  ["HOST", "localhost", "host", "localhost"],
  ["HOST", "::1", "host", "::1"],
  ["HOST", "127.1.2.3", "host", "127.1.2.3"],
  ["HOST", "0.0.0.0", "host", "0.0.0.0"],
  ["HOST", "::", "host", "::"],
  ["RETENTION_DAYS", "90", "retentionDays", 90],
  ["BACKUPS_KEPT", "14", "backupsKept", 14],
  ["SIGN_IN", "none", "signIn", "none"],
  ["SIGN_IN_HEADER", "X-User", "signInHeader", "x-user"],
  [
    "PUBLIC_URL",
    "https://sms.example.com",
    "publicUrl",
    "https://sms.example.com",
  ],
  [
    "PUBLIC_URL",
    " https://sms.example.com/ ",
    "publicUrl",
    "https://sms.example.com",
  ],
  ["PUBLIC_URL", "http://localhost:3000", "publicUrl", "http://localhost:3000"],
  [
    "PUBLIC_URL",
    "https://ops.example.com/a/b-c_d.e~1//",
    "publicUrl",
    "https://ops.example.com/a/b-c_d.e~1",
  ],
  [
    "PUBLIC_URL",
    "https://[::1]:8443/sms",
    "publicUrl",
    "https://[::1]:8443/sms",
  ],
  [
    "DATABASE_URL",
    "/var/lib/smsledger.db",
    "databaseFile",
    "/var/lib/smsledger.db",
  ],
  [
    "DATABASE_URL",
    "file:///var/lib/smsledger.db",
    "databaseFile",
    "/var/lib/smsledger.db",
  ],
  ["DATABASE_URL", "file:data.db", "databaseFile", "data.db"],
  ["LOG_LEVEL", "debug", "logLevel", "debug"],
  ["LOG_LEVEL", "silent", "logLevel", "silent"],
  ["LOG_FORMAT", "pretty", "logFormat", "pretty"],
])("%s=%s is taken", (name, text, key, value) => {
  expect(read({ [name]: text })[key]).toBe(value);
});

test.each([
  ["PORT", "65536", "0 to 65535"],
  ["PORT", "-1", "0 to 65535"],
  ["PORT", "80a", "0 to 65535"],
  ["PORT", "1e3", "0 to 65535"],
  ["PORT", " 80", "0 to 65535"],
  ["PUBLIC_URL", "https://a.example/settings", "smsledger's own"],
  ["PUBLIC_URL", "https://a.example/messages.csv/x", "smsledger's own"],
  ["RETENTION_DAYS", "-1", "0 to 36500"],
  ["RETENTION_DAYS", "1.5", "0 to 36500"],
  ["BACKUPS_KEPT", "0", "1 to 1000"],
  ["SIGN_IN", "basic", "none of password, proxy, none"],
  ["SIGN_IN_HEADER", "Remote User", "no name of a header"],
  ["METRICS_TOKEN", "too-short", "fewer than 16"],
  ["HOST", "sms.example.com", "no IP address"],
  ["PUBLIC_URL", "sms.example.com", "https:// or http://"],
  ["PUBLIC_URL", "ftp://sms.example.com", "https:// or http://"],
  ["PUBLIC_URL", "https://", "https:// or http://"],
  ["PUBLIC_URL", "https:sms.example.com", "https:// or http://"],
  ["PUBLIC_URL", "https:/sms.example.com", "https:// or http://"],
  ["PUBLIC_URL", "https:\\\\sms.example.com", "https:// or http://"],
  ["PUBLIC_URL", "https://sms.exam\nple.com", "https:// or http://"],
  ["PUBLIC_URL", "https://sms.example.com:99999", "https:// or http://"],
  ["PUBLIC_URL", "https://user:pass@sms.example.com", "user name or password"],
  ["PUBLIC_URL", "https://@sms.example.com", "user name or password"],
  ["PUBLIC_URL", "https://sms.example.com?a=1", "no query"],
  ["PUBLIC_URL", "https://sms.example.com/#rc=5", "no fragment"],
  ["PUBLIC_URL", "https://sms.example.com/a b", "a path with characters"],
  ["PUBLIC_URL", "https://sms.example.com/:id", "a path with characters"],
  ["PUBLIC_URL", "https://sms.example.com/ä", "a path with characters"],
  ["PUBLIC_URL", "https://sms.example.com/a\\b", "a path with characters"],
  ["PUBLIC_URL", "https://sms.example.com/a/../b", "a path with"],
  ["PUBLIC_URL", "https://sms.example.com/./b", "a path with"],
  ["DATABASE_URL", "postgres://localhost/smsledger", "PostgreSQL"],
  ["DATABASE_URL", "postgresql://localhost/smsledger", "PostgreSQL"],
  ["DATABASE_URL", "mysql://localhost/smsledger", "no path of a file"],
  ["DATABASE_URL", ":memory:", "no path of a file"],
  ["DATABASE_URL", "data/", "no path of a file"],
  ["DATABASE_URL", "file:", "no path of a file"],
  ["TRUSTED_PROXIES", "proxy.example.com", "no list of IP addresses"],
  ["TRUSTED_PROXIES", "10.0.0.0/33", "no list of IP addresses"],
  ["TRUSTED_PROXIES", "10.0.0.0/", "no list of IP addresses"],
  ["TRUSTED_PROXIES", "10.0.0.0/8/8", "no list of IP addresses"],
  ["TRUSTED_PROXIES", "10.0.0.0/-1", "no list of IP addresses"],
  ["TRUSTED_PROXIES", "10.0.0.0/8,", "no list of IP addresses"],
  ["TRUSTED_PROXIES", "::1/129", "no list of IP addresses"],
  ["MASK_NUMBERS", "maybe", "neither true nor false"],
  ["MASK_NUMBERS", "1", "neither true nor false"],
  ["MASK_NUMBERS", "yes", "neither true nor false"],
  ["LOG_LEVEL", "loud", "none of debug, info, warn, error, silent"],
  ["LOG_LEVEL", "INFO", "none of debug, info, warn, error, silent"],
  ["LOG_FORMAT", "xml", "none of json, pretty"],
  ["TWILIO_WEBHOOK_AUTH_TOKEN", "one,,three", "entry 2 is empty"],
])(
  "%s=%p is a mistake, and the message says what is right",
  (name, text, message) => {
    expect(mistakesIn({ [name]: text })).toEqual([
      expect.stringContaining(message),
    ]);
    expect(mistakesIn({ [name]: text })[0]).toStartWith(`${name}: `);
  },
);

test.each([
  ["10.0.0.0/8", ["10.1.2.3"], ["11.0.0.1"]],
  [" 127.0.0.1 , 192.168.0.0/16 ", ["127.0.0.1", "192.168.9.9"], ["127.0.0.2"]],
  ["0.0.0.0/0", ["8.8.8.8"], []],
  ["10.0.0.7/32", ["10.0.0.7"], ["10.0.0.6"]],
])("TRUSTED_PROXIES=%p holds what it says", (text, inside, outside) => {
  const { trustedProxies } = read({ TRUSTED_PROXIES: text });
  for (const address of inside)
    expect(trustedProxies?.check(address)).toBe(true);
  for (const address of outside)
    expect(trustedProxies?.check(address)).toBe(false);
});

test("TRUSTED_PROXIES takes IPv6 ranges too", () => {
  const { trustedProxies } = read({ TRUSTED_PROXIES: "fd00::/8,::1" });
  expect(trustedProxies?.check("fd12::1", "ipv6")).toBe(true);
  expect(trustedProxies?.check("::1", "ipv6")).toBe(true);
  expect(trustedProxies?.check("2001:db8::1", "ipv6")).toBe(false);
});

test("MASK_NUMBERS takes true and false in any case", () => {
  for (const text of ["true", "TRUE", " True "])
    expect(read({ MASK_NUMBERS: text }).masksNumbers).toBe(true);
  for (const text of ["false", "False"])
    expect(read({ MASK_NUMBERS: text }).masksNumbers).toBe(false);
});
