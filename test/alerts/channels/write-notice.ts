import type { Notice } from "../../../src/alerts/notice.ts";
import type { Alert } from "../../../src/store/alerts.ts";
import type { Stores } from "../../../src/store/stores.ts";

type Alerts = Pick<Stores, "alerts">;

/** Writes a notice for a channel as the evaluator does, beside an alert's state. */
export async function writeNotice(
  store: Alerts,
  channelId: number,
  notice: Notice,
  sendAt = notice.at,
): Promise<void> {
  const { at } = notice;
  const entry = { at, what: "reminded", by: "server", note: "" } as const;
  await store.alerts.advance({
    record: { ranAt: at, startedAt: at, gaps: [] },
    dropped: [],
    changes: [
      {
        ...(await openAlert(store, at)),
        entries: [entry],
        notices: [{ channelId, sendAt, notice: JSON.stringify(notice) }],
      },
    ],
  });
}

/** Any alert will do: what is sent is in the notice. */
async function openAlert({ alerts }: Alerts, at: number): Promise<Alert> {
  const [open] = await alerts.open();
  if (open) return open;
  await alerts.addPending([
    {
      ruleId: 1,
      ruleKind: "failure-rate",
      ruleName: "Many messages fail",
      key: "",
      severity: "critical",
      since: at,
      facts: {
        filter: "",
        settings: { percent: 5 },
        channelIds: null,
        measuredAt: at,
        now: { share: 0.2 },
        atFiring: null,
        peak: { share: 0.2 },
        includes: [],
      },
    },
  ]);
  const [added] = await alerts.open();
  if (added === undefined) throw new Error("The alert wasn't added.");
  return added;
}
