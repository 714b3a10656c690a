import { stringify } from "csv-stringify/sync";
import { formulaSafe } from "../messages/export-csv.ts";
import type { FailingRecipient, Store } from "../store/store.ts";
import { explainErrorCode } from "../twilio/error-codes/error-codes.ts";
import { adviceFor, faultOf, type Fault } from "./fault.ts";
import { failingRequest } from "./numbers-query.ts";

type Reading = Pick<Store, "failingRecipients">;

/** Recipients that are read at a time: a short step, so that callbacks need not wait for it. */
const STEP_ROWS = 200;

/** A recipient who keeps failing, as it is exported; its names are the columns, in their order. */
function numberRecord(recipient: FailingRecipient) {
  const code = recipient.lastErrorCode;
  return {
    number: recipient.recipient,
    country: recipient.country,
    fault: faultOf(code),
    failures: recipient.failures,
    messages: recipient.messages,
    lastErrorCode: code,
    lastErrorTitle: code === null ? null : explainErrorCode(code).title,
    whatToDo: adviceFor(code),
    lastFailureAt: new Date(recipient.lastFailureAt).toISOString(),
  };
}

type NumberRecord = ReturnType<typeof numberRecord>;

const COLUMNS: readonly (keyof NumberRecord)[] = [
  "number",
  "country",
  "fault",
  "failures",
  "messages",
  "lastErrorCode",
  "lastErrorTitle",
  "whatToDo",
  "lastFailureAt",
];

export type ExportFormat = "csv" | "json";

export const EXPORT_TYPES: Record<ExportFormat, string> = {
  csv: "text/csv; charset=utf-8",
  json: "application/json",
};

/** All recipients who keep failing, latest failure first, piece by piece. */
export function numbersExport(
  store: Reading,
  fault: Fault | undefined,
  format: ExportFormat,
): AsyncGenerator<string, void> {
  return format === "csv" ? csvPieces(store, fault) : jsonPieces(store, fault);
}

/** CSV (RFC 4180, with LF), safe for spreadsheets. */
async function* csvPieces(
  store: Reading,
  fault: Fault | undefined,
): AsyncGenerator<string, void> {
  yield stringify([[...COLUMNS]]);
  for await (const records of steps(store, fault)) {
    yield stringify([...records], {
      columns: [...COLUMNS],
      quoted_match: /[\r\n]/,
      cast: { string: formulaSafe },
    });
  }
}

/** `{"data":[…]}`, an object a line. */
async function* jsonPieces(
  store: Reading,
  fault: Fault | undefined,
): AsyncGenerator<string, void> {
  yield '{"data":[';
  let comma = "";
  for await (const records of steps(store, fault)) {
    yield comma + records.map((each) => `\n${JSON.stringify(each)}`).join(",");
    comma = ",";
  }
  yield "\n]}\n";
}

/** Steps that are never empty. */
async function* steps(
  store: Reading,
  fault: Fault | undefined,
): AsyncGenerator<readonly NumberRecord[], void> {
  for (let olderThan: number | undefined; ;) {
    // What else waits, callbacks above all, comes between two steps.
    await new Promise((resolve) => setImmediate(resolve));
    const recipients = await store.failingRecipients(
      failingRequest({ fault, olderThan }, STEP_ROWS),
    );
    const last = recipients.at(-1);
    if (last === undefined) return;
    yield recipients.map(numberRecord);
    olderThan = last.lastFailureId;
  }
}
