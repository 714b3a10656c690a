import { expect, test } from "bun:test";
import { BlockList } from "node:net";
import {
  readEndpoint,
  type GivenEndpoint,
} from "../../src/forwarding/endpoint-rules.ts";
import {
  channelEvents,
  EVENT_TYPES,
} from "../../src/forwarding/event-types.ts";

const allow = new BlockList();
allow.addSubnet("10.0.0.0", 8);
allow.addSubnet("127.0.0.0", 8);

function mistakesOf(given: GivenEndpoint, allowed?: BlockList): string[] {
  const read = readEndpoint(given, { allow: allowed, now: Date.now() });
  return "mistakes" in read
    ? read.mistakes.map(({ field, sentence }) => `${field}: ${sentence}`)
    : [];
}

test("a URL that can't work is refused with what to do", () => {
  for (const [url, words] of [
    ["", "Give the URL"],
    ["hooks.example.com/sms", "Start the URL with https://"],
    ["mailto:ana@example.com", "Start the URL with https://"],
    ["ftp://example.com/", "must start with https://"],
    ["https://", "names? a host|name a host"],
    ["https://exa mple.com/", "can’t contain spaces"],
    ["https://ana:secret@example.com/", "user name or password"],
    ["https://example.com/#part", "from the # on"],
    ["http://example.com/", "only used for an address that FORWARD_ALLOW"],
    ["https://10.0.0.5/", "private or loopback"],
    ["https://localhost/hook", "private or loopback"],
    ["https://[::ffff:127.0.0.1]/", "private or loopback"],
    ["https://0x7f.1/", "private or loopback"],
    ["https://169.254.169.254/latest", "never sends to"],
    ["https://example.com:0/", "isn’t one that smsledger can send to"],
    [`https://example.com/${"x".repeat(2_000)}`, "at most 2000"],
  ] as const) {
    const [mistake, ...others] = mistakesOf({ url });
    expect([url, mistake]).toEqual([
      url,
      expect.stringMatching(new RegExp(words)),
    ]);
    expect(others).toEqual([]);
    // A URL may contain a secret.
    expect(mistake).not.toContain("secret");
  }
});

test("FORWARD_ALLOW makes http and private addresses possible, but only those that it lists", () => {
  for (const url of [
    "https://hooks.example.com/a?b=c",
    "https://1.1.1.1/",
    "https://[2606:4700::1111]:8443/hook",
  ])
    expect([url, mistakesOf({ url })]).toEqual([url, []]);
  for (const url of [
    "http://10.1.2.3:8080/hook",
    "https://10.1.2.3/",
    "http://localhost:5678/webhook",
    // What a name leads to is checked when something is sent.
    "http://n8n:5678/webhook",
  ])
    expect([url, mistakesOf({ url }, allow)]).toEqual([url, []]);
  for (const url of [
    "http://192.168.1.1/",
    "http://1.1.1.1/",
    "http://169.254.169.254/",
  ])
    expect([url, mistakesOf({ url }, allow)]).toEqual([
      url,
      [expect.stringContaining("url: ")],
    ]);
});

test("a filter is checked like that of the Messages page, and can't be limited by time", () => {
  expect(mistakesOf({ filter: "status:failed -country:US" })).toEqual([]);
  expect(mistakesOf({ filter: "" })).toEqual([]);
  expect(mistakesOf({ filter: "colour:red status:gone" })).toEqual([
    expect.stringContaining("filter: This filter doesn’t exist."),
    expect.stringContaining("filter: The status must be"),
  ]);
  expect(mistakesOf({ filter: "status:failed after:7d" })).toEqual([
    expect.stringContaining("leave out after and before"),
  ]);
});

test("names, events, rates and concurrency have limits, and every mistake is reported", () => {
  expect(
    mistakesOf({
      name: " ",
      url: "x",
      filter: "a:b",
      events: [],
      ratePerSecond: "fast",
      concurrency: 17,
    }).map((each) => each.split(":")[0]),
  ).toEqual([
    "name",
    "url",
    "filter",
    "events",
    "ratePerSecond",
    "concurrency",
  ]);
  for (const name of ["x".repeat(61), "two\nlines", "right\u202eto left", "12"])
    expect([name, mistakesOf({ name }).length]).toEqual([name, 1]);
  for (const ratePerSecond of ["0", "1001", "1.5", "-1", "", 0, 1.5])
    expect(mistakesOf({ ratePerSecond })).toEqual([
      expect.stringContaining("a whole number from 1 to 1,000"),
    ]);
  expect(mistakesOf({ events: ["sms_failed", "sms_gone"] })).toHaveLength(1);
  expect(mistakesOf({ events: EVENT_TYPES })).toEqual([]);
});

test("what is given is returned without the spaces around it, and nothing else", () => {
  const read = readEndpoint(
    { name: " CRM ", url: " https://crm.example.com ", ratePerSecond: "20" },
    { allow: undefined, now: Date.now() },
  );
  expect(read).toEqual({
    settings: {
      name: "CRM",
      url: "https://crm.example.com",
      ratePerSecond: 20,
    },
  });
});

test("an endpoint can choose every type that is recorded, and those of the do-not-send list", () => {
  expect(channelEvents("sms")).toEqual([
    "sms_sent",
    "sms_failed",
    "sms_undelivered",
    "sms_delivered",
  ]);
  expect(channelEvents("whatsapp")).toEqual([
    "whatsapp_sent",
    "whatsapp_failed",
    "whatsapp_delivered",
    "whatsapp_read",
  ]);
  expect(EVENT_TYPES.slice(-2)).toEqual([
    "number_suppressed",
    "number_restored",
  ]);
});
