import capturedFile from "../twilio/captured-callbacks.tsv" with { type: "text" };

export type CapturedCallback = { readonly what: string; readonly body: string };

/**
 * Resolves to the path of the compiled program, built once per test run with the options of
 * `bun run build`. SMSLEDGER_BINARY names an existing one.
 */
export const capturedCallbacks: readonly CapturedCallback[] = capturedFile
  .trimEnd()
  .split("\n")
  .map((line) => {
    const [what = "", body = ""] = line.split("\t");
    return { what, body };
  });
