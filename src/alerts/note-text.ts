import { NOTE_MAX } from "../store/alerts.ts";

/** Returns a note as it's kept: without characters that are invisible or change its direction. */
export function noteText(given: string): string {
  return given
    .replaceAll("\r\n", "\n")
    .replaceAll(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "")
    .trim()
    .slice(0, NOTE_MAX);
}
