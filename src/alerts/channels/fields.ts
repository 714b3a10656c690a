import type { Field } from "./channel.ts";

/** More is no address of any of these services. */
const URL_LENGTH_MAX = 2_000;

/** An https address as it's pasted from a service, which contains a secret. */
export function secretUrl(
  label: string,
  {
    help,
    example,
    check,
  }: {
    readonly help: string;
    readonly example: string;
    readonly check: (url: URL) => void;
  },
): Field {
  return {
    label,
    help,
    example,
    isSecret: true,
    parse: (text) => {
      const url = httpUrl(text);
      if (url.protocol !== "https:")
        throw new Error("must start with https://");
      check(url);
      return url.href;
    },
  };
}

/** An address that smsledger may be able to send to; whether it may is checked when it's used. */
export function httpUrl(text: string): URL {
  const url = /\s|[\p{C}]/u.test(text) ? null : URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || text.length > URL_LENGTH_MAX)
    throw new Error("must be an address that starts with https://");
  if (url.username !== "" || url.password !== "")
    throw new Error("can’t contain a user name or password");
  return url;
}

/** A secret for Standard Webhooks: 24 to 64 bytes in base64. */
export function webhookSecret(text: string): string {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
  const bytes = Buffer.from(base64 ?? "", "base64");
  if (
    base64 === undefined ||
    bytes.toString("base64") !== base64 ||
    bytes.length < 24 ||
    bytes.length > 64
  )
    throw new Error("must be whsec_ and 24 to 64 bytes in base64");
  return text;
}

/** Text without spaces or control characters, such as a token. */
export function token(text: string, lengthMax = 500): string {
  if (!/^[\x21-\x7e]+$/.test(text) || text.length > lengthMax)
    throw new Error(
      `can contain only letters, digits and punctuation, at most ${lengthMax}`,
    );
  return text;
}
