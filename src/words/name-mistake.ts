/** Returns what is wrong with a name that people give, as a sentence; undefined if nothing is. */
export function nameMistake(
  what: "rule" | "channel" | "view",
  name: string,
  lengthMax: number,
): string | undefined {
  if (name === "") return `Give the ${what} a name.`;
  if (name.length > lengthMax)
    return `A ${what}’s name can have at most ${lengthMax} characters.`;
  // Nor invisible characters or ones that change the text direction: people read names.
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(name))
    return `A ${what}’s name can contain only letters, digits, punctuation, and spaces.`;
  return undefined;
}
