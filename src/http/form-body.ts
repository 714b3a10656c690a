import { readBody } from "./body.ts";

/** The maximum size of a form, in bytes: names, passwords, and a filter. */
const FORM_BYTES_MAX = 16 * 1024;
const FORM_TYPE = /^application\/x-www-form-urlencoded(?:;|$)/i;

/** The fields of a posted form; the first one with each name. */
export type FormFields = Readonly<Record<string, string>>;

/**
 * Reads the form of a request to a page. A body that isn't a form, or is too long for one,
 * has no fields, so it lacks the form token and changes nothing.
 */
export async function readForm(request: Request): Promise<FormFields> {
  const type = request.headers.get("content-type") ?? "";
  if (!FORM_TYPE.test(type)) return {};
  const bytes = await readBody(request, FORM_BYTES_MAX);
  if (bytes === undefined) return {};
  const fields = new Map<string, string>();
  const text = new TextDecoder().decode(bytes);
  for (const [name, value] of new URLSearchParams(text))
    if (!fields.has(name)) fields.set(name, value);
  return Object.fromEntries(fields);
}

/** A field that `readForm` read; "" if it wasn't posted. */
export function fieldOf(body: unknown, name: string): string {
  if (typeof body !== "object" || body === null) return "";
  const value: unknown = Reflect.get(body, name);
  return typeof value === "string" ? value : "";
}
