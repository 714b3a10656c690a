import { describe, expect, test } from "bun:test";
import { OWN_PATHS } from "../../src/config/setting-values.ts";
import type { Route } from "../../src/server/route-kinds.ts";
import { createUrls, type Urls } from "../../src/site/urls.ts";
import { FeedPosition } from "../../src/store/feed-position.ts";
import { signedInAs, startWithPeople, Visitor } from "../account/people.ts";
import { get } from "../pages/page-client.ts";
import {
  addressOf,
  apiRoutesOf,
  gatedOf,
  leadsTo,
} from "../support/route-list.ts";
import { startServer } from "../support/start-server.ts";

const PUBLIC_URL = "https://ops.example.com/sms";
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

function nameOf({ method, path }: Route): string {
  return `${method} ${path}`;
}

/** Requests a route; the event stream with another ledger's cursor, so that it ends. */
async function ask(visitor: Visitor, route: Route, prefix = "") {
  const address = prefix + addressOf(route.path);
  const cursor = new FeedPosition("0123456789abcdef", 1).text;
  const query = route.path === "/live" ? `?after=${cursor}` : "";
  switch (route.method) {
    case "GET":
      return visitor.get(address + query);
    case "POST":
      return visitor.post(address);
    default:
      return visitor.send(address, route.method);
  }
}

test("only these routes are for others than signed-in users", async () => {
  await using server = await startWithPeople();
  const namesFor = (audience: string) =>
    server.routes.filter((each) => each.audience === audience).map(nameOf);
  expect(namesFor("open")).toEqual([
    "GET /digest/unsubscribe",
    "POST /digest/unsubscribe",
    "GET /login",
    "POST /login",
    "POST /logout",
    "GET /setup",
    "POST /setup",
    "GET /assets/:hash/:name",
    "GET /api/openapi.json",
    "GET /api/v1",
    "GET /api/v1/*",
    "GET /livez",
    "GET /readyz",
  ]);
  expect(namesFor("token")).toEqual([
    "GET /api/v1/messages",
    "GET /api/v1/messages/:sid",
    "GET /api/v1/events",
    "GET /api/v1/stats",
    "GET /api/v1/errors",
    "GET /api/v1/views",
    "GET /api/v1/completeness",
    "GET /api/v1/costs",
    "GET /api/v1/suppressions",
    "GET /api/v1/suppressions/changes",
    "DELETE /api/v1/suppressions/:number/:channel",
    "GET /api/v1/alerts",
    "GET /api/v1/alerts/:id",
    "POST /api/v1/alerts/:id/acknowledge",
    "POST /api/v1/alerts/:id/snooze",
    "GET /api/v1/endpoints",
    "POST /api/v1/endpoints",
    "GET /api/v1/endpoints/:id",
    "PATCH /api/v1/endpoints/:id",
    "DELETE /api/v1/endpoints/:id",
    "POST /api/v1/endpoints/:id/pause",
    "POST /api/v1/endpoints/:id/resume",
    "POST /api/v1/endpoints/:id/rotate",
    "POST /api/v1/endpoints/:id/test",
    "GET /api/v1/endpoints/:id/attempts",
    "GET /api/v1/endpoints/:id/resends",
    "POST /api/v1/endpoints/:id/resends",
    "GET /api/v1/endpoints/:id/resends/preview",
    "POST /api/v1/endpoints/:id/resends/:resend/stop",
    "GET /metrics",
  ]);
  expect(namesFor("twilio")).toEqual([
    "POST /api/rpc/webhooks/twilio/sms",
    "POST /api/rpc/webhooks/twilio/whatsapp",
    "POST /api/rpc/webhooks/twilio/events",
  ]);
});

/** What members see of what admins change. */
const SEEN_BY_MEMBERS: readonly string[] = [
  "GET /alerts/rules",
  "GET /alerts/rules/:id",
  "GET /alerts/channels",
  "GET /forwarding",
  "GET /forwarding/:id",
  "GET /forwarding/:id/attempts/:attempt",
];

test("members see everything except the settings, where they see only the API's reference and their own account and digest, and change no rule, channel, endpoint or list", async () => {
  await using server = await startWithPeople();
  for (const route of gatedOf(server.routes)) {
    const isOfAdmins =
      (route.path.startsWith("/settings/") &&
        !/^\/settings\/(?:account|api$|digest)/.test(route.path)) ||
      (/^\/(?:alerts\/(?:rules|channels)|do-not-send\/|forwarding)/.test(
        route.path,
      ) &&
        !SEEN_BY_MEMBERS.includes(nameOf(route)));
    expect([nameOf(route), route.audience === "admin"]).toEqual([
      nameOf(route),
      isOfAdmins,
    ]);
  }
});

