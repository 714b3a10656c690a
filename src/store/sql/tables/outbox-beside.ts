import type { OutboxStore } from "../../outbox.ts";
import type { Db } from "../dialect.ts";
import * as outbox from "./outbox.ts";
import { resendById, resendsOf, runningResends } from "./resends.ts";
import { progressOf } from "./targets.ts";
import type { Write } from "./writes.ts";

type Query = <Asked extends readonly unknown[], Answer>(
  run: (db: Db, ...asked: Asked) => Promise<Answer>,
) => (...asked: Asked) => Promise<Answer>;

/** The outbox, read through one connection and written through another. */
export function outboxBeside(query: Query, write: Write): OutboxStore {
  return {
    save: ({ targets, ...save }) =>
      write("saveOutbox", {
        ...save,
        targets: targets.map(({ position, ...progress }) => ({
          ...progress,
          eventsCursor: position?.order,
        })),
      }),
    progressOf: query(progressOf),
    due: query(outbox.dueDeliveries),
    deliveries: query(outbox.deliveries),
    attempts: query(outbox.attempts),
    attemptById: query(outbox.attemptById),
    hours: query(outbox.targetHours),
    states: query(outbox.targetStates),
    addResend: (...input) => write("addResend", ...input),
    resends: query(resendsOf),
    resendById: query(resendById),
    runningResends: query(runningResends),
    endResend: (...input) => write("endResend", ...input),
    eventIdsBetween: query(outbox.eventIdsBetween),
    async tidy(now) {
      while (await write("tidyOutbox", now));
    },
  };
}
