import { findRecipient, otherSpellings } from "../numbers/recipient.ts";
import type { Stores } from "../store/stores.ts";
import type { Suppression } from "../store/suppressions.ts";

/** What the list says about one number. */
export type NumberFound = {
  /** Undefined if no message went there. */
  readonly recipient:
    { readonly id: number; readonly address: string } | undefined;
  readonly entries: readonly Suppression[];
};

type Reading = Pick<Stores, "listMessages" | "suppressions">;

/** Looks a number up, in any notation that people write or paste. */
export async function findNumber(
  store: Reading,
  number: string,
  masksNumbers: boolean,
): Promise<NumberFound> {
  for (const name of new Set([number, ...otherSpellings(number)])) {
    const recipient = await findRecipient(store, name, masksNumbers);
    if (recipient === undefined) continue;
    return { recipient, entries: await store.suppressions.of(recipient.id) };
  }
  return { recipient: undefined, entries: [] };
}
