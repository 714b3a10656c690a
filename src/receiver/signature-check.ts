import type { Config } from "../config/config.ts";
import { tokensFor } from "../twilio/auth-tokens.ts";
import {
  algorithmNamed,
  readSignatureSettings,
  secretsFor,
  SIGNATURE_SETTINGS_HEADER,
} from "../twilio/shared-keys.ts";
import { findSigningToken, type Algorithm } from "../twilio/signature.ts";
import type { Posted } from "./refusal-answer.ts";
import {
  NO_AUTH_TOKEN,
  NO_KEY_FOR_SETTINGS,
  NO_SHARED_KEY,
  NO_TOKEN_WITHOUT_SETTINGS,
  UNKNOWN_ALGORITHM,
  UNSIGNED,
  WRONGLY_SIGNED,
  WRONGLY_SIGNED_BY_KEY,
  type Refusal,
} from "./refusal.ts";
import { rawQueries } from "./raw-queries.ts";
import {
  signedAddress,
  type Addressed,
  type SignedUrlSettings,
} from "./signed-urls.ts";

export type SignatureCheckSettings = SignedUrlSettings &
  Pick<Config, "authTokens" | "sharedKeys">;

/**
 * The maximum cost of verifying a callback, beyond its first spellings: HMACs, and
 * characters that they sign. That takes one to two milliseconds.
 */
const HMACS_MAX = 512;
const CHARS_MAX = 512 * 1024;
/** Spellings of an address that are always tried. */
const SPELLINGS_MIN = 8;

/**
 * Returns why a posted form can't be verified as Twilio's; undefined if it is verified. The
 * verdict matches the `webhook()` of twilio-node 6.3.1: a callback with signature settings
 * is verified with shared keys only, one without them with auth tokens and SHA-1 only.
 * Unlike there, a form is verified by its parameters even if the query has a `bodySHA256`,
 * because that is how Twilio signs a form.
 */
export function unproven(
  settings: SignatureCheckSettings,
  route: string,
  addressed: Addressed,
  posted: Posted,
): Refusal | undefined {
  const accountSid = posted.params.find(([name]) => name === "AccountSid")?.[1];
  const tokens = tokensFor(settings.authTokens, accountSid);
  const signer = signerOf(settings, route, addressed, posted, tokens);
  return typeof signer === "string" ? undefined : signer;
}

/**
 * Returns the auth token, one of `tokens`, or the shared key's secret that signed a request;
 * otherwise why none did.
 */
export function signerOf(
  settings: SignatureCheckSettings,
  route: string,
  addressed: Addressed,
  { params, bodyBytes }: Posted,
  tokens: readonly string[],
): string | Refusal {
  const { authTokens, sharedKeys } = settings;
  const { headers } = addressed;
  const signedWith = headers.get(SIGNATURE_SETTINGS_HEADER);
  if (authTokens.length === 0 && sharedKeys.length === 0)
    return signedWith ? NO_SHARED_KEY : NO_AUTH_TOKEN;
  const signature = headers.get("x-twilio-signature");
  if (!signature) return UNSIGNED;
  const signing = (secrets: readonly string[], algorithm: Algorithm) => {
    const address = signedAddress(settings, route, addressed);
    const url = address.base + address.path + address.query;
    const hmacs = Math.min(HMACS_MAX, CHARS_MAX / (url.length + bodyBytes));
    // Each spelling is signed with and without a port, by each secret.
    const max = Math.max(hmacs / 2 / secrets.length, SPELLINGS_MIN);
    const queries = rawQueries(address.query, max);
    return findSigningToken(
      secrets,
      signature,
      [url],
      params,
      algorithm,
      queries,
    );
  };
  if (!signedWith) {
    if (authTokens.length === 0) return NO_TOKEN_WITHOUT_SETTINGS;
    return signing(tokens, "sha1") ?? WRONGLY_SIGNED;
  }
  if (sharedKeys.length === 0) return NO_KEY_FOR_SETTINGS;
  const { keyIds, algorithm: algorithmName } =
    readSignatureSettings(signedWith);
  const algorithm = algorithmNamed(algorithmName);
  if (algorithm === undefined) return UNKNOWN_ALGORITHM;
  return (
    signing(secretsFor(sharedKeys, keyIds), algorithm) ?? WRONGLY_SIGNED_BY_KEY
  );
}
