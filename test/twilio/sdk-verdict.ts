import { validateRequest } from "twilio/lib/webhooks/webhooks.js";
import type { FormParams } from "../../src/twilio/form.ts";

/**
 * How many requests to compare with the SDK: a few seconds' worth, or those of `bun run
 * verdicts`.
 */
const isLongRun = process.env["SDK_LONG_RUN"] !== undefined;
export const FUNCTION_RUNS = isLongRun ? 200_000 : 8_000;
export const HTTP_RUNS = isLongRun ? 20_000 : 800;

/** The number of callbacks with a new parameter, and of ones with shifted boundaries. */
export const NEW_PARAMETER_RUNS = isLongRun ? 200_000 : 5_000;
export const SHIFT_RUNS = isLongRun ? 3_000 : 100;

/** Returns parameters as Express passes them to Twilio's SDK: a repeated name has an array. */
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

/** Returns Twilio's own verdict; a URL that it throws on isn't accepted. */
export function sdkAccepts(
  authToken: string,
  signature: string,
  url: string,
  params: FormParams,
  algorithm?: string,
): boolean {
  try {
    return validateRequest(
      authToken,
      signature,
      url,
      sdkParams(params),
      algorithm,
    );
  } catch {
    return false;
  }
}