test("every route is open to its audience and to nobody else, with and without the base path", async () => {
  await using server = await startWithPeople({
    PUBLIC_URL,
    METRICS_TOKEN: "metrics-token-of-test",
  });
  const nobody = new Visitor(server.origin);
  const member = await signedInAs(server.origin, "mo");
  const admin = await signedInAs(server.origin, "ana");
  for (const route of gatedOf(server.routes)) {
    for (const prefix of ["", "/sms"]) {
      const statusFor = async (visitor: Visitor) =>
        (await ask(visitor, route, prefix)).status;
      const name = prefix + nameOf(route);
      const refused = route.method === "GET" ? 302 : 401;
      switch (route.audience) {
        case "open":
          expect([name, await statusFor(nobody)]).not.toEqual([name, 403]);
          break;
        case "token":
          expect([name, await statusFor(nobody)]).toEqual([name, 401]);
          // A session isn't a token.
          expect([name, await statusFor(admin)]).toEqual([name, 401]);
          break;
        case "admin":
          expect([name, await statusFor(nobody)]).toEqual([name, refused]);
          expect([name, await statusFor(member)]).toEqual([name, 403]);
          expect([401, 403]).not.toContain(await statusFor(admin));
          break;
        case "member":
          expect([name, await statusFor(nobody)]).toEqual([name, refused]);
          expect([401, 403]).not.toContain(await statusFor(member));
      }
    }
  }
});

test("a user with a temporary password can only see their account and replace the password", async () => {
  await using server = await startWithPeople();
  const ana = await signedInAs(server.origin, "ana");
  const { moId } = server;
  const password = "another horse battery";
  await ana.post(`/settings/users/${moId}/role`, { role: "admin" });
  await ana.post(`/settings/users/${moId}/password`, { password });
  const mo = new Visitor(server.origin);
  expect((await mo.signIn("mo", password)).status).toBe(303);
  const allowed: string[] = [];
  for (const route of gatedOf(server.routes)) {
    if (route.audience !== "member" && route.audience !== "admin") continue;
    const { status, headers } = await ask(mo, route);
    const isLedToAccount = headers.get("location") === "/settings/account";
    if (status !== 401 && !isLedToAccount) allowed.push(nameOf(route));
  }
  expect(allowed).toEqual([
    "GET /settings/account",
    "POST /settings/account/password",
  ]);
});

test("without sign-in, this machine gets every route except sign-in and users", async () => {
  await using server = await startServer();
  const here = new Visitor(server.origin);
  for (const route of gatedOf(server.routes)) {
    const { status } = await ask(here, route);
    const isRefused = [401, 403].includes(status);
    const asksForToken = route.operation !== undefined;
    expect([nameOf(route), isRefused]).toEqual([nameOf(route), asksForToken]);
  }
  for (const path of ["/login", "/setup", "/settings/users"])
    expect((await here.get(path)).status).toBe(404);
});

test("users signed in by a proxy have no password, sign-in or setup here", async () => {
  const withPasswords = await startServer({ SIGN_IN: "password" });
  const withProxy = await startServer({
    SIGN_IN: "proxy",
    TRUSTED_PROXIES: "127.0.0.1",
  });
  const names = withProxy.routes.map(nameOf);
  expect(
    withPasswords.routes.map(nameOf).filter((each) => !names.includes(each)),
  ).toEqual([
    "POST /settings/users",
    "POST /settings/users/:id/password",
    "GET /login",
    "POST /login",
    "POST /logout",
    "GET /setup",
    "POST /setup",
  ]);
  await withPasswords[Symbol.asyncDispose]();
  await withProxy[Symbol.asyncDispose]();
});

