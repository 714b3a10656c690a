/** The maximum characters of a user's name. */
export const NAME_MAX = 64;

/** What the audit list calls actors that aren't users. */
const RESERVED = /^(?:command line|server|somebody|this machine|token\b.*)$/i;

/** Returns a user's name as it is stored, without surrounding spaces; undefined if it isn't one. */
export function userName(text: string): string | undefined {
  const name = text.normalize("NFC").trim();
  const isName =
    !RESERVED.test(name) && /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+$/u.test(name);
  return isName && Array.from(name).length <= NAME_MAX ? name : undefined;
}

export const NAME_RULE = `A name must have 1 to ${NAME_MAX} characters, without line breaks or other invisible characters.`;
