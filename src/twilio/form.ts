/** Parameters of a form post or a query string, decoded, in the order they were given. */
export type FormParams = readonly (readonly [name: string, value: string])[];

export type ParsedForm = {
  readonly params: FormParams;
  /** False when bytes that are no UTF-8 were replaced by U+FFFD. */
  readonly isUtf8: boolean;
};

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lossyUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Parses `application/x-www-form-urlencoded` as the WHATWG URL standard does.
 * Bytes that are no UTF-8 decode to U+FFFD, as Node's parsers have it, so that a
 * signature over them can still be checked; `isUtf8` tells.
 */
export function parseForm(body: Uint8Array | string): ParsedForm {
  let isUtf8 = true;
  const decodeBytes = (bytes: Uint8Array): string => {
    try {
      return strictUtf8.decode(bytes);
    } catch {
      isUtf8 = false;
      return lossyUtf8.decode(bytes);
    }
  };
  const decode = (text: string): string => {
    const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
    if (!spaced.includes("%")) return spaced;
    try {
      return decodeURIComponent(spaced);
    } catch {
      return decodeBytes(percentDecoded(spaced));
    }
  };
  const text = typeof body === "string" ? body : decodeBytes(body);
  const params: [string, string][] = [];
  for (const piece of text.split("&")) {
    if (piece === "") continue;
    const equals = piece.indexOf("=");
    if (equals === -1) params.push([decode(piece), ""]);
    else
      params.push([
        decode(piece.slice(0, equals)),
        decode(piece.slice(equals + 1)),
      ]);
  }
  return { params, isUtf8 };
}

/** The bytes that `text` stands for; a `%` that starts no escape stands for itself. */
function percentDecoded(text: string): Uint8Array {
  const bytes = Buffer.from(text, "utf8");
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    const escaped =
      byte === 0x25
        ? /^[0-9a-f]{2}$/i.exec(bytes.toString("latin1", i + 1, i + 3))
        : null;
    if (escaped) i += 2;
    bytes[length++] = escaped ? Number.parseInt(escaped[0], 16) : byte;
  }
  return bytes.subarray(0, length);
}
