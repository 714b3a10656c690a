import { describe, expect, test } from "bun:test";
import { twilioFindings } from "../../src/doctor/twilio.ts";
import { callbackVerdict } from "../../src/senders/callback-verdict.ts";
import { get } from "../pages/page-client.ts";
import { startServer } from "../support/start-server.ts";
import { read } from "../support/settings.ts";
import {
  API_ACCOUNT,
  API_SECRET,
  startTwilioApi,
  type TwilioApiStub,
} from "../support/twilio-api.ts";
import { until } from "../support/until.ts";

const PUBLIC_URL = "https://ops.example.com/sms";
const WEBHOOK = `${PUBLIC_URL}/api/rpc/webhooks/twilio/sms`;
const RIGHT = `${WEBHOOK}#rc=5&rp=all`;
const NUMBERS = `/2010-04-01/Accounts/${API_ACCOUNT}/IncomingPhoneNumbers.json`;

const sidOf = (digit: number) => `MG${String(digit).repeat(32)}`;

/** Gives an account services with these callback URLs, each with a number, and one number without a service. */
function setUp(stub: TwilioApiStub, ...callbacks: (string | null)[]): void {
  const { resources } = stub.state;
  const services = callbacks.map((status_callback, index) => ({
    sid: sidOf(index),
    friendly_name: `Service ${index}`,
    status_callback,
  }));
  // In pages of two, as the newer hosts have them.
  for (let from = 0; from === 0 || from < services.length; from += 2) {
    const isLast = from + 2 >= services.length;
    const next = `${stub.origin}/v1/Services?PageSize=1000&Page=${from + 2}`;
    resources.set(from === 0 ? "/v1/Services" : `/v1/Services?Page=${from}`, {
      meta: { next_page_url: isLast ? null : next },
      services: services.slice(from, from + 2),
    });
  }
  for (const [index, { sid }] of services.entries())
    resources.set(`/v1/Services/${sid}/PhoneNumbers`, {
      meta: { next_page_url: null },
      phone_numbers: [{ phone_number: `+1415555000${index}` }],
    });
  const phones = [...services.keys(), 9].map((index) => ({
    phone_number: `+1415555000${index}`,
    capabilities: { sms: true, voice: true },
    // For calls.
    status_callback: "https://calls.example.com",
  }));
  const voiceOnly = {
    phone_number: "+14155550999",
    capabilities: { voice: true },
  };
  resources.set(NUMBERS, {
    next_page_uri: null,
    incoming_phone_numbers: [...phones, voiceOnly],
  });
}

/** Returns what doctor finds, each with its level. */
async function findingsOf(stub: TwilioApiStub): Promise<string[]> {
  const config = read({ ...stub.env, PUBLIC_URL });
  return (await twilioFindings(config, "0.0.0-test")).map(
    ({ level, text, advice = "" }) => `${level}: ${text} ${advice}`,
  );
}

describe("where a status callback URL leads", () => {
  test.each([
    [RIGHT, "here"],
    [`${WEBHOOK}?campaign=spring#rp=all&rc=2&ct=1000`, "here"],
    [`${RIGHT.replace("/sms#", "/whatsapp#")}`, "here"],
    [` ${RIGHT.replace("ops.example", "OPS.example")} `, "here"],
    [RIGHT.replace(".com/", ".com:443/"), "here"],
    [WEBHOOK, "without-retries"],
    [`${WEBHOOK}#rc=5`, "without-retries"],
    [`${WEBHOOK}#rc=0&rp=all`, "without-retries"],
    [RIGHT.replace("https:", "http:"), "wrong-address"],
    ["https://ops.example.com/api/rpc/webhooks/twilio/sms", "wrong-address"],
    [`${PUBLIC_URL}/`, "wrong-address"],
    ["https://ops.example.com.attacker.example/", "elsewhere"],
    ["not a URL", "elsewhere"],
    ["", "none"],
    [null, "none"],
  ] as const)("%s: %s", (callback, verdict) => {
    expect(callbackVerdict(callback, PUBLIC_URL)).toBe(verdict);
  });
});

test("each service is judged, and numbers without one are named", async () => {
  using stub = startTwilioApi();
  setUp(stub, RIGHT, null, RIGHT);
  expect(await findingsOf(stub)).toEqual([
    "fine: The API key may read the account's messages. ",
    `fine: The Messaging Service Service 0 (${sidOf(0)}) posts callbacks here. `,
    `note: The Messaging Service Service 1 (${sidOf(1)}) has no status callback URL: only messages that name one themselves, as StatusCallback, have callbacks. Set its status callback URL to ${RIGHT}`,
    `fine: The Messaging Service Service 2 (${sidOf(2)}) posts callbacks here. `,
    expect.stringMatching(
      /^note: 1 phone number belongs to no Messaging Service: \+14155550009\. /,
    ),
  ]);
});

