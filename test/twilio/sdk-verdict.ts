import { validateRequest } from "twilio/lib/webhooks/webhooks.js";
import type { FormParams } from "../../src/twilio/form.ts";

/** Parameters as Express hands them to Twilio's SDK: a name given several times has an array. */
export function sdkParams(
  params: FormParams,
): Record<string, string | string[]> {
  const byName = Map.groupBy(params, ([name]) => name);
  return Object.fromEntries(
    [...byName].map(([name, pairs]) => {
      const [first = "", ...others] = pairs.map(([, value]) => value);
      return [name, others.length === 0 ? first : [first, ...others]];
    }),
  );
}

/** Twilio's own verdict; a URL that it throws on is not accepted. */
export function sdkAccepts(
  authToken: string,
  signature: string,
  url: string,
  params: FormParams,
): boolean {
  try {
    return validateRequest(authToken, signature, url, sdkParams(params));
  } catch {
    return false;
  }
}
