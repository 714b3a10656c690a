import { parseForm, type FormParams } from "../twilio/form.ts";
import { readBody } from "../http/body.ts";
import { BODY_BYTES_MAX, PARAMS_MAX } from "./limits.ts";
import type { Posted } from "./refusal-answer.ts";

/**
 * Reads the form in a request that was refused unread, so that its signature can be
 * explained: as a form, or as JSON that a relay made from one. Undefined without a
 * signature, beyond the webhook's limits, and for a body that is neither.
 */
export async function refusedBody(
  request: Request,
): Promise<Posted | undefined> {
  if (!request.headers.get("x-twilio-signature")) return undefined;
  const body = await readBody(request, BODY_BYTES_MAX);
  if (body === undefined || body.length === 0) return undefined;
  const type = request.headers.get("content-type") ?? "";
  const params = /json/i.test(type) ? jsonParams(body) : parseForm(body).params;
  const isForm = params.length > 0 && params.length <= PARAMS_MAX;
  return isForm ? { params, bodyBytes: body.length } : undefined;
}

/** Returns the fields of a flat JSON object like a form's; none for anything else. */
function jsonParams(body: Uint8Array): FormParams {
  try {
    const fields: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof fields !== "object" || fields === null || Array.isArray(fields))
      return [];
    return Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
  } catch {
    return [];
  }
}
