import { AlertPage } from "../../views/alerts/alert-page.tsx";
import type { FilledIn } from "../../views/alerts/alert-actions.tsx";
import { AlertsPage } from "../../views/alerts/alerts-page.tsx";
import type { Site } from "../../views/site.ts";
import { isAdmin, requesterOf } from "../account/viewer.ts";
import {
  readAlertDetails,
  type AlertDetailsStore,
} from "../alerts/alert-details.ts";
import {
  ALERTS_PER_PAGE,
  pageOf,
  readAlertsQuery,
} from "../alerts/alerts-query.ts";
import { alertFor } from "../alerts/alert-for-reader.ts";
import { noteText } from "../alerts/note-text.ts";
import {
  fullRules,
  openInOrder,
  type OpenAlerts,
} from "../alerts/open-alerts.ts";
import { told } from "../alerts/told-alerts.ts";
import { snoozeEnd } from "../alerts/snooze.ts";
import { fieldOf } from "../http/form-body.ts";
import { page } from "../http/page.ts";
import { invalidAddress, Problem } from "../http/problem.ts";
import { redirectTo } from "../http/responses.ts";
import type { By } from "../store/accounts.ts";
import {
  ALERT_STATES,
  type Alert,
  type AlertRefusal,
  type AlertSeen,
  type AlertState,
} from "../store/alerts.ts";
import type { Stores } from "../store/stores.ts";
import type { Answer, Asked } from "./asked.ts";

export type AlertDeps = {
  readonly store: AlertDetailsStore &
    Pick<Stores, "alerts" | "alertChannels" | "addressById">;
  readonly openAlerts: Pick<OpenAlerts, "forget">;
  readonly now: () => number;
};

const INVALID_ADDRESS = invalidAddress(
  "This part of the history doesn’t exist. Go to Alerts and choose again.",
);

const NO_SUCH_ALERT = new Problem({
  status: 404,
  title: "No alert has this ID",
  detail:
    "Alerts that are over are kept for 400 days at most. See Alerts for the current list.",
});

/** `/alerts`: what is wrong, what was, and taking care of it. */
export const alertHandlers = ({ store, openAlerts, now: clock }: AlertDeps) => {
  const { alerts, alertChannels } = store;

  const alertOf = async (id: string): Promise<Alert | undefined> => {
    const alert = /^\d{1,15}$/.test(id)
      ? await alerts.byId(Number(id))
      : undefined;
    // Nobody has been told of a pending one, and it may go as it came.
    return alert?.state === "pending" ? undefined : alert;
  };

  const showAlert = async (
    site: Site,
    alert: Alert,
    filledIn: FilledIn | undefined,
  ): Promise<Answer> => {
    const now = clock();
    const [shown] = await told(store, [alert]);
    if (shown === undefined) return NO_SUCH_ALERT;
    const details = await readAlertDetails(store, shown, now);
    const seen = alertFor(readerOf(site), shown);
    const view = { site, alert: seen, ...details, filledIn, now };
    return page(<AlertPage {...view} />, {
      status: filledIn === undefined ? 200 : 400,
    });
  };

  /** Does something about an alert for whoever posted a form. */
  const handle = async (
    { params, request, site, body }: Asked<"id">,
    state: AlertState,
    work: (
      id: number,
      by: By,
      seen: AlertSeen | undefined,
    ) => Promise<AlertRefusal | undefined>,
  ): Promise<Answer> => {
    const before = await alertOf(params.id);
    if (before === undefined) return NO_SUCH_ALERT;
    const by = { ...requesterOf(request), at: clock() };
    const refusal = await work(before.id, by, seenOf(body));
    openAlerts.forget();
    const alert = await alertOf(params.id);
    if (alert === undefined) return NO_SUCH_ALERT;
    // A second click, and what was meant is done.
    const isDone = alert.state === state && alert.by === by.actor;
    if (refusal === undefined || refusal === "no such alert" || isDone) {
      const { urls } = site;
      const isFromList = fieldOf(body, "from") === "list";
      return redirectTo(isFromList ? urls.alerts() : urls.alert(alert.id), 303);
    }
    return showAlert(site, alert, {
      ...filledInOf(body),
      mistake: meanwhileWords(alert),
    });
  };

  return {
    list: async ({ request, site }: Asked) => {
      const query = readAlertsQuery(new URL(request.url).searchParams);
      if (query === undefined) return INVALID_ADDRESS;
      const now = clock();
      const [open, found, rules, channels, record] = await Promise.all([
        alerts.open(),
        alerts.list(pageOf(query, now)),
        alerts.rules(),
        alertChannels.list(),
        alerts.evaluatorRecord(),
      ]);
      const shown = found.slice(0, ALERTS_PER_PAGE);
      const listed = await told(store, openInOrder(open));
      return page(
        <AlertsPage
          {...{ site, query, rules, now }}
          open={listed.map((each) => alertFor(readerOf(site), each))}
          alerts={await told(store, shown)}
          older={found.length > shown.length ? shown.at(-1)?.id : undefined}
          hasChannel={channels.some(({ isOn }) => isOn)}
          evaluatedAt={record?.ranAt}
          full={fullRules(rules, open)}
        />,
      );
    },
    one: async ({ params, site }: Asked<"id">) => {
      const alert = await alertOf(params.id);
      if (alert === undefined) return NO_SUCH_ALERT;
      return showAlert(site, alert, undefined);
    },
    acknowledge: (asked: Asked<"id">) =>
      handle(asked, "acknowledged", (id, by, seen) =>
        alerts.acknowledge(id, noteOf(asked.body), by, seen),
      ),
    snooze: async (asked: Asked<"id">) => {
      const { body, site, params } = asked;
      const filledIn = filledInOf(body);
      const end = snoozeEnd(
        { ...filledIn, timeZone: fieldOf(body, "zone") },
        clock(),
      );
      if ("at" in end)
        return handle(asked, "snoozed", (id, by, seen) =>
          alerts.snooze(id, end.at, noteOf(body), by, seen),
        );
      const alert = await alertOf(params.id);
      if (alert === undefined) return NO_SUCH_ALERT;
      return showAlert(site, alert, { ...filledIn, mistake: end.mistake });
    },
    reopen: (asked: Asked<"id">) =>
      handle(asked, "firing", (id, by, seen) => alerts.reopen(id, by, seen)),
  };
};

function readerOf({ viewer, masksNumbers }: Site) {
  return { canChange: isAdmin(viewer), masksNumbers };
}

function filledInOf(body: unknown) {
  return {
    note: noteOf(body),
    choice: fieldOf(body, "for"),
    until: fieldOf(body, "until"),
  };
}

/** What the form's page showed; undefined for a list's, which has only those that nobody has taken. */
function seenOf(body: unknown): AlertSeen | undefined {
  const state = ALERT_STATES.find((each) => each === fieldOf(body, "seen"));
  const by = fieldOf(body, "seen-by");
  return state && { state, by: by === "" ? null : by };
}

function noteOf(body: unknown): string {
  return noteText(fieldOf(body, "note"));
}

/** Why nothing was done about an alert that changed since its page was made. */
function meanwhileWords({ state, by }: Alert): string {
  switch (state) {
    case "resolved":
      return "It’s over: its condition ended meanwhile. Nothing was changed.";
    case "acknowledged":
      return `${by ?? "Somebody"} acknowledged it meanwhile. Nothing was changed.`;
    case "snoozed":
      return `${by ?? "Somebody"} snoozed it meanwhile. Nothing was changed.`;
    default:
      return "It’s firing again since this page was made. Nothing was changed.";
  }
}
