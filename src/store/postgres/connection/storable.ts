/** Of the characters that Unicode never assigns, the one by which others are escaped. */
const ESCAPE = "\ufffe";

/**
 * Text as PostgreSQL can have it: it has no NUL, which a posted form can contain. The result
 * begins and ends like the text, so prefixes still are.
 */
export function storable(text: string): string {
  if (!text.includes("\0") && !text.includes(ESCAPE)) return text;
  return text.replaceAll(ESCAPE, `${ESCAPE}1`).replaceAll("\0", `${ESCAPE}0`);
}

/** The reverse of `storable`. */
export function restored(text: string): string {
  if (!text.includes(ESCAPE)) return text;
  return text.replaceAll(`${ESCAPE}0`, "\0").replaceAll(`${ESCAPE}1`, ESCAPE);
}

/** A value as JSON in which each text is storable. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (!json.includes("\\u0000") && !json.includes(ESCAPE)) return json;
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "string" ? storable(each) : each,
  );
}

/** Reads JSON, and restores each text in it. */
export function restoredJson<T>(json: string): T {
  if (!json.includes(ESCAPE)) return JSON.parse(json);
  return JSON.parse(json, (_, each: unknown) =>
    typeof each === "string" ? restored(each) : each,
  );
}
