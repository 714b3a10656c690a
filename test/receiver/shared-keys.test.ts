import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { fc } from "../support/fast-check.ts";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { startServer } from "../support/start-server.ts";
import { leastForm } from "./form-post.ts";
import { FORM_TYPE, sendRaw } from "./raw-http.ts";
import { runsOf } from "../support/long-runs.ts";

const TOKEN = "a".repeat(32);
const OLD = "the old key's secret".replaceAll(/\W/g, "-");
const NEW = "bmV3IGtleQ==";
const OLD_ID = "webhooks_sharedkey_01k8old";
const NEW_ID = "webhooks_sharedkey_01k9new";
const HOST = "sms.example.com";
const URL_SIGNED = `http://${HOST}${WEBHOOK_PATHS.sms}`;
const SETTINGS = "X-Twilio-Webhooks-Signature-Settings";

type Server = Awaited<ReturnType<typeof startServer>>;

/** A signed callback; `settings` are complete header lines. */
type Signed = {
  readonly secret: string;
  readonly algorithm?: "HMAC_SHA1" | "HMAC_SHA256";
  readonly settings?: readonly string[];
};

/** Posts it byte for byte and resolves to the status. */
async function statusOf(
  origin: string,
  { secret, algorithm = "HMAC_SHA1", settings = [] }: Signed,
  more: readonly string[] = [],
): Promise<number> {
  const body = leastForm();
  const signature = getExpectedTwilioSignature(
    secret,
    URL_SIGNED,
    Object.fromEntries(new URLSearchParams(body)),
    algorithm,
  );
  const head = [
    `POST ${WEBHOOK_PATHS.sms} HTTP/1.1`,
    `Host: ${HOST}`,
    `Content-Type: ${FORM_TYPE}`,
    `Content-Length: ${body.length}`,
    `X-Twilio-Signature: ${signature}`,
    ...settings,
    ...more,
  ];
  const bytes = Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`, "latin1");
  return (await sendRaw(origin, bytes)).status;
}

const named = (id: string, algorithm = "HMAC_SHA256") => [
  `${SETTINGS}: key=${id},algorithm=${algorithm}`,
];

describe("during a rotation, with both keys and their IDs", () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer({
      TWILIO_WEBHOOK_AUTH_TOKEN: TOKEN,
      TWILIO_WEBHOOK_SHARED_KEYS: `${OLD_ID}=${OLD}, ${NEW_ID} = ${NEW}\n`,
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test.each<[string, number, Signed]>([
    [
      "the old key",
      200,
      { secret: OLD, algorithm: "HMAC_SHA256", settings: named(OLD_ID) },
    ],
    [
      "the new key",
      200,
      { secret: NEW, algorithm: "HMAC_SHA256", settings: named(NEW_ID) },
    ],
    [
      "the new key with SHA-1",
      200,
      { secret: NEW, settings: named(NEW_ID, "HMAC_SHA1") },
    ],
    [
      "a key without an algorithm, which means SHA-1",
      200,
      { secret: NEW, settings: [`${SETTINGS}: key=${NEW_ID}`] },
    ],
    [
      "both IDs in one header",
      200,
      {
        secret: NEW,
        algorithm: "HMAC_SHA256",
        settings: [
          `${SETTINGS}: key=${OLD_ID},key=${NEW_ID},algorithm=HMAC_SHA256`,
        ],
      },
    ],
    [
      "no id",
      200,
      {
        secret: NEW,
        algorithm: "HMAC_SHA256",
        settings: [`${SETTINGS}: algorithm=HMAC_SHA256`],
      },
    ],
    ["the auth token, without settings", 200, { secret: TOKEN }],
    [
      "the auth token, with an empty header",
      200,
      { secret: TOKEN, settings: [`${SETTINGS}:`] },
    ],
    [
      "the auth token, with settings",
      403,
      { secret: TOKEN, settings: named(NEW_ID, "HMAC_SHA1") },
    ],
    [
      "the auth token with SHA-256",
      403,
      { secret: TOKEN, algorithm: "HMAC_SHA256" },
    ],
    ["a shared key, without settings", 403, { secret: NEW }],
    [
      "one key's secret under the other's ID",
      403,
      { secret: OLD, algorithm: "HMAC_SHA256", settings: named(NEW_ID) },
    ],
    [
      "a key that isn't configured",
      403,
      {
        secret: "another",
        algorithm: "HMAC_SHA256",
        settings: named("webhooks_sharedkey_other"),
      },
    ],
    [
      "a different algorithm than the header names",
      403,
      { secret: NEW, settings: named(NEW_ID) },
    ],
    [
      "an unknown algorithm",
      403,
      {
        secret: NEW,
        algorithm: "HMAC_SHA256",
        settings: named(NEW_ID, "HMAC_SHA512"),
      },
    ],
  ])("signed with %s: %d", async (_, status, signed) => {
    expect(await statusOf(server.origin, signed)).toBe(status);
  });
});

test("with shared keys and no auth token, callbacks without settings are refused", async () => {
  await using server = await startServer({
    TWILIO_WEBHOOK_AUTH_TOKEN: "",
    TWILIO_WEBHOOK_SHARED_KEYS: NEW,
  });
  const byKey = {
    secret: NEW,
    algorithm: "HMAC_SHA256",
    settings: named(NEW_ID),
  } as const;
  expect(await statusOf(server.origin, byKey)).toBe(200);
  expect(await statusOf(server.origin, { secret: TOKEN })).toBe(403);
  expect(await statusOf(server.origin, { secret: NEW })).toBe(403);
});

test("with neither tokens nor shared keys, the response is 503 and names the missing setting", async () => {
  await using server = await startServer({ TWILIO_WEBHOOK_AUTH_TOKEN: "" });
  for (const [headers, setting] of [
    [{}, "TWILIO_WEBHOOK_AUTH_TOKEN"],
    [{ [SETTINGS]: `key=${NEW_ID}` }, "TWILIO_WEBHOOK_SHARED_KEYS"],
  ] as const) {
    const answer = await server.twilio.post({}, { headers });
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain(setting);
  }
});

/** Every way to write the header that the SDK distinguishes, and some that it doesn't. */
const part = fc
  .tuple(
    fc.constantFrom(
      "algorithm",
      " algorithm\t",
      "\xa0algorithm",
      "Algorithm",
      "ALGORITHM",
      "key",
      "",
    ),
    fc.constantFrom("=", " = ", "==", ""),
    fc.constantFrom(
      "HMAC_SHA256",
      "HMAC_SHA1",
      "hmac_sha256",
      "Hmac_Sha1",
      " HMAC_SHA256 ",
      "\xa0HMAC_SHA256",
      "HMAC_SHA512",
      "HMAC-SHA256",
      "",
      NEW_ID,
    ),
  )
  .map((pieces) => pieces.join(""));
const settingsValue = fc.oneof(
  fc.constantFrom(...[OLD_ID, NEW_ID].flatMap((id) => named(id))),
  fc
    .tuple(
      fc.array(part, { maxLength: 3 }),
      fc.constantFrom(",", ", ", ",,", ";"),
    )
    .map(([parts, comma]) => `${SETTINGS}: ${parts.join(comma)}`),
  fc.constantFrom(`${SETTINGS}:`, `${SETTINGS}: \t `, `${SETTINGS}: \xa0`),
);
const signedCallback: fc.Arbitrary<Signed> = fc.record({
  secret: fc.constantFrom(TOKEN, OLD, NEW, NEW, "another"),
  algorithm: fc.constantFrom("HMAC_SHA1", "HMAC_SHA256"),
  settings: fc.array(settingsValue, { maxLength: 2 }),
});

test("over HTTP, every verdict equals that of webhook() in Twilio's SDK", async () => {
  await using server = await startServer({
    TWILIO_WEBHOOK_AUTH_TOKEN: TOKEN,
    TWILIO_WEBHOOK_SHARED_KEYS: `${OLD},${NEW}`,
  });
  await using sdk = await startSdk();
  const numRuns = runsOf(600);
  const verdicts = { accepted: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(signedCallback, async (signed) => {
      const theirs = await Promise.all(
        ["0", "1"].map((index) =>
          statusOf(sdk.origin, signed, [`X-Secret: ${index}`]),
        ),
      );
      const ours = await statusOf(server.origin, signed);
      expect(ours).toBe(theirs.includes(200) ? 200 : 403);
      verdicts[ours === 200 ? "accepted" : "refused"]++;
    }),
    { numRuns },
  );
  expect(verdicts.accepted).toBeGreaterThan(numRuns / 10);
  expect(verdicts.refused).toBeGreaterThan(numRuns / 10);
});

/** Starts Twilio's middleware with the same token and, chosen by a header, one of the keys. */
async function startSdk() {
  const script = join(import.meta.dir, "sdk-server.mjs");
  const child = Bun.spawn(["node", script, TOKEN, OLD, NEW], {
    stdout: "pipe",
    stderr: "ignore",
  });
  const { value } = await child.stdout.getReader().read();
  return {
    origin: new TextDecoder().decode(value).trim(),
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
    },
  };
}
