import type { Static, TObject, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { ApiMistake } from "./problems.ts";

export type ParametersRead<Q extends TObject> =
  { readonly values: Static<Q> } | { readonly mistakes: readonly ApiMistake[] };

/**
 * Reads an address's query as the schema of its parameters has it. What it does not
 * understand is a mistake, never ignored; an empty value counts as not given.
 */
export function readParameters<Q extends TObject>(
  schema: Q,
  params: URLSearchParams,
): ParametersRead<Q> {
  const mistakes: ApiMistake[] = [];
  const names = Object.keys(schema.properties);
  if ([...params.keys()].some((name) => !names.includes(name))) {
    const known =
      names.length === 0 ? "It takes none." : `It takes ${listed(names)}.`;
    mistakes.push({
      parameter: null,
      detail: `This address does not know one of the parameters. ${known}`,
    });
  }
  const values: Record<string, string | number> = {};
  for (const [name, property] of Object.entries(schema.properties)) {
    const [text = "", ...others] = params.getAll(name);
    if (others.length > 0)
      mistakes.push({ parameter: name, detail: `${name} is given twice.` });
    else if (text.trim() !== "") {
      const value = valueOf(property, text.trim());
      if (Value.Check(property, value)) values[name] = value;
      else
        mistakes.push({
          parameter: name,
          detail: `${name} is ${whatIsRight(property)}.`,
        });
    }
  }
  if (mistakes.length > 0) return { mistakes };
  if (Value.Check(schema, values)) return { values };
  throw new Error("A schema of parameters does not fit what it is made of.");
}

function valueOf({ type }: TSchema, text: string): string | number {
  return type === "integer" && /^\d{1,15}$/.test(text) ? Number(text) : text;
}

/** Completes "limit is …". */
function whatIsRight({ type, ...schema }: TSchema): string {
  if (type === "integer")
    return `a whole number from ${schema["minimum"]} to ${schema["maximum"]}`;
  const { enum: words, maxLength } = schema;
  return Array.isArray(words)
    ? `one of ${listed(words)}`
    : `a text of at most ${maxLength} characters`;
}

/** `a, b and c` */
function listed(words: readonly string[]): string {
  return words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
