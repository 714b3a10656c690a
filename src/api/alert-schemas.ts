import { Type } from "@sinclair/typebox";
import { HISTORY_STATES } from "../alerts/alerts-query.ts";
import { ALERT_EVENTS, ALERT_SEVERITIES, RULE_KINDS } from "../store/alerts.ts";
import { oneOf, orNull, time } from "./schemas.ts";

/** An alert as `alertRecord` writes it. */
export const AlertSchema = Type.Object(
  {
    id: Type.Integer(),
    title: Type.String({ description: "What is wrong, in one line." }),
    severity: oneOf(ALERT_SEVERITIES),
    state: oneOf(HISTORY_STATES, {
      description: "All but resolved are open.",
    }),
    rule: Type.Object({
      id: orNull(Type.Integer(), {
        description: "Null once the rule was removed.",
      }),
      kind: oneOf(RULE_KINDS),
      name: Type.String(),
    }),
    key: Type.String({
      description:
        "Which of those that the rule watches one by one, such as code:30007 or country:US; empty for a rule that watches one thing.",
    }),
    since: time("Since when its condition is met."),
    firedAt: orNull(time("When it fired.")),
    resolvedAt: orNull(time("When it was over.")),
    handledBy: orNull(Type.String(), {
      description: "Who acknowledged or snoozed it.",
    }),
    note: orNull(Type.String()),
    snoozedUntil: orNull(Type.String({ format: "date-time" })),
    lines: Type.Array(Type.String(), {
      description: "What it means, in sentences.",
    }),
    todo: Type.Array(Type.String(), {
      description: "What to do, in sentences.",
    }),
    numbers: Type.Array(
      Type.Object({ name: Type.String(), value: Type.String() }),
    ),
  },
  { title: "Alert" },
);

export const ALERT_EXAMPLE = {
  id: 12,
  title: "64.5% of messages failed in the last 15 minutes",
  severity: "critical",
  state: "firing",
  rule: { id: 1, kind: "failure-rate", name: "Many messages fail" },
  key: "",
  since: "2026-11-23T14:02:00.000Z",
  firedAt: "2026-11-23T14:05:00.000Z",
  resolvedAt: null,
  handledBy: null,
  note: null,
  snoozedUntil: null,
  lines: [
    "Of 152 messages with a final status, 98 failed or were undelivered.",
  ],
  todo: ["Send again in a few hours."],
  numbers: [{ name: "Failed or undelivered", value: "98" }],
} as const;

export const AlertWithHistory = Type.Composite(
  [
    AlertSchema,
    Type.Object({
      history: Type.Array(
        Type.Object({
          at: time("When it happened."),
          what: oneOf(ALERT_EVENTS),
          by: Type.String({
            description: "A user's name, token …, command line, or server.",
          }),
          note: Type.String(),
        }),
        { description: "What happened to it, oldest first." },
      ),
    }),
  ],
  { title: "AlertWithHistory" },
);
