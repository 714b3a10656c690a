import { ADDRESS_PREFIX } from "../../twilio/address.ts";
import { parseForm, type FormParams } from "../../twilio/form.ts";
import type { NewEvent } from "../store.ts";

/**
 * A posted form, cut in two: what its like share, and what is its own. The shape is
 * the form in its order, url-encoded, with a marker in braces for each value that
 * stands in one of the event's columns and `{}` for each that does not; those are in
 * `values`. Braces are always escaped in url-encoded text, so a marker is never data.
 */
export type ShapedPost = {
  readonly shape: string;
  readonly values: readonly string[];
};

type Columns = Omit<
  NewEvent,
  "params" | "query" | "receivedAt" | "status" | "channel"
>;

/** Which column a parameter repeats, when its value is that column's to the letter. */
const COLUMN_OF: ReadonlyMap<string, keyof Columns> = new Map([
  ["MessageSid", "messageSid"],
  ["SmsSid", "messageSid"],
  ["To", "to"],
  ["ChannelToAddress", "to"],
  ["From", "from"],
  ["AccountSid", "accountSid"],
  ["MessagingServiceSid", "messagingServiceSid"],
  ["ErrorCode", "errorCode"],
  ["ErrorMessage", "errorMessage"],
  ["NumSegments", "numSegments"],
  ["RawDlrDoneDate", "rawDlrDoneDate"],
]);

/** Parameters with so few different values that they are part of the shape. */
const IN_SHAPE = new Set([
  "ApiVersion",
  "MessageStatus",
  "SmsStatus",
  "EventType",
  "ChannelPrefix",
  "ChannelInstallSid",
]);

const IN_SHAPE_LENGTH_MAX = 64;
/** A marker with what stands before it, as shapes of any version have it. */
const MARKER = /^((?:whatsapp:|rcs:|messenger:)*)\{(\w*)\}$/;

export function shapePost(params: FormParams, columns: Columns): ShapedPost {
  const values: string[] = [];
  let shape = "";
  for (const [name, value] of params) {
    if (shape !== "") shape += "&";
    shape += encoded(name) + "=";
    const column = COLUMN_OF.get(name);
    const text = column === undefined ? null : columns[column];
    const [prefix = ""] = ADDRESS_PREFIX.exec(value) ?? [];
    if (text !== null && value === String(text)) shape += `{${column}}`;
    else if (text !== null && value === prefix + String(text))
      shape += `${prefix}{${column}}`;
    else if (IN_SHAPE.has(name) && value.length <= IN_SHAPE_LENGTH_MAX)
      shape += encoded(value);
    else {
      shape += "{}";
      values.push(value);
    }
  }
  return { shape, values };
}

/** The form as it was posted; the reverse of `shapePost`. */
export function restorePost(
  { shape, values }: ShapedPost,
  columns: Columns,
): FormParams {
  let next = 0;
  if (shape === "") return [];
  return shape.split("&").map((piece): readonly [string, string] => {
    const equals = piece.indexOf("=");
    const [[name] = [""]] = parseForm(piece.slice(0, equals) + "=").params;
    const source = piece.slice(equals + 1);
    const marker = MARKER.exec(source);
    if (!marker) return [name, decodeURIComponent(source)];
    const [, prefix = "", column = ""] = marker;
    if (column === "") return [name, values[next++] ?? ""];
    return [
      name,
      prefix + String(isColumn(column, columns) ? columns[column] : ""),
    ];
  });
}

function isColumn(name: string, columns: Columns): name is keyof Columns {
  return Object.hasOwn(columns, name);
}

/** Most of it is plain, and a look costs less than encoding it. */
function encoded(text: string): string {
  return /^[\w.-]*$/.test(text) ? text : encodeURIComponent(text);
}
