import { signedParams } from "../twilio/signature.ts";
import type { FormParams } from "../twilio/form.ts";
import { distinct, type Variant } from "./cause.ts";
import type { Cause } from "../store/diagnosis.ts";

/**
 * Returns the signed texts that the body may have had, like `signedParams`. `params`
 * are undefined if no form was read: then only the address can be checked.
 */
export function bodyVariants(
  params: FormParams | undefined,
  query: string,
): Variant[] {
  const addressOnly: Variant = {
    value: "",
    causes: [query.includes("bodySHA256=") ? "json-body" : "body-unsigned"],
    isLikely: true,
  };
  if (params === undefined) return [addressOnly];
  const changed = (
    cause: Cause,
    change: (value: string) => string,
  ): Variant => ({
    value: signedParams(params.map(([name, value]) => [name, change(value)])),
    causes: [cause],
    isLikely: true,
  });
  return distinct([
    { value: signedParams(params), causes: [], isLikely: true },
    addressOnly,
    changed("body-plus", (value) => value.replaceAll(" ", "+")),
    changed("body-plus", (value) => value.replace(/^ /, "+")),
    changed("body", (value) => value.trim()),
    changed("body", (value) => value.replaceAll("\r\n", "\n")),
    changed("body", (value) => value.replaceAll(/\r?\n/g, "\r\n")),
    changed("body", decodedAgain),
    {
      value: signedParams(params.filter(([, value]) => value !== "")),
      causes: ["body"],
      isLikely: true,
    },
  ]);
}

/** The same of a post of Event Streams: only the address is signed, or a form was posted there. */
export function eventsBodyVariants(params: FormParams | undefined): Variant[] {
  return distinct([
    { value: "", causes: [], isLikely: true },
    {
      value: signedParams(params ?? []),
      causes: ["form-body"],
      isLikely: true,
    },
  ]);
}

/** Undoes escaping that was applied once too often. */
function decodedAgain(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
