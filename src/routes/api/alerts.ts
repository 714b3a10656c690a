import { Type } from "@sinclair/typebox";
import { alertRecord } from "../../alerts/alert-record.ts";
import { HISTORY_STATES } from "../../alerts/alerts-query.ts";
import { takenWords } from "../../alerts/taken-words.ts";
import { noteText } from "../../alerts/note-text.ts";
import { SNOOZE_DAYS_MAX } from "../../alerts/snooze.ts";
import { told } from "../../alerts/told-alerts.ts";
import { cursorOf, idOfCursor } from "../../api/cursors.ts";
import { maskNumbersIn } from "../../phone/mask-numbers.ts";
import {
  ALERT_EXAMPLE,
  AlertSchema,
  AlertWithHistory,
} from "../../api/alert-schemas.ts";
import { nextCursor, oneOf } from "../../api/schemas.ts";
import { rfc3339 } from "../../messages/export-records.ts";
import {
  ALERT_SEVERITIES,
  NOTE_MAX,
  type Alert,
  type AlertRefusal,
} from "../../store/alerts.ts";
import { change, operation, type ApiStore, type Asked } from "./operation.ts";
import { ApiProblem, wrongParameters } from "./problems.ts";

const ALERTS_DEFAULT = 50;
const ALERTS_MAX = 200;
const DAY_MS = 86_400_000;

export const NO_SUCH_ALERT = new ApiProblem(
  404,
  "No alert has this ID",
  "GET /api/v1/alerts returns the current list.",
);

/** `GET /api/v1/alerts` */
export const listAlerts = operation({
  operationId: "listAlerts",
  summary: "Alerts, newest first",
  description:
    "What is wrong now, and what was. With state=open only those that are firing, acknowledged or snoozed.",
  query: Type.Object({
    state: Type.Optional(oneOf(["open", ...HISTORY_STATES])),
    severity: Type.Optional(oneOf(ALERT_SEVERITIES)),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: ALERTS_MAX,
        default: ALERTS_DEFAULT,
      }),
    ),
    cursor: Type.Optional(
      Type.String({ maxLength: 100, description: "A nextCursor." }),
    ),
  }),
  answer: Type.Object({ data: Type.Array(AlertSchema), nextCursor }),
  example: { data: [ALERT_EXAMPLE], nextCursor: null },
  async handle({ store, masksNumbers }, query) {
    const { state, severity, limit = ALERTS_DEFAULT, cursor } = query;
    const olderThan =
      cursor === undefined ? undefined : idOfCursor(cursor, "alerts");
    if (cursor !== undefined && olderThan === undefined)
      return wrongParameters([
        {
          parameter: "cursor",
          detail:
            "cursor isn't from this address: pass a nextCursor unchanged.",
        },
      ]);
    const states = HISTORY_STATES.filter(
      (each) =>
        state === undefined ||
        each === state ||
        (state === "open" && each !== "resolved"),
    );
    const found = await store.alerts.list({
      size: limit + 1,
      olderThan,
      severity,
      states,
    });
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    return {
      data: await recordsOf(store, shown, masksNumbers),
      nextCursor:
        found.length > limit && last !== undefined
          ? cursorOf(last.id, "alerts")
          : null,
    };
  },
});

/** `GET /api/v1/alerts/:id` */
export const getAlert = operation({
  operationId: "getAlert",
  summary: "One alert with its history",
  description: "What is wrong, what to do, and who did what.",
  pathParameters: { id: "The alert's ID." },
  query: Type.Object({}),
  answer: Type.Object({ data: AlertWithHistory }),
  example: {
    data: {
      ...ALERT_EXAMPLE,
      history: [
        {
          at: "2026-11-23T14:05:00.000Z",
          what: "fired",
          by: "server",
          note: "",
        },
      ],
    },
  },
  async handle({ store, params, masksNumbers }) {
    const alert = await alertOf(store, params);
    if (alert === undefined) return NO_SUCH_ALERT;
    const [[record], history] = await Promise.all([
      recordsOf(store, [alert], masksNumbers),
      store.alerts.history(alert.id),
    ]);
    if (record === undefined) return NO_SUCH_ALERT;
    return {
      data: {
        ...record,
        history: history.map(({ at, what, by, note }) => ({
          at: rfc3339(at),
          what,
          by,
          note: masksNumbers ? masked(note) : note,
        })),
      },
    };
  },
});

const note = Type.Optional(
  Type.String({ maxLength: NOTE_MAX, description: "Shown to everyone." }),
);

