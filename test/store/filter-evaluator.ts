import {
  LAST_DIGITS_MIN,
  type Condition,
  type MessageFilter,
} from "../../src/store/filter.ts";
import type { MessageRow } from "../../src/store/store.ts";

/** Returns the messages that match a filter: the rules of `Condition`, implemented naively. */
export function filtered(
  all: readonly MessageRow[],
  filter: MessageFilter,
): MessageRow[] {
  return all.filter((message) =>
    filter.every(
      (condition) => fits(all, message, condition) !== condition.negated,
    ),
  );
}

function fits(
  all: readonly MessageRow[],
  message: MessageRow,
  condition: Condition,
): boolean {
  switch (condition.field) {
    case "status":
      return condition.values.includes(message.status);
    // In these tests, only callbacks report.
    case "source":
      return condition.values.includes("callback");
    case "channel":
      return condition.values.includes(message.channel);
    case "code":
      return condition.values.some((code) => code === message.errorCode);
    case "country":
      return condition.values.some((country) => country === message.country);
    case "account":
      return condition.values.some((sid) => sid === message.accountSid);
    case "service":
      return condition.values.some(
        (sid) => sid === message.messagingServiceSid,
      );
    case "to":
    case "from":
      return isAddress(all, message, condition.field, condition.values);
    case "sid":
      return condition.values.some((start) => isSidStart(message, start));
    case "tag":
      return message.tags.some(
        ([name, value]) =>
          isTagText(condition.name, name) &&
          isTagText(condition.value ?? value, value),
      );
    case "after":
      return message.firstEventAt >= condition.at;
    case "before":
      return message.firstEventAt < condition.at;
    case "word":
      return /^(?:SM|MM)[0-9a-f]{1,32}$/i.test(condition.text)
        ? isSidStart(message, condition.text)
        : isAddress(all, message, "to", [condition.text]) ||
            (!/^(?:~|\+?)\d+$/.test(condition.text) &&
              isAddress(all, message, "from", [condition.text]));
  }
}

/** Compares a typed tag with one that arrived, where an unescaped plus sign is a space. */
function isTagText(typed: string, arrived: string): boolean {
  return typed === arrived || typed.replaceAll("+", " ") === arrived;
}

function isSidStart({ messageSid }: MessageRow, start: string): boolean {
  return (
    /^..[0-9a-f]/i.test(start) &&
    messageSid.toUpperCase().startsWith(start.toUpperCase())
  );
}

function isAddress(
  all: readonly MessageRow[],
  message: MessageRow,
  role: "to" | "from",
  values: readonly string[],
): boolean {
  const id = role === "to" ? message.recipientId : message.senderId;
  const address = message[role];
  return values.some((value) => {
    if (/^~\d+$/.test(value)) return id === Number(value.slice(1));
    if (address === null) return false;
    if (all.some((each) => each[role] === value)) return address === value;
    if (!/^\+?\d+$/.test(value))
      return (
        !/^\+?\d{4,}$/.test(address) &&
        address.toLowerCase().startsWith(value.toLowerCase())
      );
    const isEnd =
      value.length >= LAST_DIGITS_MIN &&
      /^\d+$/.test(value) &&
      /^\+?\d+$/.test(address) &&
      address.endsWith(value);
    return (
      isEnd || address.startsWith(value) || address.startsWith(`+${value}`)
    );
  });
}
