import { fileText } from "../exports/formats.ts";
import type { FailingRecipient, Store } from "../store/store.ts";
import { verdictOnNumber, type VerdictKind } from "../errors/verdict.ts";
import { explainErrorCode } from "../twilio/error-codes/error-codes.ts";
import { withVerdict } from "./numbers-query.ts";

type Reading = Pick<Store, "everyFailingRecipient">;

/** A recipient that keeps failing, in an export; its keys are the columns, in order. */
function numberRecord(recipient: FailingRecipient) {
  const code = recipient.lastErrorCode;
  const verdict = verdictOnNumber(recipient, recipient.listed);
  return {
    number: recipient.recipient,
    country: recipient.country,
    verdict: verdict?.kind ?? null,
    failures: recipient.failures,
    messages: recipient.messages,
    lastErrorCode: code,
    lastErrorTitle: code === null ? null : explainErrorCode(code).title,
    whatToDo: verdict?.firstStep ?? null,
    lastFailureAt: new Date(recipient.lastFailureAt).toISOString(),
  };
}

type NumberRecord = ReturnType<typeof numberRecord>;

const COLUMNS: readonly (keyof NumberRecord)[] = [
  "number",
  "country",
  "verdict",
  "failures",
  "messages",
  "lastErrorCode",
  "lastErrorTitle",
  "whatToDo",
  "lastFailureAt",
];

export type NumbersFormat = "csv" | "json";

/** Exports all recipients that keep failing, latest failure first, piece by piece. Throws if the store does. */
export function numbersExport(
  store: Reading,
  verdict: VerdictKind | undefined,
  format: NumbersFormat,
): AsyncGenerator<string, void> {
  return fileText(format, COLUMNS, steps(store, verdict));
}

async function* steps(
  store: Reading,
  verdict: VerdictKind | undefined,
): AsyncGenerator<readonly NumberRecord[], void> {
  const found = store.everyFailingRecipient(withVerdict(verdict));
  for await (const recipients of found) yield recipients.map(numberRecord);
}
