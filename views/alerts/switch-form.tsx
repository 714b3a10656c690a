import { FormToken } from "../parts/form-token.tsx";
import { attribute } from "../parts/values.tsx";
import type { Site } from "../site.ts";

/** Turns a rule or a channel of a list on or off. */
export function SwitchForm({
  site,
  action,
  item: { name, isOn },
}: {
  readonly site: Site;
  readonly action: string;
  readonly item: { readonly name: string; readonly isOn: boolean };
}) {
  const words = isOn ? "Turn off" : "Turn on";
  return (
    <form method="post" action={action}>
      <FormToken site={site} />
      <input type="hidden" name="on" value={isOn ? "" : "1"} />
      <button class="button-small" aria-label={`${words} ${attribute(name)}`}>
        {words}
      </button>
    </form>
  );
}
