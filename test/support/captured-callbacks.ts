import capturedFile from "../twilio/captured-callbacks.tsv" with { type: "text" };

export type CapturedCallback = { readonly what: string; readonly body: string };

/**
 * Status callback bodies as Twilio posts them, from public captures and its documentation.
 * Numbers, SIDs and texts are replaced; names, order and the rest are unchanged.
 */
export const capturedCallbacks: readonly CapturedCallback[] = capturedFile
  .trimEnd()
  .split("\n")
  .map((line) => {
    const [what = "", body = ""] = line.split("\t");
    return { what, body };
  });
