import type {
  Alert,
  AlertChange,
  AlertFacts,
  AlertStore,
  NewAlert,
} from "../../src/store/alerts.ts";

const MINUTE_MS = 60_000;

type Sample = Partial<NewAlert> & {
  readonly ruleId: number;
  /** How many minutes ago its condition was met, and when it ended. */
  readonly minutesAgo: number;
  readonly overMinutesAgo?: number;
  readonly measured?: AlertFacts["now"];
};

const FACTS = {
  filter: "",
  settings: {},
  channelIds: null,
  includes: [],
} as const;

/** Adds an alert that fired three minutes after its condition was met, as the evaluator does. */
export async function addAlert(
  alerts: AlertStore,
  now: number,
  { minutesAgo, overMinutesAgo, measured = {}, ...given }: Sample,
): Promise<Alert> {
  const rule = await alerts.ruleById(given.ruleId);
  if (rule === undefined) throw new Error("There is no such rule.");
  const since = now - minutesAgo * MINUTE_MS;
  const facts: AlertFacts = {
    ...FACTS,
    filter: rule.filter,
    settings: rule.settings,
    measuredAt: now,
    now: measured,
    atFiring: measured,
    peak: measured,
  };
  await alerts.addPending([
    {
      ruleKind: rule.kind,
      ruleName: rule.name,
      key: "",
      severity: rule.severity,
      since,
      facts,
      ...given,
    },
  ]);
  const [pending] = await alerts.open();
  if (pending === undefined) throw new Error("The alert wasn't added.");
  const firedAt = since + 3 * MINUTE_MS;
  await advance(alerts, now, pending, { state: "firing", firedAt }, firedAt);
  if (overMinutesAgo !== undefined) {
    const resolvedAt = now - overMinutesAgo * MINUTE_MS;
    const change = { state: "resolved", firedAt, resolvedAt } as const;
    await advance(alerts, now, pending, change, resolvedAt);
  }
  const added = await alerts.byId(pending.id);
  if (added === undefined) throw new Error("The alert is gone.");
  return added;
}

async function advance(
  alerts: AlertStore,
  now: number,
  { id }: Alert,
  change: Partial<AlertChange>,
  at: number,
): Promise<void> {
  const alert = await alerts.byId(id);
  if (alert === undefined) throw new Error("The alert is gone.");
  await alerts.advance({
    record: { ranAt: now, startedAt: now, gaps: [] },
    changes: [
      {
        ...alert,
        ...change,
        entries: [
          {
            at,
            what: change.state === "resolved" ? "resolved" : "fired",
            by: "server",
            note: "",
          },
        ],
        notices: [],
      },
    ],
    dropped: [],
  });
}
