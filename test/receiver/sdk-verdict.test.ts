/** Compares verdicts with Twilio's SDK over a raw socket, for the target as it was sent. */
import { expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";
import type { FormParams } from "../../src/twilio/form.ts";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { startServer } from "../support/start-server.ts";
import { arbitraryParams } from "../twilio/arbitrary-requests.ts";
import { HTTP_RUNS, sdkAccepts, sdkParams } from "../twilio/sdk-verdict.ts";
import { FORM_TYPE, sendRaw } from "./raw-http.ts";

const TOKEN = "a".repeat(32);
const SECRET = "c2VjcmV0IG9mIGEga2V5";
const BASE_PATH = "/ledger.v2/~team";
const PUBLIC_URL = `https://Ops.example.com:8443${BASE_PATH}`;

/**
 * The maximum number of characters escaped by the server for which it tries every
 * combination of spellings.
 */
const DOUBTFUL_MAX = 8;

type Algorithm = "HMAC_SHA1" | "HMAC_SHA256";
type Callback = {
  /** Whether to call the server with PUBLIC_URL. */
  readonly isPublic: boolean;
  readonly host: string;
  readonly target: string;
  readonly params: FormParams;
  readonly secret: string;
  readonly algorithm: Algorithm;
  /** Undefined if the header isn't sent. */
  readonly settings: string | undefined;
  /** Turns the URL as sent into the one that is signed. */
  readonly signed: (url: string) => string;
};

/**
 * Returns text that a request target can contain; a space or a control character would end
 * it.
 */
const targetText = (text: string) => text.replaceAll(/[\0-\x20#]/g, "-");
const mixed = fc.constantFrom(
  ..."' %27 \" %22 < %3C %3c > %3E é %C3%A9 %c3%a9 € %E2%82%AC 😀 %F0%9F%98%80 \x7f %7F \x80".split(
    " ",
  ),
  ..."a b = + %20 %2B %zz % %E9 ; / ? : @ ` %60 { | } \\ ^ ~ ! * ( ) [ ] .. .".split(
    " ",
  ),
);
const pair = fc.oneof(
  fc.array(mixed, { maxLength: 5 }).map((pieces) => `a=${pieces.join("")}`),
  fc.constantFrom(
    "name=O'Neil",
    "x=%27",
    "n=é",
    "m=%C3%A9",
    'q="quoted"',
    "q=%22quoted%22",
    "",
    "a",
    "=",
    "bodySHA256=0",
  ),
  fc.string({ unit: "binary", maxLength: 6 }).map(targetText),
);
const query = fc.oneof(
  fc.constantFrom("", "?", "??"),
  fc.array(pair, { maxLength: 4 }).map((pairs) => `?${pairs.join("&")}`),
);
const path = fc
  .tuple(
    fc.constantFrom(WEBHOOK_PATHS.sms, WEBHOOK_PATHS.whatsapp),
    fc.constantFrom("", "", "/"),
  )
  .map((pieces) => pieces.join(""));

const algorithm = fc.constantFrom<Algorithm>("HMAC_SHA1", "HMAC_SHA256");
const callback: fc.Arbitrary<Callback> = fc
  .record({
    isPublic: fc.boolean(),
    /** A proxy keeps the base path or removes it. */
    basePath: fc.constantFrom("", BASE_PATH),
    host: fc.constantFrom(
      "sms.example.com",
      "SMS.Example.com:8443",
      "127.0.0.1:80",
      "[::1]:3000",
      "xn--mnchen-3ya.example",
    ),
    path,
    query,
    params: arbitraryParams,
    secret: mostly(TOKEN, fc.constantFrom(SECRET, "another")),
    algorithm: mostly<Algorithm>("HMAC_SHA1", algorithm),
    named: mostly<string | undefined>(
      undefined,
      fc.constantFrom("", "key=webhooks_sharedkey_1", "algorithm=hmac_sha256"),
    ),
    byKey: fc.boolean(),
    signed: mostly(
      (url: string) => url,
      fc.constantFrom(
        (url: string) => url.replace(/:\d+(?=[/?])/, ""),
        (url: string) =>
          url.replace(
            /^(https?):\/\/([^/:]+|\[[^/]+\])(?=\/)/,
            (_, scheme, host) =>
              `${scheme}://${host}:${scheme === "https" ? 443 : 80}`,
          ),
        (url: string) => URL.parse(url)?.href ?? url,
        (url: string) =>
          decodeURI(url.replaceAll("%", "%25")).replaceAll("%27", "'"),
        (url: string) => url.replaceAll("'", "%27").replaceAll("é", "%C3%A9"),
        (url: string) => `${url}x`,
        (url: string) => url.replace(/\?.*$/, ""),
      ),
    ),
  })
  .map(({ path: called, query: asked, basePath, byKey, named, ...rest }) => ({
    ...rest,
    target: (rest.isPublic ? basePath : "") + called + asked,
    ...(byKey
      ? {
          secret: SECRET,
          settings: `key=webhooks_sharedkey_1,algorithm=${rest.algorithm}`,
        }
      : { settings: named }),
  }));

test("over a raw socket, every verdict equals the SDK's for the target as it was sent", async () => {
  const env = {
    TWILIO_WEBHOOK_AUTH_TOKEN: TOKEN,
    TWILIO_WEBHOOK_SHARED_KEYS: SECRET,
  };
  await using own = await startServer(env);
  await using known = await startServer({ ...env, PUBLIC_URL });
  const verdicts = { accepted: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(callback, async (given) => {
      fc.pre(doubtfulIn(given.target) <= DOUBTFUL_MAX);
      const { origin } = given.isPublic ? known : own;
      const status = await statusOf(origin, given);
      const accepted =
        isAcceptedBySdk(given) ||
        isAcceptedBySdk(respelled(given), signatureOf(given));
      verdicts[accepted ? "accepted" : "refused"]++;
      // A malformed form with a valid signature has passed the signature check.
      expect([200, 400].includes(status)).toBe(accepted);
      if (!accepted) expect(status).toBe(403);
    }),
    { numRuns: HTTP_RUNS },
  );
  expect(verdicts.accepted).toBeGreaterThan(HTTP_RUNS / 4);
  expect(verdicts.refused).toBeGreaterThan(HTTP_RUNS / 10);
}, 900_000);

/**
 * Returns the address as the SDK gets it: PUBLIC_URL, and the target without the base path.
 */
function urlOf({ isPublic, host, target }: Callback): string {
  if (!isPublic) return `http://${host}${target}`;
  return (
    PUBLIC_URL +
    (target.startsWith(BASE_PATH) ? target.slice(BASE_PATH.length) : target)
  );
}

function doubtfulIn(target: string): number {
  const query = new URL(target, "http://h").search;
  const escaped = /%27|%22|%3C|%3E|%7F|%[C-F][0-9A-F](?:%[89AB][0-9A-F])+/g;
  return query.match(escaped)?.length ?? 0;
}

/**
 * Returns the same callback with its target spelled as it was signed, if the server can't
 * distinguish the two spellings.
 */
function respelled(given: Callback): Callback {
  const queryOf = (url: string) => /\?.*/s.exec(url)?.[0] ?? "";
  const { target, signed } = given;
  const query = queryOf(signed(urlOf(given)));
  const path = target.slice(0, target.length - queryOf(target).length);
  const isSame =
    new URL(path + query, "http://h").href === new URL(target, "http://h").href;
  return isSame ? { ...given, target: path + query } : given;
}

function signatureOf(given: Callback): string {
  const { secret, signed, params, algorithm: name } = given;
  const url = signed(urlOf(given));
  return getExpectedTwilioSignature(secret, url, sdkParams(params), name);
}

function isAcceptedBySdk(
  given: Callback,
  signature = signatureOf(given),
): boolean {
  const { settings, params } = given;
  const [, named] = /algorithm=(.*)/.exec(settings ?? "") ?? [];
  return sdkAccepts(
    settings ? SECRET : TOKEN,
    signature,
    urlOf(given),
    params,
    settings ? named : undefined,
  );
}

async function statusOf(origin: string, given: Callback): Promise<number> {
  const { host, target, params, settings } = given;
  const body = new URLSearchParams(params.map((each) => [...each])).toString();
  const head = [
    `POST ${target} HTTP/1.1`,
    `Host: ${host}`,
    `Content-Type: ${FORM_TYPE}`,
    `Content-Length: ${body.length}`,
    `X-Twilio-Signature: ${signatureOf(given)}`,
    ...(settings === undefined
      ? []
      : [`X-Twilio-Webhooks-Signature-Settings: ${settings}`]),
  ];
  return (await sendRaw(origin, `${head.join("\r\n")}\r\n\r\n${body}`)).status;
}

function mostly<T>(usual: T, others: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof(
    { arbitrary: fc.constant(usual), weight: 3 },
    { arbitrary: others, weight: 1 },
  );
}
