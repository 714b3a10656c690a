import { fileText } from "../exports/formats.ts";
import type { FailingRecipient, Store } from "../store/store.ts";
import { explainErrorCode } from "../twilio/error-codes/error-codes.ts";
import { adviceFor, faultOf, type Fault } from "./fault.ts";
import { failingRequest } from "./numbers-query.ts";

type Reading = Pick<Store, "failingRecipients">;

/** Recipients that are read at a time: a short step, so that callbacks need not wait for it. */
const STEP_ROWS = 25;

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

export type NumbersFormat = "csv" | "json";

/** All recipients who keep failing, latest failure first, piece by piece. Throws when the store does. */
export function numbersExport(
  store: Reading,
  fault: Fault | undefined,
  format: NumbersFormat,
): AsyncGenerator<string, void> {
  return fileText(format, COLUMNS, steps(store, fault));
}

async function* steps(
  store: Reading,
  fault: Fault | undefined,
): AsyncGenerator<readonly NumberRecord[], void> {
  for (let olderThan: number | undefined; ;) {
    const recipients = await store.failingRecipients(
      failingRequest({ fault, olderThan }, STEP_ROWS),
    );
    const last = recipients.at(-1);
    if (last === undefined) return;
    yield recipients.map(numberRecord);
    olderThan = last.lastFailureId;
  }
}