test("a Webhook Rule that overrides the retries is named, with what to change", async () => {
  using stub = startTwilioApi();
  setUp(stub, RIGHT, `${RIGHT.replace("/sms#", "/whatsapp#")}`);
  const { resources } = stub.state;
  const rule = (matchType: string, url: string, ...settings: string[]) => ({
    id: `webhooks_rule_${matchType}`,
    friendlyName: `${matchType} rule`,
    matchType,
    [matchType === "EXACT_MATCH" ? "value" : "prefix"]: url,
    settings: settings.map((settingId) => ({ settingId, percentage: 50 })),
  });
  const setting = (id: string, retryPolicy?: object) => ({
    id,
    type: "CUSTOMER",
    friendlyName: `Setting ${id}`,
    connection: { connectTimeoutMs: 5_000, readTimeoutMs: 15_000, retryPolicy },
  });
  const rules = [
    rule("DEFAULT", "", "none"),
    rule("PREFIX_MATCH", `${PUBLIC_URL}/`, "all", "none"),
    rule("EXACT_MATCH", WEBHOOK, "all", "system"),
  ];
  const meta = (key: string) => ({ key, pageSize: 100, nextToken: null });
  resources
    .set("/v1/Webhooks/Rules", { meta: meta("rules"), rules })
    .set("/v1/Webhooks/Settings", {
      meta: meta("settings"),
      settings: [
        setting("none"),
        setting("all", { retryCount: 5, retryOn: ["ALL"] }),
        { ...setting("system"), type: "SYSTEM" },
      ],
    });
  const findings = await findingsOf(stub);
  expect(findings.slice(1, 4)).toEqual([
    `fine: The Messaging Service Service 0 (${sidOf(0)}) posts callbacks here. `,
    `note: The Messaging Service Service 1 (${sidOf(1)}) posts callbacks here, but the Webhook Rule PREFIX_MATCH rule overrides the retries that its URL asks for, so a callback that fails is lost. In the Webhook Setting Setting none, set the retry policy to a retryCount of 5 and retryOn ALL`,
    "fine: The Webhook Rule EXACT_MATCH rule applies to callbacks here, and they're retried. ",
  ]);
  rules.length = 1;
  expect((await findingsOf(stub))[3]).toContain(
    "note: The Webhook Rule DEFAULT rule applies to callbacks here, and overrides #rc=5&rp=all",
  );
  resources.set("/v1/Webhooks/Rules", 403);
  expect((await findingsOf(stub))[3]).toStartWith(
    "note: The API key may not read the account's Webhook Rules",
  );
});

test("a URL elsewhere is shown without its query", async () => {
  using stub = startTwilioApi();
  setUp(stub, "https://old.example.com/hook?token=zq7token#x", WEBHOOK);
  const findings = await findingsOf(stub);
  expect(findings.join("\n")).not.toContain("zq7");
  expect(findings[1]).toContain(
    "posts callbacks elsewhere: to https://old.example.com/hook.",
  );
  expect(findings[2]).toContain("doesn't ask for retries");
});

test("what the key may not read is said, and isn't an error", async () => {
  using stub = startTwilioApi();
  setUp(stub, RIGHT);
  stub.state.resources.set("/v1/Services", 403).set(NUMBERS, 401);
  expect(await findingsOf(stub)).toEqual([
    expect.stringContaining("fine: The API key may read"),
    expect.stringContaining(
      "note: The API key may not read the account's Messaging Services",
    ),
    expect.stringContaining(
      "note: The API key may not read the account's phone numbers",
    ),
  ]);
});

test("a key that Twilio doesn't accept is one finding", async () => {
  using stub = startTwilioApi();
  stub.state.isKeyValid = false;
  const [finding, ...rest] = await findingsOf(stub);
  expect(finding).toStartWith("wrong: Twilio doesn't accept the API key");
  expect(rest).toEqual([]);
});

test("without a key nothing is requested, and without PUBLIC_URL nothing can be said", async () => {
  const none = read({ PUBLIC_URL });
  expect(await twilioFindings(none, "")).toEqual([]);
  using stub = startTwilioApi();
  const [{ level } = { level: "" }] = await twilioFindings(read(stub.env), "");
  expect(level).toBe("note");
  expect(stub.requests).toEqual([]);
});

test("the page checks when it's told to, and says what to change", async () => {
  using stub = startTwilioApi();
  setUp(stub, RIGHT, "https://old.example.com/hook?token=zq7token");
  await using server = await startServer({ ...stub.env, PUBLIC_URL });
  const address = `${server.origin}/sms/settings/senders`;
  const before = await get(address);
  expect(before.status).toBe(200);
  expect(before.text).toContain("<button>Check</button>");
  expect(stub.requests).toEqual([]);
  const begun = await get(`${address}/check`, {
    method: "POST",
    headers: { origin: new URL(PUBLIC_URL).origin },
  });
  expect([begun.status, begun.headers.get("location")]).toEqual([
    303,
    "/sms/settings/senders",
  ]);
  const page = await until(async () => {
    const { text } = await get(address);
    return text.includes("Check again") && text;
  });
  expect(page).toContain(
    "posts callbacks elsewhere: to https://old.example.com/hook.",
  );
  expect(page).toContain("Service 0");
  expect(page).not.toContain("zq7token");
  expect(page).not.toContain(API_SECRET);
});

test("the settings page says why reading from Twilio failed, without the secret", async () => {
  using stub = startTwilioApi();
  await using server = await startServer({ ...stub.env, PUBLIC_URL });
  const now = Date.now();
  const failure = { at: now, reason: "Twilio’s API <fails>." };
  const note = { aliveAt: now, dailyThrough: "2026-11-30", failure };
  await server.store.backfills.want([], now, note);
  const { text } = await get(`${server.origin}/sms/settings`);
  expect(text).toContain(API_ACCOUNT);
  expect(text).toContain("Twilio’s API &lt;fails&gt;.");
  expect(text).not.toContain(API_SECRET);
});

test("without the settings, the page names them", async () => {
  await using server = await startServer();
  const { text } = await get(`${server.origin}/settings/senders`);
  expect(text.replaceAll(/<[^>]*>|\s+/g, " ").replaceAll(/ +/g, " ")).toContain(
    "Not set up : it needs TWILIO_API_KEY , TWILIO_API_SECRET , TWILIO_ACCOUNT_SID and PUBLIC_URL .",
  );
});
