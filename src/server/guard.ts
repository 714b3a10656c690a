/**
 * Who may ask for what. A route that is not named here needs a sign-in, of a member or
 * an admin: exceptions are declared here and nowhere else.
 */

/** `anyone`: the guard lets everybody through, and the route itself knows why. */
export type Audience = "anyone" | "member" | "admin";

type Rule = {
  /** A route as it is declared, below the base path; with `/*` at its end also what is below it. */
  readonly route: string;
  /** Only for these methods; without it for all. */
  readonly methods?: readonly string[];
  readonly audience: Audience;
};

/** The first rule that fits counts. */
export const RULES: readonly Rule[] = [
  { route: "/livez", audience: "anyone" },
  { route: "/readyz", audience: "anyone" },
  { route: "/assets/:hash/:name", audience: "anyone" },
  { route: "/login", audience: "anyone" },
  { route: "/logout", audience: "anyone" },
  { route: "/setup", audience: "anyone" },
  // These ask for a bearer token of their own.
  { route: "/metrics", audience: "anyone" },
  { route: "/api/v1/*", audience: "anyone" },
  { route: "/api/openapi.json", audience: "anyone" },

  { route: "/settings", methods: ["GET", "HEAD"], audience: "member" },
  { route: "/settings/account/*", audience: "member" },
  { route: "/settings/*", audience: "admin" },
];

/** What a user whose password is to be changed may still do. */
const BEFORE_PASSWORD: readonly string[] = [
  "/settings/account",
  "/settings/account/password",
];

/** Who may ask for a route, given as it is declared, below the base path. */
export function audienceOf(route: string, method: string): Audience {
  const rule = RULES.find(
    (each) =>
      isBelow(each.route, route) && each.methods?.includes(method) !== false,
  );
  return rule?.audience ?? "member";
}

export function isBeforePassword(route: string): boolean {
  return BEFORE_PASSWORD.includes(route);
}

function isBelow(rule: string, route: string): boolean {
  if (!rule.endsWith("/*")) return rule === route;
  const top = rule.slice(0, -"/*".length);
  return route === top || route.startsWith(`${top}/`);
}
