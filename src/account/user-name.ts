/** Characters of a user's name at most. */
export const NAME_MAX = 64;

/** What the audit list calls those who are no users. */
const RESERVED = /^(?:command line|server|somebody|this machine|token\b.*)$/i;

/** A user's name as it is kept: without spaces at its ends; undefined when it is none. */
export function userName(text: string): string | undefined {
  const name = text.normalize("NFC").trim();
  const isName =
    !RESERVED.test(name) && /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+$/u.test(name);
  return isName && Array.from(name).length <= NAME_MAX ? name : undefined;
}

export const NAME_RULE = `A name must have 1 to ${NAME_MAX} characters, without line breaks or other invisible characters.`;
