import {
  algorithmNamed,
  readSignatureSettings,
  secretsFor,
  SHARED_KEY_ID,
  SIGNATURE_SETTINGS_HEADER,
  type SharedKey,
} from "../twilio/shared-keys.ts";
import type { ClaimedKey } from "../store/diagnosis.ts";

/** Reads which shared key a callback's signature settings name; undefined if it has none. */
export function claimedKey(
  headers: Headers,
  sharedKeys: readonly SharedKey[],
): ClaimedKey | undefined {
  const header = headers.get(SIGNATURE_SETTINGS_HEADER);
  if (!header) return undefined;
  const { keyIds, algorithm } = readSignatureSettings(header);
  return {
    id: keyIds.find((each) => SHARED_KEY_ID.test(each)) ?? null,
    isTried: secretsFor(sharedKeys, keyIds).length > 0,
    hasKnownAlgorithm: algorithmNamed(algorithm) !== undefined,
  };
}
