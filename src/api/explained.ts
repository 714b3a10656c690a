import type { ErrorCodeInfo } from "../twilio/error-codes/error-codes.ts";

/** What is known about an error code, as `ErrorExplained` describes it. */
export function errorExplained({
  code,
  title,
  explanation,
  url,
}: ErrorCodeInfo) {
  return { code, title: title ?? null, explanation: explanation ?? null, url };
}