/** `POST /api/v1/alerts/:id/acknowledge` */
export const acknowledgeAlert = change({
  method: "POST",
  operationId: "acknowledgeAlert",
  summary: "Acknowledge an alert",
  description:
    "Says that somebody takes care of it: it sends no more reminders. The same again changes nothing. What somebody else entered isn't replaced: that's answered 409.",
  pathParameters: { id: "The alert's ID." },
  body: Type.Object({ note }),
  bodyExample: { note: "Looking into it." },
  answer: Type.Object({ data: AlertSchema }),
  example: {
    data: {
      ...ALERT_EXAMPLE,
      state: "acknowledged",
      handledBy: "token ops",
      note: "Looking into it.",
    },
  },
  handle: ({ store, params, by }, body) =>
    handled(store, params, (id) =>
      store.alerts.acknowledge(id, noteText(body.note ?? ""), by),
    ),
});

/** `POST /api/v1/alerts/:id/snooze` */
export const snoozeAlert = change({
  method: "POST",
  operationId: "snoozeAlert",
  summary: "Snooze an alert",
  description: `Quiet until a time, at most ${SNOOZE_DAYS_MAX} days from now. If it isn't over by then, it fires again.`,
  pathParameters: { id: "The alert's ID." },
  body: Type.Object({
    until: Type.String({
      maxLength: 40,
      description: "An RFC 3339 time, such as 2026-11-24T09:00:00Z.",
    }),
    note,
  }),
  bodyExample: { until: "2026-11-24T09:00:00Z" },
  answer: Type.Object({ data: AlertSchema }),
  example: {
    data: {
      ...ALERT_EXAMPLE,
      state: "snoozed",
      handledBy: "token ops",
      note: "",
      snoozedUntil: "2026-11-24T09:00:00.000Z",
    },
  },
  async handle({ store, params, by, now }, body) {
    const until = RFC3339.test(body.until) ? Date.parse(body.until) : NaN;
    if (!(until > now && until <= now + SNOOZE_DAYS_MAX * DAY_MS))
      return wrongParameters([
        {
          parameter: "until",
          detail: `until is an RFC 3339 time in the future, at most ${SNOOZE_DAYS_MAX} days from now.`,
        },
      ]);
    return handled(store, params, (id) =>
      store.alerts.snooze(id, until, noteText(body.note ?? ""), by),
    );
  },
});

const RFC3339 =
  /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;

async function handled(
  store: ApiStore,
  params: Asked["params"],
  work: (id: number) => Promise<AlertRefusal | undefined>,
) {
  const alert = await alertOf(store, params);
  if (alert === undefined) return NO_SUCH_ALERT;
  const refusal = await work(alert.id);
  if (refusal === "not open") return NOT_OPEN;
  const after = await alertOf(store, params);
  if (refusal === "changed meanwhile")
    return new ApiProblem(
      409,
      "Somebody else has taken this alert",
      after === undefined
        ? "Nothing was changed."
        : await takenWords(store.alerts, after),
    );
  const [record] =
    after === undefined ? [] : await recordsOf(store, [after], false);
  return record === undefined ? NO_SUCH_ALERT : { data: record };
}

const NOT_OPEN = new ApiProblem(
  409,
  "The alert is over",
  "Only an alert that is firing, acknowledged or snoozed can be changed.",
);

/** Nobody has been told of a pending alert, and it may go as it came. */
async function alertOf(
  { alerts }: Pick<ApiStore, "alerts">,
  { id = "" }: Asked["params"],
): Promise<Alert | undefined> {
  const alert = /^\d{1,15}$/.test(id)
    ? await alerts.byId(Number(id))
    : undefined;
  return alert?.state === "pending" ? undefined : alert;
}

async function recordsOf(
  store: ApiStore,
  alerts: readonly Alert[],
  masksNumbers: boolean,
) {
  const shown = masksNumbers ? alerts.map(maskedAlert) : alerts;
  return (await told(store, shown)).flatMap((alert) => {
    const { state } = alert;
    // Never, as they aren't read.
    if (state === "pending") return [];
    return [{ ...alertRecord(alert), state }];
  });
}

/** What the team wrote may name numbers. Senders are masked by the store. */
function maskedAlert(alert: Alert): Alert {
  const { ruleName, note, facts } = alert;
  const includes = facts.includes.map((each) => ({
    ...each,
    ruleName: masked(each.ruleName),
  }));
  return {
    ...alert,
    ruleName: masked(ruleName),
    note: note && masked(note),
    facts: { ...facts, includes },
  };
}

function masked(text: string): string {
  return maskNumbersIn(text, [], "sure");
}
