import { assetPath } from "../../src/http/assets.ts";
import type { GatedRoute, Route } from "../../src/server/route-kinds.ts";

/** Returns the routes behind the gate. */
export function gatedOf(routes: readonly Route[]): readonly GatedRoute[] {
  return routes.filter((route) => route.audience !== "twilio");
}

/** Returns the routes that the OpenAPI document describes. */
export function apiRoutesOf(routes: readonly Route[]) {
  return gatedOf(routes).flatMap(({ path, operation }) =>
    operation === undefined ? [] : [{ path, operation }],
  );
}

/** Returns the API's routes that only read. */
export function readingRoutesOf(routes: readonly Route[]) {
  return apiRoutesOf(routes).flatMap(
    ({ path, operation: { method, ...rest } }) =>
      method === "GET" && rest.answer !== undefined
        ? [{ path, operation: { ...rest, answer: rest.answer } }]
        : [],
  );
}

/** A value for each path parameter. Nothing has these IDs. */
const PARAMETERS: Readonly<Record<string, string>> = {
  ":hash/:name": assetPath("theme.js").slice("/assets/".length),
  ":sid": "SM0123456789abcdef0123456789abcdef",
  ":code": "30003",
  ":number": encodeURIComponent("+14155550123"),
  ":id": "999",
  ":attempt": "999",
  ":resend": "999",
  "*": "nothing-here",
};

/** Returns an address that leads to the route with this path. */
export function addressOf(path: string): string {
  return Object.entries(PARAMETERS).reduce(
    (text, [name, value]) => text.replace(name, value),
    path,
  );
}

/** Reports whether an address, without its query, leads to this path. */
export function leadsTo(address: string, path: string): boolean {
  const pattern = path
    .replaceAll(/:\w+/g, "[^/]+")
    .replaceAll(".", "\\.")
    .replace("*", ".+");
  return new RegExp(`^${pattern}$`).test(address);
}
