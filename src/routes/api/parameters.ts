import type { Static, TObject, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { ApiMistake } from "./problems.ts";

export type ParametersRead<Q extends TObject> =
  { readonly values: Static<Q> } | { readonly mistakes: readonly ApiMistake[] };

/**
 * Reads a query by the schema of its parameters. Anything it doesn't know is a mistake and
 * never ignored; an empty value counts as absent.
 */
export function readParameters<Q extends TObject>(
  schema: Q,
  params: URLSearchParams,
): ParametersRead<Q> {
  const mistakes: ApiMistake[] = [];
  const names = Object.keys(schema.properties);
  if ([...params.keys()].some((name) => !names.includes(name))) {
    const detail = `Unknown parameter. ${known(names)}`;
    mistakes.push({ parameter: null, detail });
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
  throw new Error(
    "A schema of parameters contradicts the schemas of its parts.",
  );
}

/**
 * Reads the JSON of a request's body by its schema. Like a parameter, a field that the
 * schema doesn't know is a mistake.
 */
export function readFields<B extends TObject>(
  schema: B,
  json: unknown = {},
): ParametersRead<B> {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    return {
      mistakes: [{ parameter: null, detail: "The body isn’t a JSON object." }],
    };
  const given = new Map<string, unknown>(Object.entries(json));
  const names = Object.keys(schema.properties);
  const mistakes: ApiMistake[] = [];
  if ([...given.keys()].some((name) => !names.includes(name))) {
    const detail = `Unknown field. ${known(names)}`;
    mistakes.push({ parameter: null, detail });
  }
  for (const [name, property] of Object.entries(schema.properties)) {
    if (!given.has(name)) {
      if (schema.required?.includes(name))
        mistakes.push({ parameter: name, detail: `${name} is missing.` });
    } else if (!Value.Check(property, given.get(name)))
      mistakes.push({
        parameter: name,
        detail: `${name} must be ${whatIsRight(property)}.`,
      });
  }
  if (mistakes.length > 0) return { mistakes };
  if (Value.Check(schema, json)) return { values: json };
  throw new Error("A schema of a body contradicts the schemas of its fields.");
}

function known(names: readonly string[]): string {
  return names.length === 0 ? "It takes none." : `It takes ${listed(names)}.`;
}

function valueOf({ type }: TSchema, text: string): string | number {
  return type === "integer" && /^\d{1,15}$/.test(text) ? Number(text) : text;
}

/** Completes "limit is …". */
function whatIsRight({ type, ...schema }: TSchema): string {
  if (type === "integer")
    return `a whole number from ${schema["minimum"]} to ${schema["maximum"]}`;
  if (type === "boolean") return "true or false";
  if (type === "null") return "null";
  if (type === "array")
    return `a list of at most ${schema["maxItems"]}, each ${whatIsRight(schema["items"])}`;
  if (isSchemas(schema["anyOf"]))
    return schema["anyOf"].map(whatIsRight).join(", or ");
  const { enum: words, maxLength } = schema;
  return Array.isArray(words)
    ? `one of ${listed(words)}`
    : `a text of at most ${maxLength} characters`;
}

function isSchemas(value: unknown): value is readonly TSchema[] {
  return Array.isArray(value);
}

/** `a, b and c` */
function listed(words: readonly string[]): string {
  return words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
