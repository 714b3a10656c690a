import type { Diagnosis, Explanation } from "../store/diagnosis.ts";
import { publicUrl as checkedPublicUrl } from "../config/setting-values.ts";
import { isSignatureOf } from "../twilio/signature.ts";
import { WEBHOOK_PATHS } from "../twilio/webhook-paths.ts";
import { signedAddress, type SignedAddress } from "../receiver/signed-urls.ts";
import type { Cause } from "../store/diagnosis.ts";
import {
  PARTS,
  signedVariants,
  type Candidate,
  type DiagnosisSettings,
  type Part,
  type SignedRequest,
  type Variants,
} from "./signed-variants.ts";

/** Base64 of the 20 bytes of SHA-1, or the 32 of SHA-256. */
const SIGNATURE = /^(?:[A-Za-z0-9+/]{27}|[A-Za-z0-9+/]{43})=$/;

/** The maximum signatures that one diagnosis compares, and characters that it signs: a few milliseconds. */
const TRIES_MAX = 3_000;
const CHARS_MAX = 4 * 1024 * 1024;
/** The work done before others get their turn: well under a tenth of a millisecond. */
const STEP_TRIES = 25;
const STEP_CHARS = 64 * 1024;

/**
 * Finds what would have matched a wrong signature: different settings, address, token,
 * or body. The result contains nothing of a token.
 */
export function diagnose(
  request: SignedRequest,
  settings: DiagnosisSettings,
): Diagnosis {
  const steps = diagnosisSteps(request, settings);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same in short steps, so that callbacks can be handled in between. */
export function* diagnosisSteps(
  request: SignedRequest,
  settings: DiagnosisSettings,
): Generator<undefined, Diagnosis, undefined> {
  if (!SIGNATURE.test(request.signature)) return { outcome: "misshapen" };
  const signature = Buffer.from(request.signature);
  const algorithm = signature.length === 28 ? "sha1" : "sha256";
  const route = WEBHOOK_PATHS[request.channel];
  const address = signedAddress(settings, route, request);
  const variants = signedVariants(request, settings, algorithm, address);
  if (variants === undefined) return { outcome: "unexplained" };
  let [tries, chars] = [0, 0];
  let [stepTries, stepChars] = [0, 0];
  for (const candidate of candidates(variants)) {
    const { origin, path, query, body, token } = candidate;
    const text = origin.value + path.value + query.value + body.value;
    if (isSignatureOf(signature, token.value, text, algorithm))
      return explanation(candidate, address, settings);
    tries++;
    chars += text.length;
    if (tries >= TRIES_MAX || chars >= CHARS_MAX) break;
    if (tries - stepTries < STEP_TRIES && chars - stepChars < STEP_CHARS)
      continue;
    [stepTries, stepChars] = [tries, chars];
    yield;
  }
  return { outcome: "unexplained" };
}

/** Parts that are likely to be wrong together. Usually it's the origin and something else. */
const PAIRS: readonly (readonly [Part, Part])[] = [
  ["origin", "path"],
  ["origin", "token"],
  ["origin", "body"],
  ["origin", "query"],
  ["path", "token"],
  ["path", "query"],
  ["body", "token"],
];

/** Candidates with nothing changed, then with one part changed, then with two, likely ones only. */
function* candidates(variants: Variants): Generator<Candidate> {
  const expected = (part: Part) => {
    const unchanged = variants[part].filter(
      ({ causes }) => causes.length === 0,
    );
    if (unchanged.length > 0) return unchanged;
    // For a body that wasn't read, and an account without a token, everything is a guess.
    return variants[part].filter((each) => each.isLikely);
  };
  const changed = (part: Part) =>
    variants[part].filter(({ causes }) => causes.length > 0);
  const likely = (part: Part) => changed(part).filter((each) => each.isLikely);
  const product = (choice: Partial<Variants>) =>
    productOf({
      origin: choice.origin ?? expected("origin"),
      path: choice.path ?? expected("path"),
      query: choice.query ?? expected("query"),
      body: choice.body ?? expected("body"),
      token: choice.token ?? expected("token"),
    });
  yield* product({});
  for (const part of PARTS) yield* product({ [part]: changed(part) });
  for (const [one, other] of PAIRS)
    yield* product({ [one]: likely(one), [other]: likely(other) });
}

function* productOf(variants: Variants): Generator<Candidate> {
  for (const body of variants.body)
    for (const path of variants.path)
      for (const query of variants.query)
        for (const origin of variants.origin)
          for (const token of variants.token)
            yield { origin, path, query, body, token };
}

function explanation(
  candidate: Candidate,
  address: SignedAddress,
  { authTokens, sharedKeys, publicUrl }: DiagnosisSettings,
): Explanation {
  const { origin, path, token } = candidate;
  const signedUrl = origin.value + path.value;
  const fixed = publicUrlFor(signedUrl, address.path);
  const causes = PARTS.flatMap((part) => candidate[part].causes);
  const keyId = causes.some((each) => KEY_CAUSES.includes(each))
    ? sharedKeys.find(({ secret }) => secret === token.value)?.id
    : undefined;
  const isFixed =
    origin.causes.length + path.causes.length > 0 && fixed !== publicUrl;
  return {
    outcome: "explained",
    causes,
    signedUrl,
    publicUrl: isFixed ? fixed : null,
    boundTo:
      authTokens.find((each) => each.token === token.value)?.accountSid ?? null,
    ...(keyId !== undefined && { keyId }),
  };
}

const KEY_CAUSES: readonly Cause[] = ["settings-lost", "key-id", "algorithm"];

/** Returns the PUBLIC_URL that makes `path` the signed address; null if none does. */
function publicUrlFor(signedUrl: string, path: string): string | null {
  if (!signedUrl.endsWith(path)) return null;
  const base = signedUrl.slice(0, -path.length);
  try {
    return checkedPublicUrl(base) === base ? base : null;
  } catch {
    return null;
  }
}
