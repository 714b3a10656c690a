import { createToken } from "../../src/account/api-tokens.ts";
import type { TokenScope } from "../../src/store/api-tokens.ts";
import type { ReadingOptions } from "../../src/store/engine.ts";
import type { Stores } from "../../src/store/stores.ts";
import { startServer } from "../support/start-server.ts";

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // Tests read parsed JSON in the shape they expect.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
};

/** Creates an API token, as an admin does. */
export async function newToken(
  store: Pick<Stores, "apiTokens" | "audit">,
  scope: TokenScope = "read",
  name = `token ${crypto.randomUUID()}`,
): Promise<string> {
  const deed = { at: Date.now(), actor: "ana", address: null };
  const created = await createToken(store, name, scope, deed);
  if ("mistake" in created) throw new Error(created.mistake);
  return created.token;
}

/** Requests an address below `/api/v1`, with a token. */
export async function ask(
  origin: string,
  path: string,
  token: string | undefined,
  init: RequestInit = {},
): Promise<Answer> {
  const answer = await fetch(`${origin}/api/v1${path}`, {
    ...init,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...Object.fromEntries(new Headers(init.headers)),
    },
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    body: text === "" ? undefined : JSON.parse(text),
  };
}

/** Starts the real server with three tokens, one of each scope. Hold it with `await using`. */
export async function startApi(
  env: Record<string, string> = {},
  search: ReadingOptions = {},
) {
  const server = await startServer(env, Date.now, search);
  const masked = await newToken(server.store, "read", "masked");
  const whole = await newToken(server.store, "read unmasked", "whole");
  const writing = await newToken(server.store, "write", "writing");
  return {
    ...server,
    /** One token sees masked numbers, the other whole ones. */
    masked,
    whole,
    /** Sees whole numbers and can make changes. */
    writing,
    /** Sends JSON with a method that changes something. */
    change: (
      method: "POST" | "PATCH" | "DELETE",
      path: string,
      json?: unknown,
      token: string | undefined = writing,
    ) =>
      ask(server.origin, path, token, {
        method,
        ...(json !== undefined && {
          body: JSON.stringify(json),
          headers: { "content-type": "application/json" },
        }),
      }),
    get: (path: string, token: string | undefined = whole) =>
      ask(server.origin, path, token),
  };
}

/** Returns all strings in a value at any depth, including names. */
export function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => [
    name,
    ...textsIn(each),
  ]);
}
