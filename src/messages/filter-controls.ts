import { filterText, termPair, type Term } from "./filter-language.ts";
import { dayAfter, isDay } from "../time/filter-times.ts";

/** Statuses that the control and the quick filters offer together, in the form of `status:`. */
export const STATUS_CHOICES = [
  "failed",
  "undelivered",
  "failed,undelivered",
  "sent",
  "delivered",
  "read",
  "delivered,read",
] as const;

export type StatusChoice = (typeof STATUS_CHOICES)[number];

const NAMES = [
  "status",
  "channel",
  "code",
  "country",
  "from",
  "after",
  "until",
] as const;

/** A form control of the filter. `until` is the last day included, whereas `before` is the first day excluded. */
export type ControlName = (typeof NAMES)[number];

/** The value of each control; "" for none. */
export type Controls = Readonly<Record<ControlName, string>>;

export const CONTROL_NAMES: readonly string[] = NAMES;

/** Returns the part of a filter that the controls show. Of several terms with the same name, that's the first one that fits. */
export function controlsOf(terms: readonly Term[]): Controls {
  return divided(terms).controls;
}

/**
 * Returns a filter's text after the controls changed: the terms that they showed are
 * replaced, the others stay.
 */
export function controlledText(
  terms: readonly Term[],
  controls: Partial<Controls>,
): string {
  const shown = { ...divided(terms).controls, ...controls };
  return filterText([
    ...divided(terms).rest.map(termPair),
    ["status", shown.status],
    ["channel", shown.channel],
    ["code", shown.code],
    ["country", shown.country],
    ["from", shown.from],
    ["after", shown.after],
    ["before", isDay(shown.until) ? dayAfter(shown.until) : shown.until],
  ]);
}

function divided(terms: readonly Term[]) {
  const controls: Record<ControlName, string> = {
    status: "",
    channel: "",
    code: "",
    country: "",
    from: "",
    after: "",
    until: "",
  };
  const rest: Term[] = [];
  for (const term of terms) {
    const fitting = controlOf(term);
    if (fitting === undefined || controls[fitting.name] !== "") rest.push(term);
    else controls[fitting.name] = fitting.value;
  }
  return { controls, rest };
}

type Fitting = { readonly name: ControlName; readonly value: string };

/** Returns the control that can show a term, and its value; undefined if none can. */
function controlOf({ condition, values }: Term): Fitting | undefined {
  if (condition === undefined || condition.negated) return undefined;
  const text = values[0]?.text ?? "";
  switch (condition.field) {
    case "status": {
      const value = condition.values.join(",");
      return STATUS_CHOICES.some((choice) => choice === value)
        ? { name: "status", value }
        : undefined;
    }
    case "channel":
    case "code":
    case "country":
    case "from": {
      const [value, ...others] = condition.values;
      return value === undefined || others.length > 0
        ? undefined
        : { name: condition.field, value: String(value) };
    }
    case "after":
      return isDay(text) ? { name: "after", value: text } : undefined;
    case "before":
      return isDay(text)
        ? { name: "until", value: dayAfter(text, -1) }
        : undefined;
    default:
      return undefined;
  }
}
