import type { Store } from "../store/store.ts";
import type { RuleForm } from "./rule-form.ts";

export type RulePreviewStore = Pick<Store, "tally">;

export async function readRulePreview(
  _store: RulePreviewStore,
  _form: RuleForm,
  _now: number,
): Promise<undefined> {
  return undefined;
}