describe.each(["", "/sms"])("with the prefix %j", (prefix) => {
  test("every other method gets 405 with the methods that the address supports", async () => {
    await using server = await startServer({ PUBLIC_URL });
    const methodsOf = Map.groupBy(server.routes, ({ path }) => path);
    for (const [path, routes] of methodsOf) {
      const allowed = routes.flatMap(({ method }) =>
        method === "GET" ? ["GET", "HEAD"] : [method],
      );
      for (const method of METHODS) {
        if (allowed.includes(method)) continue;
        const address = server.origin + prefix + addressOf(path);
        const { status, headers } = await get(address, { method });
        const allow = headers.get("allow");
        expect([method, path, status, allow]).toEqual([
          method,
          path,
          405,
          allowed.join(", "),
        ]);
      }
    }
  });

  test("every method at an address without a route gets 404", async () => {
    await using server = await startServer({ PUBLIC_URL });
    for (const path of [
      "/nothing-here",
      "/messages/a/b",
      "/api/v2",
      "/livez/x",
    ])
      for (const method of METHODS) {
        const { status } = await get(server.origin + prefix + path, { method });
        expect([method, path, status]).toEqual([method, path, 404]);
      }
  });
});

test("the OpenAPI document has exactly the API routes in the table", async () => {
  await using server = await startServer();
  const { text } = await get(`${server.origin}/api/openapi.json`);
  const { paths } = JSON.parse(text);
  const described = apiRoutesOf(server.routes);
  expect(
    Object.entries<object>(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    ),
  ).toEqual(
    described.map(
      ({ path, operation: { method } }) =>
        `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`,
    ),
  );
  const undescribed = gatedOf(server.routes).filter(
    ({ path, operation }) =>
      path.startsWith("/api/") && operation === undefined,
  );
  expect(undescribed.map(({ path }) => path)).toEqual([
    "/api/openapi.json",
    "/api/v1",
    "/api/v1/*",
  ]);
});

const urls = createUrls(PUBLIC_URL);
/** What each URL builder returns. */
const ADDRESSES: Record<
  Exclude<keyof Urls, "base" | "isPublic">,
  string | readonly string[]
> = {
  asset: urls.asset("style.css"),
  overview: urls.overview({ range: "7d" }),
  messages: urls.messages({ q: "status:failed" }),
  messagesExport: [
    urls.messagesExport("csv", ""),
    urls.messagesExport("jsonl", ""),
  ],
  exportProgress: urls.exportProgress("1"),
  search: urls.search("+1415"),
  searchSuggest: urls.searchSuggest,
  page: urls.page("/messages"),
  messagesSuggest: urls.messagesSuggest(),
  views: urls.views,
  view: urls.view(1),
  viewEdit: urls.viewEdit(1),
  viewRemove: urls.viewRemove(1),
  messagesLive: urls.messagesLive,
  message: urls.message("SM0123456789abcdef0123456789abcdef", "code:30003"),
  errors: urls.errors({ all: "1" }),
  error: urls.error(30003),
  dictionary: urls.dictionary("carrier"),
  numbers: urls.numbers({ older: 1 }),
  numbersExport: [urls.numbersExport("csv"), urls.numbersExport("json")],
  digest: urls.digest,
  digestRemove: urls.digestRemove,
  digestUnsubscribe: urls.digestUnsubscribe(1, "proof"),
  doNotSend: urls.doNotSend({ reason: "gone", older: 1 }),
  doNotSendExport: [urls.doNotSendExport("csv"), urls.doNotSendExport("json")],
  doNotSendRemove: urls.doNotSendRemove(1, "sms"),
  number: [urls.number("+14155550123"), urls.number("a/b ?#")],
  refusals: urls.refusals({ kind: "fixable" }),
  refusal: urls.refusal(1),
  refusalsSeen: urls.refusalsSeen,
  completeness: urls.completeness,
  report: urls.report("2026-11"),
  costs: urls.costs({ range: "7d", by: "tag", q: "tag:campaign" }),
  costsExport: [
    urls.costsExport("csv", { by: "country" }),
    urls.costsExport("json", {}),
  ],
  alerts: urls.alerts({ severity: "critical", older: 1 }),
  alert: urls.alert(1),
  alertAcknowledge: urls.alertAcknowledge(1),
  alertSnooze: urls.alertSnooze(1),
  alertReopen: urls.alertReopen(1),
  codeMute: urls.codeMute(30003),
  codeUnmute: urls.codeUnmute(30003),
  alertRules: urls.alertRules,
  alertRuleNew: urls.alertRuleNew({ kind: "silence", q: "country:US" }),
  alertRulePreview: [urls.alertRulePreview(), urls.alertRulePreview(1)],
  alertRule: urls.alertRule(1),
  alertRuleSwitch: urls.alertRuleSwitch(1),
  alertRuleRemove: urls.alertRuleRemove(1),
  alertChannels: urls.alertChannels,
  alertChannelNew: urls.alertChannelNew("slack"),
  alertChannel: urls.alertChannel(1),
  alertChannelSwitch: urls.alertChannelSwitch(1),
  alertChannelTest: urls.alertChannelTest(1),
  alertChannelRemove: urls.alertChannelRemove(1),
  forwarding: urls.forwarding(),
  endpointNew: urls.endpointNew,
  endpoint: urls.endpoint(1, { show: "failed", older: 2 }),
  endpointEdit: urls.endpointEdit(1),
  endpointDo: [
    urls.endpointDo(1, "pause"),
    urls.endpointDo(1, "resume"),
    urls.endpointDo(1, "test"),
  ],
  endpointRotate: urls.endpointRotate(1),
  endpointRemove: urls.endpointRemove(1),
  endpointResend: urls.endpointResend(1),
  endpointResendStop: urls.endpointResendStop(1, 2),
  attempt: urls.attempt(1, 2, { test: "1" }),
  live: urls.live(new FeedPosition("0123456789abcdef", 1), "a"),
  settings: urls.settings,
  apiReference: urls.apiReference,
  senders: urls.senders,
  sendersCheck: urls.sendersCheck,
  users: urls.users,
  user: urls.user(1),
  userRole: urls.userRole(1),
  userPassword: urls.userPassword(1),
  userRemove: urls.userRemove(1),
  tokens: urls.tokens,
  tokenRevoke: urls.tokenRevoke(1),
  erase: urls.erase,
  eraseConfirm: urls.eraseConfirm,
  eraseForget: urls.eraseForget,
  madeUp: urls.madeUp,
  madeUpRemove: urls.madeUpRemove,
  openApi: urls.openApi,
  absolute: urls.absolute(urls.messages(), PUBLIC_URL),
  api: urls.api(""),
  account: urls.account,
  accountPassword: urls.accountPassword,
  sessionEnd: urls.sessionEnd(1),
  otherSessionsEnd: urls.otherSessionsEnd,
  audit: urls.audit({ older: 1 }),
  login: urls.login("/messages"),
  logout: urls.logout,
  setup: urls.setup("code"),
  smsCallback: urls.smsCallback(""),
  whatsappCallback: urls.whatsappCallback(""),
  eventsSink: urls.eventsSink(""),
};

