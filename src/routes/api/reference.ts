import {
  Kind,
  OptionalKind,
  type TObject,
  type TSchema,
} from "@sinclair/typebox";
import type {
  ApiField,
  ApiOperation,
  ApiReference,
} from "../../../views/settings/api-reference.ts";
import type { OperationDescription } from "./operation.ts";
import { DESCRIPTION, tagOf, TAGS, type DescribedRoute } from "./openapi.ts";

/** Returns the API's operations as its page shows them; `apiUrl` is the address for programs, up to `/api/v1`. */
export function referenceOf(
  routes: readonly DescribedRoute[],
  apiUrl: string,
): ApiReference {
  const site = apiUrl.replace(/\/api\/v1$/, "");
  return {
    about: DESCRIPTION,
    topics: TAGS.map(([name, description]) => ({
      name,
      description,
      operations: routes
        .filter(({ path }) => tagOf(path) === name)
        .map((route) => operationOf(route, site)),
    })),
  };
}

function operationOf(
  { path, operation }: DescribedRoute,
  site: string,
): ApiOperation {
  const { operationId, method, summary, description, example } = operation;
  const shown = path.replaceAll(/:(\w+)/g, "{$1}");
  const inPath = Object.entries(operation.pathParameters ?? {});
  return {
    id: operationId,
    method,
    path: shown,
    summary,
    description,
    isChange: method !== "GET",
    parameters: [
      ...inPath.map(([name, words]) => ({
        name,
        type: "in the path",
        isRequired: true,
        description: words,
      })),
      ...fieldsOf(operation.query),
    ],
    fields: fieldsOf(operation.body),
    curl: curlOf(operation, site + shown),
    example:
      operation.answer === undefined
        ? undefined
        : JSON.stringify(example, undefined, 2),
  };
}

function fieldsOf(schema: TObject | undefined): ApiField[] {
  return Object.entries<TSchema>(schema?.properties ?? {}).map(
    ([name, each]) => ({
      name,
      type: typeWords(each),
      isRequired: each[OptionalKind] === undefined,
      description: each.description ?? "",
    }),
  );
}

/** `integer, 1 to 200`, `sent, delivered, or null`. */
function typeWords(schema: TSchema): string {
  if (Array.isArray(schema["enum"])) return schema["enum"].join(", ");
  if (Array.isArray(schema["anyOf"]))
    return schema["anyOf"].map(typeWords).join(" or ");
  if (schema["const"] !== undefined) return String(schema["const"]);
  if (schema[Kind] === "Array") return `list of ${typeWords(schema["items"])}`;
  const { type, format, minimum, maximum } = schema;
  const bounds =
    minimum === undefined
      ? ""
      : maximum === undefined
        ? `, from ${minimum}`
        : `, ${minimum} to ${maximum}`;
  return `${format ?? type}${bounds}`;
}

/** A command for a shell in which TOKEN is set. */
function curlOf(
  { method, body, bodyExample }: OperationDescription,
  url: string,
): string {
  const lines = [`curl -H "Authorization: Bearer $TOKEN"`];
  if (method !== "GET") lines.push(`-X ${method}`);
  if (body !== undefined && bodyExample !== undefined)
    lines.push(
      `-H "Content-Type: application/json"`,
      `-d ${shellQuoted(JSON.stringify(bodyExample))}`,
    );
  return [...lines, shellQuoted(url)].join(" \\\n  ");
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
