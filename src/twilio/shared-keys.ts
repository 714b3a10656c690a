import type { Algorithm } from "./signature.ts";

/** Twilio adds this header to a callback that it signed with a shared key. */
export const SIGNATURE_SETTINGS_HEADER = "x-twilio-webhooks-signature-settings";

/** A shared key's id. It isn't a secret. */
export const SHARED_KEY_ID = /^webhooks_sharedkey_[0-9A-Za-z_-]{1,64}$/;

/** The secret of one shared key; with an `id` it is tried only for callbacks that name that key. */
export type SharedKey = {
  readonly secret: string;
  readonly id: string | undefined;
};

/**
 * Reads `webhooks_sharedkey_…=secret1,secret2`. White space around an id or a secret is
 * dropped, as it is easily pasted along. A secret may end in `=`, as base64 does. Throws
 * an Error whose message never repeats what was given.
 */
export function parseSharedKeys(text: string): readonly SharedKey[] {
  return text.split(",").map((entry, index) => {
    const place = `entry ${index + 1}`;
    const [, name, rest = ""] = /^([^=]*)=(.*[^=\s].*)$/s.exec(entry) ?? [];
    const id = name?.trim();
    const secret = (id === undefined ? entry : rest).trim();
    if (/^webhooks_sharedkey_/i.test(secret))
      throw new Error(`${place} has a shared key's id but not its secret`);
    if (id !== undefined && !SHARED_KEY_ID.test(id)) {
      throw new Error(
        `${place} has something before the = that isn't a shared key's ID (webhooks_sharedkey_…)`,
      );
    }
    if (/^=*$/.test(secret)) throw new Error(`${place} is empty`);
    if (!/^[\x21-\x7e]+$/.test(secret)) {
      throw new Error(
        `${place} has white space or other characters that a secret can't have`,
      );
    }
    return { secret, id };
  });
}

/** How a callback says that it was signed. Nothing proves it until the signature is verified. */
export type SignatureSettings = {
  /** As sent. Show one only if it matches `SHARED_KEY_ID`. */
  readonly keyIds: readonly string[];
  /** As sent; `HMAC_SHA1` if the header names none. */
  readonly algorithm: string;
};

/** Reads `key=webhooks_sharedkey_…,algorithm=HMAC_SHA256` the way twilio-node 6.3.1 does. */
export function readSignatureSettings(header: string): SignatureSettings {
  const values = (wanted: string) =>
    header.split(",").flatMap((part) => {
      const equals = part.indexOf("=");
      const isWanted = equals !== -1 && part.slice(0, equals).trim() === wanted;
      return (isWanted && part.slice(equals + 1).trim()) || [];
    });
  const [algorithm = "HMAC_SHA1"] = values("algorithm");
  return { keyIds: values("key"), algorithm };
}

/** The algorithm of that name, in any letter case; undefined for one that Twilio's SDK doesn't know. */
export function algorithmNamed(name: string): Algorithm | undefined {
  switch (name.toUpperCase()) {
    case "HMAC_SHA1":
      return "sha1";
    case "HMAC_SHA256":
      return "sha256";
    default:
      return undefined;
  }
}

/** The secrets to try for a callback that names these keys; all of them if it names none. */
export function secretsFor(
  sharedKeys: readonly SharedKey[],
  keyIds: readonly string[],
): string[] {
  const tried = sharedKeys.filter(
    ({ id }) => id === undefined || keyIds.length === 0 || keyIds.includes(id),
  );
  return tried.map(({ secret }) => secret);
}
