import type { Alert, AlertStore } from "../store/alerts.ts";
import { minuteWords } from "../words/times.ts";

/** Says who acknowledged or snoozed an alert, when, and that this wasn't replaced. */
export async function takenWords(
  alerts: Pick<AlertStore, "history">,
  { id, state, by }: Alert,
): Promise<string> {
  const history = await alerts.history(id);
  const taken = history.findLast(({ what }) => what === state);
  const when = taken && ` on ${minuteWords(taken.at)} UTC`;
  return `${by ?? "Somebody"} ${state} it${when ?? ""}. Nothing was changed. To take it over, use its page.`;
}
