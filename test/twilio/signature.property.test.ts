import { expect, test } from "bun:test";
import { parse, stringify } from "node:querystring";
import { fc } from "../support/fast-check.ts";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";
import type { FormParams } from "../../src/twilio/form.ts";
import { findSigningToken, sign } from "../../src/twilio/signature.ts";
import {
  arbitraryParams,
  arbitraryUrl,
  joined,
  type UrlPieces,
} from "./arbitrary-requests.ts";
import { FUNCTION_RUNS, sdkAccepts, sdkParams } from "./sdk-verdict.ts";

const TOKENS = ["token", "other", "third"] as const;
/** By Twilio's names. */
const ALGORITHMS = { HMAC_SHA1: "sha1", HMAC_SHA256: "sha256" } as const;
type AlgorithmName = keyof typeof ALGORITHMS;
const algorithmName = fc.constantFrom<AlgorithmName>(
  "HMAC_SHA1",
  "HMAC_SHA256",
);

/** What a back end might have signed for a URL; the SDK accepts some of them. */
const SIGNED_FORMS: readonly ((url: UrlPieces) => string)[] = [
  joined,
  (url) => joined({ ...url, port: "" }),
  (url) => joined({ ...url, port: url.port || defaultPort(url) }),
  (url) => joined({ ...url, port: defaultPort(url) }),
  (url) => normalized(joined(url)),
  (url) => normalized(joined({ ...url, port: "" })),
  (url) => withDefaultPort(normalized(joined({ ...url, port: "" }))),
  (url) => legacy(normalized(joined(url))),
  (url) => legacy(normalized(joined({ ...url, port: "" }))),
  (url) => legacy(withDefaultPort(normalized(joined({ ...url, port: "" })))),
  (url) => legacy(joined(url)),
  (url) => joined({ ...url, userInfo: "" }),
  (url) => joined({ ...url, fragment: "" }),
  (url) => joined({ ...url, query: "" }),
  (url) => joined({ ...url, path: `${url.path}/` }),
  (url) => joined({ ...url, scheme: "http://" }),
  (url) => joined(url).toLowerCase(),
];

/** Almost a signature. */
const SPOILED: readonly ((signature: string) => string)[] = [
  (signature) => signature.slice(0, -1),
  (signature) => `${signature}=`,
  (signature) => ` ${signature}`,
  (signature) => signature.toLowerCase(),
  (signature) =>
    signature.replace(/^./, (first) => (first === "A" ? "B" : "A")),
  // Another spelling of the same bytes: the last digit's lowest bits are unused.
  (signature) => signature.replace(/.=$/, "B="),
  (signature) => `${signature.slice(0, 26)}é`,
  () => "",
];

type Request = {
  readonly url: UrlPieces;
  readonly params: FormParams;
  readonly signature: string;
  /** The one that the callback names. */
  readonly algorithm: AlgorithmName;
};

/** A request signed by one of the tokens for one of the forms, mostly correctly. */
const signedRequest: fc.Arbitrary<Request> = fc
  .record({
    url: arbitraryUrl,
    params: arbitraryParams,
    signer: mostly(TOKENS[0], fc.constantFrom(...TOKENS)),
    form: fc.constantFrom(...SIGNED_FORMS),
    algorithm: algorithmName,
    used: algorithmName,
    isOther: mostly(false, fc.constant(true)),
    spoil: mostly(
      (signature: string) => signature,
      fc.constantFrom(...SPOILED),
    ),
  })
  .map(({ url, params, signer, form, spoil, algorithm, used, isOther }) => ({
    url,
    params,
    algorithm,
    signature: spoil(
      getExpectedTwilioSignature(
        signer,
        form(url),
        sdkParams(params),
        isOther ? used : algorithm,
      ),
    ),
  }));

test("every verdict on a signature equals that of Twilio's SDK", () => {
  const verdicts = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(signedRequest, ({ url: pieces, ...request }) => {
      const { params, signature, algorithm } = request;
      const [token] = TOKENS;
      const url = joined(pieces);
      const accepted = sdkAccepts(token, signature, url, params, algorithm);
      verdicts[accepted ? "accepted" : "refused"]++;
      expect(
        findSigningToken(
          [token],
          signature,
          [url],
          params,
          ALGORITHMS[algorithm],
        ),
      ).toBe(accepted ? token : undefined);
    }),
    { numRuns: FUNCTION_RUNS },
  );
  // Both kinds must have come up often, or the property proves little.
  expect(verdicts.accepted).toBeGreaterThan(1_000);
  expect(verdicts.refused).toBeGreaterThan(1_000);
});

test("with several tokens and addresses, the verdict is the SDK's for any of them", () => {
  const tokens = fc.subarray([...TOKENS]);
  fc.assert(
    fc.property(
      signedRequest,
      arbitraryUrl,
      tokens,
      (each, otherUrl, tried) => {
        const { params, signature, algorithm } = each;
        const urls = [joined(otherUrl), joined(each.url)];
        const accepts = (token: string) =>
          urls.some((url) =>
            sdkAccepts(token, signature, url, params, algorithm),
          );
        const found = findSigningToken(
          tried,
          signature,
          urls,
          params,
          ALGORITHMS[algorithm],
        );
        expect(found !== undefined).toBe(tried.some(accepts));
        if (found !== undefined) expect(accepts(found)).toBe(true);
      },
    ),
    { numRuns: 3_000 },
  );
});

test("the signed data equals what Twilio's SDK signs", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.webUrl(),
      arbitraryParams,
      algorithmName,
      (token, url, params, algorithm) => {
        expect(sign(token, url, params, ALGORITHMS[algorithm])).toBe(
          getExpectedTwilioSignature(token, url, sdkParams(params), algorithm),
        );
      },
    ),
    { numRuns: 3_000 },
  );
});

test("any text as signature or address gets the SDK's verdict, without an error", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(text, text, arbitraryParams, (signature, url, params) => {
      for (const each of [signature, sign("token", url, params)]) {
        expect(
          findSigningToken(["token"], each, [url], params) !== undefined,
        ).toBe(sdkAccepts("token", each, url, params));
      }
    }),
    { numRuns: 2_000 },
  );
});

function mostly<T>(usual: T, others: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof(
    { arbitrary: fc.constant(usual), weight: 3 },
    { arbitrary: others, weight: 1 },
  );
}

function normalized(url: string): string {
  return URL.parse(url)?.toString() ?? url;
}

function defaultPort({ scheme }: Pick<UrlPieces, "scheme">): string {
  return scheme.toLowerCase() === "https://" ? ":443" : ":80";
}

/** Adds the default port to a normalized URL without a port. */
function withDefaultPort(url: string): string {
  return url.replace(
    /^(https?:)(\/\/[^/?#]*)/,
    (_, scheme: string, authority: string) =>
      scheme + authority + defaultPort({ scheme: `${scheme}//` }),
  );
}

function legacy(url: string): string {
  return url.replace(
    /\?(.+)$/s,
    (_, query: string) => `?${stringify(parse(query))}`,
  );
}
