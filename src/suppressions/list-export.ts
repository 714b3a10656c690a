import { verdictOnCode } from "../errors/verdict.ts";
import { fileText } from "../exports/formats.ts";
import type { Stores } from "../store/stores.ts";
import type { Suppression, SuppressionReason } from "../store/suppressions.ts";
import { explainErrorCode } from "../twilio/error-codes/error-codes.ts";

export type ListFormat = "csv" | "json";

/** An entry in an export; its keys are the columns, in order. */
function entryRecord(entry: Suppression) {
  const { errorCode } = entry;
  return {
    number: entry.recipient,
    channel: entry.channel,
    reason: entry.reason,
    since: new Date(entry.since).toISOString(),
    errorCode,
    errorTitle: errorCode === null ? null : explainErrorCode(errorCode).title,
    whatToDo: verdictOnCode(errorCode).firstStep,
    country: entry.country,
    messageSid: entry.messageSid,
  };
}

const COLUMNS: readonly (keyof ReturnType<typeof entryRecord>)[] = [
  "number",
  "channel",
  "reason",
  "since",
  "errorCode",
  "errorTitle",
  "whatToDo",
  "country",
  "messageSid",
];

/** Exports the whole list, latest change first, piece by piece. Throws if the store does. */
export function listExport(
  store: Pick<Stores, "suppressions">,
  reason: SuppressionReason | undefined,
  format: ListFormat,
): AsyncGenerator<string, void> {
  return fileText(format, COLUMNS, steps(store, reason));
}

async function* steps(
  { suppressions }: Pick<Stores, "suppressions">,
  reason: SuppressionReason | undefined,
): AsyncGenerator<readonly object[], void> {
  for await (const entries of suppressions.every({ reason }))
    yield entries.map(entryRecord);
}
