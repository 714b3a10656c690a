import { plainText } from "../phone/pasted-text.ts";

const MESSAGE_SID = /^(?:SM|MM)[0-9a-fA-F]{32}$/;
const MESSAGE_SID_START = /^(?:SM|MM)[0-9a-f]{1,32}$/i;
const NOT_CANONICAL = /^.?[a-z]|[A-F]/;

/** Whether Twilio may mean a message by it: two capital letters and 32 hex digits of any case. */
export function isMessageSid(text: string): boolean {
  return MESSAGE_SID.test(text);
}

/** The message SID that somebody typed or pasted, in any case; undefined for anything else. */
export function messageSidMeant(text: string): string | undefined {
  const sid = canonicalSid(plainText(text).trim());
  return isMessageSid(sid) ? sid : undefined;
}

/** Whether a message SID, in any case, can begin so: the letters and at least one hex digit. */
export function isMessageSidStart(text: string): boolean {
  return MESSAGE_SID_START.test(text);
}

/** A SID, or the beginning of one, in the case in which Twilio writes it: two capital letters, small hex digits. */
export function canonicalSid(sid: string): string {
  return NOT_CANONICAL.test(sid)
    ? sid.slice(0, 2).toUpperCase() + sid.slice(2).toLowerCase()
    : sid;
}
