import type { SignIn } from "../config/settings.ts";
import type { Receiver } from "../receiver/receiver-parts.ts";
import type { Operation } from "../routes/api/operation.ts";
import type { Answer, Asked, Handler } from "../routes/asked.ts";
import type { FindablePage } from "../search/pages.ts";

/** Who may use a route. */
export type Audience =
  /** Everyone, signed in or not. */
  | "open"
  /** Programs that send a bearer token, which the handler checks. */
  | "token"
  /** Every signed-in user. */
  | "member"
  /** Admins. */
  | "admin";

export const open = "open";
export const token = "token";
export const member = "member";
export const admin = "admin";

/** What applies to few routes; the table names them by the constants below. */
type Exceptions = {
  /** The route exists only with these values of SIGN_IN. */
  readonly signIn?: readonly SignIn[];
  /** Also for a user who first has to replace a temporary password. */
  readonly isBeforePassword?: boolean;
  /** Also for services on this machine, such as a monitor, where nobody signs in. */
  readonly isForServices?: boolean;
  /** What proves itself, and can be posted by mail programs: from no page of ours. */
  readonly isFromAnywhere?: boolean;
  /** What the search finds a page by. */
  readonly name?: { readonly title: string; readonly also: string };
};

/** If users sign in, here or at a proxy. */
export const withUsers: Exceptions = { signIn: ["password", "proxy"] };
/** If users sign in here. */
export const withPasswords: Exceptions = { signIn: ["password"] };
export const beforePassword: Exceptions = { isBeforePassword: true };
export const forServices: Exceptions = { isForServices: true };
export const fromAnywhere: Exceptions = { isFromAnywhere: true };

/** The search finds the page by its title, and by other words for it. */
export function called(title: string, also = ""): Exceptions {
  return { name: { title, also } };
}

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** A route behind the gate. */
export type GatedRoute = Exceptions & {
  readonly method: Method;
  /** Below the base path; a part that begins with a colon is a parameter. */
  readonly path: string;
  readonly audience: Audience;
  handle(asked: Asked<string>): Answer | Promise<Answer>;
  /** What the OpenAPI document describes. */
  readonly operation?: Operation;
};

/** A route that Twilio posts to. Its receiver checks the signature, and no hook runs before it. */
export type WebhookRoute = {
  readonly method: "POST";
  readonly path: string;
  readonly audience: "twilio";
  readonly receiver: Receiver;
};

export type Route = GatedRoute | WebhookRoute;

/** The names of a path's parameters. */
type ParamOf<Path extends string> =
  Path extends `${string}/:${infer Name}/${infer Rest}`
    ? Name | ParamOf<`/${Rest}`>
    : Path extends `${string}/:${infer Name}`
      ? Name
      : never;

/** A page, a part of one, or a file; `HEAD` is answered as well. */
export function get<Path extends string>(
  path: Path,
  audience: Audience,
  handle: Handler<ParamOf<Path>>,
  ...exceptions: readonly Exceptions[]
): GatedRoute {
  return Object.assign(
    { method: "GET", path, audience, handle } as const,
    ...exceptions,
  );
}

/** A form that changes something: only from a page of ours, with its form token. */
export function post<Path extends string>(
  path: Path,
  audience: Audience,
  handle: Handler<ParamOf<Path>>,
  ...exceptions: readonly Exceptions[]
): GatedRoute {
  return Object.assign(
    { method: "POST", path, audience, handle } as const,
    ...exceptions,
  );
}

/** An operation of the API. Its handler checks the token and what the token may do. */
export function operationRoute(
  path: string,
  operation: Operation,
  handle: (asked: Asked<string>) => Promise<Response>,
): GatedRoute & { readonly operation: Operation } {
  const { method } = operation;
  return { method, path, audience: token, handle, operation };
}

export function webhook(path: string, receiver: Receiver): WebhookRoute {
  return { method: "POST", path, audience: "twilio", receiver };
}

/** Whether a route exists with this value of SIGN_IN. */
export function existsWith(signIn: SignIn): (route: Route) => boolean {
  return (route) =>
    !("signIn" in route) || route.signIn?.includes(signIn) !== false;
}

/** The pages that have a name, for the search. */
export function findablePages(
  routes: readonly Route[],
): readonly FindablePage[] {
  return routes.flatMap((route) =>
    route.audience !== "twilio" && route.name !== undefined
      ? [
          {
            path: route.path,
            isForAdmins: route.audience === "admin",
            ...route.name,
          },
        ]
      : [],
  );
}
