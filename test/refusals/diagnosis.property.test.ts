import { expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";
import type { Cause } from "../../src/store/diagnosis.ts";
import { diagnose } from "../../src/refusals/diagnosis.ts";
import type { Diagnosis } from "../../src/store/diagnosis.ts";
import type {
  DiagnosisSettings,
  SignedRequest,
} from "../../src/refusals/signed-variants.ts";
import { cidrList } from "../../src/config/setting-values.ts";
import { tokensFor } from "../../src/twilio/auth-tokens.ts";
import { findSigningToken } from "../../src/twilio/signature.ts";
import type { RouteChannel } from "../../src/twilio/status.ts";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { rawQueries } from "../../src/receiver/raw-queries.ts";
import { signedAddress } from "../../src/receiver/signed-urls.ts";
import { ACCOUNT_SID, callbackParams } from "../support/twilio-client.ts";
import { runsOf } from "../support/long-runs.ts";

/** The signed parts, which can be distorted one by one. */
type Signed = {
  scheme: string;
  host: string;
  port: string;
  basePath: string;
  path: string;
  query: string;
  params: Record<string, string>;
  token: string;
};

type Situation = {
  readonly settings: DiagnosisSettings;
  readonly channel: RouteChannel;
  readonly headers: Record<string, string>;
  readonly basePath: string;
  readonly hasSlash: boolean;
  readonly query: string;
  readonly params: Record<string, string>;
  /** What the receiver expects to be signed. */
  readonly expected: Signed;
};

/** Another account's token. */
const OTHER_TOKEN = "ffffffffffffffffffffffffffffffff";
const OTHER_ACCOUNT = `AC${"f".repeat(32)}`;
const PEER = "127.0.0.1";

const token = fc.stringMatching(/^[0-9a-f]{32}$/);
const host = fc.constantFrom(
  "sms.example.com",
  "ops.example.org",
  "203.0.113.9",
);
const somePort = fc.constantFrom("", "", "8443", "3000");
const basePath = fc.constantFrom("", "", "/sms", "/team/ledger");
const query = fc.constantFrom(
  "",
  "?campaign=spring",
  "?campaign=spring%20sale&order=4711",
  "?a=1&b=it%27s&c=3",
);

const situation: fc.Arbitrary<Situation> = fc
  .record({
    token,
    isBound: fc.boolean(),
    hasPublicUrl: fc.boolean(),
    scheme: fc.constantFrom("http", "https"),
    host,
    port: somePort,
    arrivedHost: host,
    arrivedPort: somePort,
    isProxied: fc.boolean(),
    isTrusted: fc.boolean(),
    basePath,
    isBasePassedOn: fc.boolean(),
    channel: fc.constantFrom<RouteChannel>("sms", "whatsapp"),
    hasSlash: fc.boolean(),
    query,
    body: fc.constantFrom("Hello", "it's  20%25 off", "a\nb"),
  })
  .map((given): Situation => {
    const { hasPublicUrl, isProxied, isTrusted, channel, hasSlash } = given;
    const base = hasPublicUrl ? given.basePath : "";
    const authority = withPort(given.host, given.port);
    const arrived = withPort(given.arrivedHost, given.arrivedPort);
    const isBelieved = isProxied && isTrusted;
    const params = callbackParams({ Body: given.body });
    return {
      settings: {
        authTokens: [
          {
            token: given.token,
            accountSid: given.isBound ? ACCOUNT_SID : undefined,
          },
          { token: OTHER_TOKEN, accountSid: OTHER_ACCOUNT },
        ],
        sharedKeys: [],
        publicUrl: hasPublicUrl
          ? `${given.scheme}://${authority}${base}`
          : undefined,
        trustedProxies: isTrusted ? cidrList("127.0.0.0/8") : undefined,
        port: 3000,
      },
      channel,
      headers: {
        host: arrived,
        ...(isProxied && {
          "x-forwarded-host": authority,
          "x-forwarded-proto": given.scheme,
        }),
      },
      basePath: given.isBasePassedOn ? base : "",
      hasSlash,
      query: given.query,
      params,
      expected: {
        ...(hasPublicUrl || isBelieved
          ? { scheme: given.scheme, host: given.host, port: given.port }
          : {
              scheme: "http",
              host: given.arrivedHost,
              port: given.arrivedPort,
            }),
        basePath: base,
        path: WEBHOOK_PATHS[channel] + (hasSlash ? "/" : ""),
        query: given.query,
        params,
        token: given.token,
      },
    };
  });

/**
 * Something that makes a signature wrong: the parts that were signed instead, and the
 * headers that reveal it.
 */
type Distortion = {
  readonly causes: readonly Cause[];
  readonly change: (
    signed: Signed,
    situation: Situation,
  ) => {
    readonly signed?: Partial<Signed>;
    readonly headers?: Record<string, string>;
    /** What arrived, if that is what was distorted. */
    readonly arrived?: Partial<Pick<Situation, "query" | "params">>;
    readonly settings?: Partial<DiagnosisSettings>;
  };
};

const SCHEME: Distortion = {
  causes: ["scheme"],
  change: ({ scheme }) => ({
    signed: { scheme: scheme === "https" ? "http" : "https" },
  }),
};
const PORT: Distortion = {
  causes: ["port"],
  change: () => ({ signed: { port: "8080" } }),
};
const HOST: Distortion = {
  causes: ["host"],
  change: () => ({
    signed: { host: "hooks.example.net", port: "" },
    headers: { "x-forwarded-host": "hooks.example.net" },
  }),
};
const SLASH: Distortion = {
  causes: ["slash"],
  change: ({ path }) => ({
    signed: { path: path.endsWith("/") ? path.slice(0, -1) : `${path}/` },
  }),
};
const NO_BASE: Distortion = {
  causes: ["base-path"],
  change: () => ({ signed: { basePath: "" } }),
};
const DOUBLE_BASE: Distortion = {
  causes: ["base-path"],
  change: ({ basePath: base }) => ({ signed: { basePath: base + base } }),
};
const USUAL_BASE: Distortion = {
  causes: ["base-path"],
  change: () => ({ signed: { basePath: "/twilio" } }),
};
const NAMED_BASE: Distortion = {
  causes: ["base-path"],
  change: ({ basePath: base }) => ({
    signed: { basePath: `/outside${base}` },
    headers: { "x-forwarded-prefix": "/outside/" },
  }),
};
const DOUBLE_SLASH: Distortion = {
  causes: ["double-slash"],
  change: ({ path }) => ({ signed: { path: `/${path}` } }),
};
const ROUTE: Distortion = {
  causes: ["route"],
  change: ({ path }, { channel }) => ({
    signed: {
      path: path.replace(
        WEBHOOK_PATHS[channel],
        WEBHOOK_PATHS[channel === "sms" ? "whatsapp" : "sms"],
      ),
    },
  }),
};
const QUERY_ADDED: Distortion = {
  causes: ["query-added"],
  change: (_, { query: now }) => ({
    arrived: { query: now === "" ? "?utm=1" : `${now}&utm=1` },
  }),
};
const QUERY_LOST: Distortion = {
  causes: ["query-lost"],
  change: ({ basePath: base, path }) => ({
    signed: { query: "?order=12" },
    headers: { "x-original-uri": `${base}${path}?order=12` },
  }),
};
const QUERY_ORDER: Distortion = {
  causes: ["query-order"],
  change: () => ({
    signed: { query: "?z=1&a=2&b=3" },
    arrived: { query: "?a=2&b=3&z=1" },
  }),
};
const QUERY_ESCAPES: Distortion = {
  causes: ["query-escapes"],
  change: () => ({
    signed: { query: "?campaign=spring+sale" },
    arrived: { query: "?campaign=spring%20sale" },
  }),
};
const ACCOUNT: Distortion = {
  causes: ["account"],
  change: () => ({ signed: { token: OTHER_TOKEN } }),
};
const QUOTES: Distortion = {
  causes: ["token-quotes"],
  change: ({ token: right }, { settings: { authTokens } }) => ({
    settings: {
      authTokens: authTokens.map((each) =>
        each.token === right ? { ...each, token: `"${right}"` } : each,
      ),
    },
  }),
};
const SPACE: Distortion = {
  causes: ["token-space"],
  change: ({ token: right }) => ({ signed: { token: `${right}\n` } }),
};
const CASE: Distortion = {
  causes: ["token-case"],
  change: (_, { settings: { authTokens } }) => ({
    settings: {
      authTokens: authTokens.map((each) => ({
        ...each,
        token:
          each.token === OTHER_TOKEN
            ? OTHER_TOKEN
            : `${each.token.toUpperCase()}A`,
      })),
    },
    signed: {
      token: `${authTokens[0]?.token.toLowerCase() ?? ""}a`,
    },
  }),
};
const PLUS: Distortion = {
  causes: ["body-plus"],
  change: ({ params }) => ({
    arrived: {
      params: { ...params, To: " 14155550123", From: " 15595551269" },
    },
  }),
};
const TRIMMED: Distortion = {
  causes: ["body"],
  change: ({ params }) => ({
    arrived: { params: { ...params, Note: " x " } },
    signed: { params: { ...params, Note: "x" } },
  }),
};
const EMPTY: Distortion = {
  causes: ["body"],
  change: ({ params }) => ({ arrived: { params: { ...params, Note: "" } } }),
};
const LINES: Distortion = {
  causes: ["body"],
  change: ({ params }) => ({
    arrived: { params: { ...params, Body: "Hello", Note: "a\nb" } },
    signed: { params: { ...params, Body: "Hello", Note: "a\r\nb" } },
  }),
};
const UNSIGNED_BODY: Distortion = {
  causes: ["body-unsigned"],
  change: () => ({ signed: { params: {} } }),
};
const JSON_BODY: Distortion = {
  causes: ["json-body"],
  change: () => ({
    signed: { params: {}, query: "?bodySHA256=5ac3" },
    arrived: { query: "?bodySHA256=5ac3" },
  }),
};

const ALONE = {
  SCHEME,
  PORT,
  HOST,
  SLASH,
  NO_BASE,
  DOUBLE_BASE,
  USUAL_BASE,
  NAMED_BASE,
  DOUBLE_SLASH,
  ROUTE,
  QUERY_ADDED,
  QUERY_LOST,
  QUERY_ORDER,
  QUERY_ESCAPES,
  ACCOUNT,
  QUOTES,
  SPACE,
  CASE,
  PLUS,
  TRIMMED,
  EMPTY,
  LINES,
  UNSIGNED_BODY,
  JSON_BODY,
};
const TOGETHER: Record<string, readonly Distortion[]> = {
  "SCHEME and PORT": [SCHEME, PORT],
  "SCHEME and HOST": [SCHEME, HOST],
  "SCHEME and SLASH": [SCHEME, SLASH],
  "SCHEME and NO_BASE": [SCHEME, NO_BASE],
  "SCHEME and USUAL_BASE": [SCHEME, USUAL_BASE],
  "SCHEME and QUERY_ADDED": [SCHEME, QUERY_ADDED],
  "SCHEME and ACCOUNT": [SCHEME, ACCOUNT],
  "SCHEME and QUOTES": [SCHEME, QUOTES],
  "SCHEME and PLUS": [SCHEME, PLUS],
  "SCHEME and JSON_BODY": [SCHEME, JSON_BODY],
  "HOST and SLASH": [HOST, SLASH],
  "HOST and DOUBLE_BASE": [HOST, DOUBLE_BASE],
  "HOST and NAMED_BASE": [HOST, NAMED_BASE],
  "HOST and ACCOUNT": [HOST, ACCOUNT],
  "HOST and EMPTY": [HOST, EMPTY],
  "SLASH and ACCOUNT": [SLASH, ACCOUNT],
  "SLASH and QUERY_ADDED": [SLASH, QUERY_ADDED],
  "ROUTE and ACCOUNT": [ROUTE, ACCOUNT],
  "PLUS and ACCOUNT": [PLUS, ACCOUNT],
  "SCHEME, HOST and SLASH": [SCHEME, HOST, SLASH],
};

function withPort(name: string, port: string): string {
  return port === "" ? name : `${name}:${port}`;
}

function urlOf({
  scheme,
  host: name,
  port,
  basePath: base,
  path,
}: Signed): string {
  return `${scheme}://${withPort(name, port)}${base}${path}`;
}

/** Returns the request that arrives, what was signed for it, and the settings. */
function distorted(
  given: Situation,
  distortions: readonly Distortion[],
): { request: SignedRequest; settings: DiagnosisSettings; signed: Signed } {
  let signed = given.expected;
  let situation = given;
  for (const { change } of distortions) {
    const {
      signed: more,
      headers,
      arrived,
      settings,
    } = change(signed, situation);
    signed = { ...signed, ...more };
    situation = {
      ...situation,
      ...arrived,
      headers: { ...situation.headers, ...headers },
      settings: { ...situation.settings, ...settings },
    };
  }
  const { channel, basePath: base, hasSlash, query: arrivedQuery } = situation;
  const route = base + WEBHOOK_PATHS[channel] + (hasSlash ? "/" : "");
  const { host: arrivedHost = "" } = situation.headers;
  return {
    settings: situation.settings,
    signed,
    request: {
      channel,
      requestUrl: `http://${arrivedHost}${route}${arrivedQuery}`,
      headers: new Headers(situation.headers),
      peer: () => PEER,
      params: Object.entries(situation.params),
      signature: getExpectedTwilioSignature(
        signed.token,
        urlOf(signed) + signed.query,
        signed.params,
      ),
    },
  };
}

/** Reports whether the receiver accepts it. */
function isAccepted(
  request: SignedRequest,
  settings: DiagnosisSettings,
): boolean {
  const params = request.params ?? [];
  const accountSid = params.find(([name]) => name === "AccountSid")?.[1];
  const route = WEBHOOK_PATHS[request.channel];
  const { base, path, query } = signedAddress(settings, route, request);
  const urls = ["", ...rawQueries(query, 8)].map(
    (each) => base + path + (each || query),
  );
  const tokens = tokensFor(settings.authTokens, accountSid);
  return (
    findSigningToken(tokens, request.signature, urls, params) !== undefined
  );
}

function causesOf(diagnosis: Diagnosis): readonly Cause[] {
  return diagnosis.outcome === "explained" ? diagnosis.causes : [];
}

const ADDRESS_CAUSES = new Set<Cause>(["scheme", "host", "port", "base-path"]);

test.each([
  ...Object.entries(ALONE).map(([name, each]) => [name, [each]] as const),
  ...Object.entries(TOGETHER),
])("a deliberate mistake is named: %s", (_, distortions) => {
  const expected = distortions.flatMap(({ causes }) => causes);
  let looked = 0;
  fc.assert(
    fc.property(situation, (given) => {
      const { request, settings, signed } = distorted(given, distortions);
      // Some distortions change nothing, such as removing a base path that isn't there.
      fc.pre(!isAccepted(request, settings));
      looked++;
      const diagnosis = diagnose(request, settings);
      if (diagnosis.outcome !== "explained")
        throw new Error(JSON.stringify(settings));
      // The same signed data may have another explanation with fewer causes.
      const causes = causesOf(diagnosis).toSorted();
      if (
        diagnosis.signedUrl !== urlOf(signed) ||
        causes.length >= expected.length
      )
        expect(causes).toEqual(expected.toSorted());
      expect(diagnosis.boundTo).toBe(
        settings.authTokens.find((each) => each.token === signed.token)
          ?.accountSid ?? null,
      );
      if (
        diagnosis.publicUrl !== null &&
        diagnosis.causes.every((each) => ADDRESS_CAUSES.has(each))
      )
        expect(
          isAccepted(request, { ...settings, publicUrl: diagnosis.publicUrl }),
        ).toBe(true);
    }),
    { numRuns: runsOf(150) },
  );
  expect(looked).toBeGreaterThan(10);
});

test("a request that isn't signed with a configured token matches nothing", () => {
  fc.assert(
    fc.property(
      situation,
      token,
      fc.constantFrom(...Object.values(ALONE)),
      (given, foreign, distortion) => {
        const { request, settings, signed } = distorted(given, [distortion]);
        const signature = getExpectedTwilioSignature(
          foreign,
          urlOf(signed),
          signed.params,
        );
        expect(diagnose({ ...request, signature }, settings)).toEqual({
          outcome: "unexplained",
        });
      },
    ),
    { numRuns: runsOf(300) },
  );
});

test("a malformed signature is never explained", () => {
  fc.assert(
    fc.property(
      situation,
      fc.string({ unit: "binary" }),
      (given, signature) => {
        const { request, settings } = distorted(given, []);
        expect(diagnose({ ...request, signature }, settings)).toEqual({
          outcome: "misshapen",
        });
      },
    ),
    { numRuns: runsOf(100) },
  );
});
