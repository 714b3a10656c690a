import { ADDRESS_PREFIX } from "../../twilio/address.ts";
import { parseForm, type FormParams } from "../../twilio/form.ts";
import type { NewEvent } from "../store.ts";

/**
 * A posted form in two parts: the shape that similar forms share, and its own values. The
 * shape is the url-encoded form, in order, with a marker in braces for each value that is
 * in one of the event's columns, and `{}` for each value that is in `values`.
 * Braces are always escaped in url-encoded text, so data never looks like a marker.
 */
export type ShapedPost = {
  readonly shape: string;
  readonly values: readonly string[];
};

type Columns = Omit<
  NewEvent,
  | "params"
  | "query"
  | "receivedAt"
  | "status"
  | "channel"
  | "source"
  | "occurredAt"
>;

/** The column that a parameter repeats, if its value is the column's, perhaps with a prefix. */
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
  // Of Event Streams.
  ["messageSid", "messageSid"],
  ["to", "to"],
  ["from", "from"],
  ["accountSid", "accountSid"],
  ["messagingServiceSid", "messagingServiceSid"],
  ["errorCode", "errorCode"],
  ["numberOfSegments", "numSegments"],
  ["rawDlrDoneDate", "rawDlrDoneDate"],
  ["mcc", "mcc"],
  ["mnc", "mnc"],
]);

/** Parameters that have few different values, so these are part of the shape. */
const IN_SHAPE = new Set([
  "ApiVersion",
  "MessageStatus",
  "SmsStatus",
  "EventType",
  "ChannelPrefix",
  "ChannelInstallSid",
  "messageStatus",
  "apiVersion",
  "eventName",
]);

const IN_SHAPE_LENGTH_MAX = 64;
/** A marker and the prefix before it, as in shapes of any version. */
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

/** Returns the form as posted; the reverse of `shapePost`. */
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

/** The parameters whose values are in `values`, as posted. */
export function gapsOf({ shape, values }: ShapedPost): FormParams {
  const names = shape
    .split("&")
    .filter((piece) => piece.endsWith("={}"))
    .map((piece) => decodeURIComponent(piece.slice(0, -"={}".length)));
  return names.map((name, place) => [name, values[place] ?? ""]);
}

function isColumn(name: string, columns: Columns): name is keyof Columns {
  return Object.hasOwn(columns, name);
}

/** Most text needs no encoding, and checking that is cheaper than encoding it. */
function encoded(text: string): string {
  return /^[\w.-]*$/.test(text) ? text : encodeURIComponent(text);
}
