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
    "databaseUrl",
    "/var/lib/smsledger.db",
  ],
  [
    "DATABASE_URL",
    "file:///var/lib/smsledger.db",
    "databaseUrl",
    "/var/lib/smsledger.db",
  ],
  ["DATABASE_URL", "file:data.db", "databaseUrl", "data.db"],
  [
    "DATABASE_URL",
    "postgres://ana@db.internal/ledger",
    "databaseUrl",
    "postgres://ana@db.internal/ledger",
  ],
  ["LOG_LEVEL", "debug", "logLevel", "debug"],
  ["LOG_LEVEL", "silent", "logLevel", "silent"],
  ["LOG_FORMAT", "pretty", "logFormat", "pretty"],
])("%s=%s is taken", (name, text, key, value) => {
  expect(read({ [name]: text })[key]).toBe(value);
});

test.each([
  ["PORT", "65536", "must be a port number from 0 to 65535"],
  ["PORT", "-1", "must be a port number from 0 to 65535"],
  ["PORT", "80a", "must be a port number from 0 to 65535"],
  ["PORT", "1e3", "must be a port number from 0 to 65535"],
  ["PORT", " 80", "must be a port number from 0 to 65535"],
  ["PUBLIC_URL", "https://a.example/settings", "smsledger's own"],
  ["PUBLIC_URL", "https://a.example/messages.csv/x", "smsledger's own"],
  ["RETENTION_DAYS", "-1", "0 to 36500"],
  ["RETENTION_DAYS", "1.5", "0 to 36500"],
  ["BACKUPS_KEPT", "0", "1 to 1000"],
  ["SIGN_IN", "basic", 'must be one of password, proxy, none (got "basic")'],
  ["SIGN_IN_HEADER", "Remote User", "the name of a header"],
  ["METRICS_TOKEN", "too-short", "at least 16"],
  ["HOST", "sms.example.com", "must be an IP address"],
  [
    "PUBLIC_URL",
    "https://a.example/base/api/rpc/webhooks/twilio/sms",
    "is the callback URL; give only the part before /api/rpc",
  ],
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
  ["PUBLIC_URL", "https://sms.example.com?a=1", "a query"],
  ["PUBLIC_URL", "https://sms.example.com/#rc=5", "a fragment"],
  ["PUBLIC_URL", "https://sms.example.com/a b", "in its path"],
  ["PUBLIC_URL", "https://sms.example.com/:id", "in its path"],
  ["PUBLIC_URL", "https://sms.example.com/ä", "in its path"],
  ["PUBLIC_URL", "https://sms.example.com/a\\b", "in its path"],
  ["PUBLIC_URL", "https://sms.example.com/a/../b", "part of its path"],
  ["PUBLIC_URL", "https://sms.example.com/./b", "part of its path"],
  ["DATABASE_URL", "mysql://localhost/smsledger", "must be the path of a file"],
  ["DATABASE_URL", ":memory:", "must be the path of a file"],
  ["DATABASE_URL", "data/", "must be the path of a file"],
  ["DATABASE_URL", "file:", "must be the path of a file"],
  ["TRUSTED_PROXIES", "proxy.example.com", "must be a list of IP addresses"],
  ["TRUSTED_PROXIES", "10.0.0.0/33", "must be a list of IP addresses"],
  ["TRUSTED_PROXIES", "10.0.0.0/", "must be a list of IP addresses"],
  ["TRUSTED_PROXIES", "10.0.0.0/8/8", "must be a list of IP addresses"],
  ["TRUSTED_PROXIES", "10.0.0.0/-1", "must be a list of IP addresses"],
  ["TRUSTED_PROXIES", "10.0.0.0/8,", "must be a list of IP addresses"],
  ["TRUSTED_PROXIES", "::1/129", "must be a list of IP addresses"],
  ["MASK_NUMBERS", "maybe", "must be true or false"],
  ...["0", "100", "97%", "-1", "0.97e2", "x"].map(
    (text) =>
      [
        "DELIVERY_TARGET",
        text,
        "must be above 0 and below 100, such as 97 or 97.5",
      ] as const,
  ),
  ["MASK_NUMBERS", "1", "must be true or false"],
  ["MASK_NUMBERS", "yes", "must be true or false"],
  ["LOG_LEVEL", "loud", "must be one of debug, info, warn, error, silent"],
  ["LOG_LEVEL", "INFO", "must be one of debug, info, warn, error, silent"],
  ["LOG_FORMAT", "xml", "must be one of json, pretty"],
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
