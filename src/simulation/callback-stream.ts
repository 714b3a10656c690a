import {
  planMessage,
  type MessageWishes,
  type PlannedCallback,
} from "./message-plan.ts";
import { pick, type Random } from "./random.ts";

/** Messages whose callbacks take turns. */
const OPEN_MESSAGES = 40;

/**
 * Yields made-up callbacks endlessly. Each message's callbacks come in order, with
 * those of other messages in between, as on a busy account.
 */
export function* callbackStream(
  random: Random,
  wishes: Omit<MessageWishes, "sentAt">,
  now: () => number,
): Generator<PlannedCallback, never> {
  const begin = (): PlannedCallback[] => [
    ...planMessage(random, { ...wishes, sentAt: now() }),
  ];
  const open = Array.from({ length: OPEN_MESSAGES }, begin);
  for (;;) {
    const message = pick(random, open);
    const callback = message.shift();
    if (callback) yield callback;
    if (message.length === 0) open[open.indexOf(message)] = begin();
  }
}
