import {
  algorithmNamed,
  readSignatureSettings,
  secretsFor,
  SHARED_KEY_ID,
  SIGNATURE_SETTINGS_HEADER,
  type SharedKey,
} from "../twilio/shared-keys.ts";
import type { ClaimedKey } from "../store/diagnosis.ts";

/** What a callback's signature settings say; undefined if it has none. */
export function claimedKey(
  headers: Headers,
  sharedKeys: readonly SharedKey[],
  mayKeep: (id: string) => boolean,
): ClaimedKey | undefined {
  const header = headers.get(SIGNATURE_SETTINGS_HEADER);
  if (!header) return undefined;
  const { keyIds, algorithm } = readSignatureSettings(header);
  const id = keyIds.find((each) => SHARED_KEY_ID.test(each));
  const isKept =
    id !== undefined &&
    (sharedKeys.some((each) => each.id === id) || mayKeep(id));
  return {
    id: isKept ? id : null,
    isTried: secretsFor(sharedKeys, keyIds).length > 0,
    hasKnownAlgorithm: algorithmNamed(algorithm) !== undefined,
  };
}
