import { healthOf } from "../../forwarding/endpoint-health.ts";
import { isUpTo } from "../../forwarding/endpoint-report.ts";
import type { RuleSettings } from "../../store/alerts.ts";
import type { Endpoint } from "../../store/endpoints.ts";
import {
  channelTarget,
  endpointTarget,
  type Target,
  type TargetState,
} from "../../store/outbox.ts";
import {
  MINUTE_MS,
  numberOf,
  preparedNow,
  type Finding,
  type Ledger,
  type RuleKindDefinition,
} from "./rule.ts";

/** Fires when an endpoint only fails or was disabled, or a notification channel fails. */
export const forwarding: RuleKindDefinition = {
  kind: "forwarding",
  label: "Failing forwarding",
  about:
    "An endpoint or a notification channel has only failed for some minutes, or an endpoint was disabled or has a filter that can’t be read.",
  fields: [
    {
      name: "sustainedMinutes",
      label: "Fires when every attempt has failed for",
      unit: "minutes",
      min: 0,
      max: 1_440,
      default: 3,
    },
  ],
  takesFilter: false,
  sustainedMs: () => 0,
  async prepare(ledger, { settings }, { to }) {
    const ms = number(settings, "sustainedMinutes") * MINUTE_MS;
    return preparedNow([
      ...(await endpointFindings(ledger, to, ms)),
      ...(await channelFindings(ledger, to, ms)),
    ]);
  },
};

const number = (settings: RuleSettings, name: string): number =>
  numberOf(forwarding, settings, name);

async function endpointFindings(
  { endpoints, outbox }: Ledger,
  at: number,
  sustainedMs: number,
): Promise<Finding[]> {
  const failing = (await endpoints.list()).filter((endpoint) =>
    ["disabled", "failing", "unreadable"].includes(healthOf(endpoint, at)),
  );
  const states = await outbox.states(
    failing.map(({ id }) => endpointTarget(id)),
  );
  return failing.map((endpoint) => {
    const { id, name, failingSince, stateChangedAt } = endpoint;
    const health = healthOf(endpoint, at);
    const since =
      health === "unreadable" ? at : (failingSince ?? stateChangedAt);
    return {
      key: endpointTarget(id),
      isMet: health !== "failing" || at - since >= sustainedMs,
      isClear: false,
      measured: {
        name,
        since,
        to: at,
        ...(health === "unreadable" && { disabled: health }),
        ...disabledBecause(endpoint),
        ...waiting(endpoint, states.get(endpointTarget(id))),
      },
      badness: at - since,
    };
  });
}

function disabledBecause({ disabledReason }: Endpoint) {
  return disabledReason === undefined ? {} : { disabled: disabledReason };
}

function waiting(endpoint: Endpoint, state: TargetState | undefined) {
  return state === undefined
    ? { waiting: 0 }
    : {
        waiting: state.waiting + state.behind.count,
        ...(state.behind.isMore && { isMore: 1 }),
        ...(isUpTo(state, endpoint) && { isUpTo: 1 }),
      };
}

async function channelFindings(
  { alertChannels, outbox }: Ledger,
  at: number,
  sustainedMs: number,
): Promise<Finding[]> {
  const channels = (await alertChannels.list()).filter(({ isOn }) => isOn);
  if (channels.length === 0) return [];
  const names = new Map<Target, string>(
    channels.map(({ id, name }) => [channelTarget(id), name]),
  );
  const progress = await outbox.progressOf([...names.keys()]);
  return progress.flatMap(({ target, failingSince: since, waiting: count }) =>
    since === undefined
      ? []
      : [
          {
            key: target,
            isMet: at - since >= sustainedMs,
            isClear: false,
            measured: {
              name: names.get(target) ?? "",
              since,
              to: at,
              waiting: count,
            },
            badness: at - since,
          },
        ],
  );
}
