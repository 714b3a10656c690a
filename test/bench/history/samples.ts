import { fateOf } from "../../../src/simulation/phone-numbers.ts";
import { TRAFFIC } from "../../../src/simulation/traffic.ts";
import type { Reader } from "../../../src/store/engine.ts";
import type { MessageRow } from "../../../src/store/store.ts";
import { MESSAGES_PER_RECIPIENT, type HistoryWishes } from "./history.ts";
import { createRecipients } from "./recipients.ts";

/** How many of each kind are taken from a history. */
export const SAMPLES = 10;

/** Recipients' numbers. */
export type People = Readonly<
  Record<"busy" | "quiet" | "failing", readonly string[]>
>;

/** Finds recipients by message volume, and those that nothing reaches. */
export async function findPeople(
  store: Reader,
  { messages }: HistoryWishes,
): Promise<People> {
  const count = Math.ceil(messages / MESSAGES_PER_RECIPIENT);
  const { at } = createRecipients(count);
  const first = async (
    places: (turn: number) => number,
    isMeant: (number: string) => boolean = () => true,
  ): Promise<readonly string[]> => {
    const found: string[] = [];
    for (let turn = 0; turn < count && found.length < SAMPLES; turn++) {
      const { number } = at(places(turn));
      if (isMeant(number) && (await wasWrittenTo(store, number)))
        found.push(number);
    }
    return found;
  };
  return {
    busy: await first((turn) => turn),
    quiet: await first((turn) => count - 1 - turn),
    failing: await first(
      (turn) => turn,
      (number) => fateOf(number) < TRAFFIC.unreachableShare,
    ),
  };
}

async function wasWrittenTo(store: Reader, number: string): Promise<boolean> {
  const { count } = await store.countMessages([
    { field: "to", negated: false, values: [number] },
  ]);
  return count > 0;
}

/** Finds messages from the whole history. */
export async function sampleMessages(
  store: Reader,
  messages: number,
): Promise<readonly MessageRow[]> {
  const samples = [];
  for (let turn = 0; turn < SAMPLES; turn++) {
    const afterId = Math.floor((messages * (turn + 0.5)) / SAMPLES);
    const page = { size: 1, newerThan: afterId };
    samples.push(...(await store.listMessages([], page)).messages);
  }
  return samples;
}
