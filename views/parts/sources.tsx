import type { EventSource } from "../../src/store/event-sources.ts";

/** What a source of events is called in a sentence. */
export const SOURCE_WORDS: Record<EventSource, string> = {
  callback: "a callback",
  stream: "Event Streams",
  api: "the Messages API",
};

/** The same in a list. */
export const SOURCE_NAMES: Record<EventSource, string> = {
  callback: "callbacks",
  stream: "Event Streams",
  api: "Messages API",
};