test("every address that pages link to has a route, and every page's route has an address", async () => {
  await using server = await startWithPeople({ PUBLIC_URL });
  const paths = [...new Set(server.routes.map(({ path }) => path))].filter(
    (path) => !path.endsWith("*"),
  );
  const linked = new Set<string>();
  for (const [name, made] of Object.entries(ADDRESSES)) {
    for (const address of [made].flat()) {
      const { pathname } = new URL(address, PUBLIC_URL);
      expect([name, pathname]).toEqual([
        name,
        expect.stringMatching(/^\/sms\//),
      ]);
      const below = pathname.slice("/sms".length);
      const path =
        paths.find((each) => each === below) ??
        paths.find((each) => leadsTo(below, each));
      expect([name, path]).not.toEqual([name, undefined]);
      if (path !== undefined) linked.add(path);
    }
  }
  const programs = new Set(apiRoutesOf(server.routes).map(({ path }) => path));
  expect(paths.filter((path) => !linked.has(path)).toSorted()).toEqual(
    [...programs, "/livez", "/readyz", "/metrics"].toSorted(),
  );
});

test("no base path can begin like a route", async () => {
  await using server = await startWithPeople();
  const beginnings = server.routes.map(({ path }) =>
    (path.split("/")[1] ?? "").replace(/\..*$/, ""),
  );
  expect(new Set(beginnings.filter((each) => each !== ""))).toEqual(
    new Set(OWN_PATHS),
  );
});

test("hooks of other routes don't run for the webhook", async () => {
  await using server = await startServer({ PUBLIC_URL });
  const routes = server.app.routes.filter(({ path }) =>
    path.includes("/api/rpc/webhooks/"),
  );
  expect(routes).toHaveLength(12);
  for (const { hooks } of routes) {
    for (const name of [
      "request",
      "transform",
      "beforeHandle",
      "afterHandle",
      "mapResponse",
      "afterResponse",
    ])
      expect([name, ...[hooks?.[name] ?? []].flat()]).toEqual([name]);
  }
});
