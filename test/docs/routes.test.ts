import { Glob } from "bun";
import { expect, test } from "bun:test";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { leadsTo } from "../support/route-list.ts";
import { newPostgresLedger } from "../support/postgres-server.ts";
import { startServer } from "../support/start-server.ts";
import { CURRENT_DOCUMENTS, inlineCode, PROJECT, textOf } from "./documents.ts";

const LABELS = [
  "Forwarding",
  "Add an endpoint",
  "Send a test event",
  "Send again",
  "Refusals",
  "Settings",
  "Users",
  "API tokens",
  "Account",
  "Audit",
  "Erase",
  "Export",
];

/** A server's folders, and the size of an IPv6 network. */
const NO_ROUTE = /^\/(?:dev|etc|mnt|proc|tmp|usr|var|64)\b/;

test("every route and metric that is named exists", async () => {
  await using server = await startServer();
  await using database = await newPostgresLedger();
  await using node = await startServer({ DATABASE_URL: database.url });
  const metrics = [server, node].map(async ({ origin }) =>
    (await fetch(`${origin}/metrics`)).text(),
  );
  const texts = (await Promise.all(metrics)).join("\n");
  for (const { path, text } of CURRENT_DOCUMENTS) {
    for (const code of inlineCode(text)) {
      const [, route] =
        /^(?:GET |POST |PATCH |DELETE )?(\/[^ ?#]*)/.exec(code) ?? [];
      if (route === undefined || NO_ROUTE.test(route) || route.endsWith("/"))
        continue;
      expect([
        path,
        route,
        server.routes.some(({ path: of }) => leadsTo(route, of)),
      ]).toEqual([path, route, true]);
    }
    for (const [name] of text.matchAll(/\bsmsledger_[a-z_]+/g))
      expect([path, name, texts.includes(`# TYPE ${name} `)]).toEqual([
        path,
        name,
        true,
      ]);
  }
});

test("the documented callback URLs are the webhook's", () => {
  const paths: readonly string[] = Object.values(WEBHOOK_PATHS);
  for (const { path, text } of CURRENT_DOCUMENTS)
    for (const [shown] of text.matchAll(/\/api\/rpc\/webhooks\/twilio\/\w+/g))
      expect([path, shown, paths.includes(shown)]).toEqual([path, shown, true]);
});

test("pages and buttons have the names that the documentation uses", async () => {
  const views = await Promise.all(
    [...new Glob("views/**/*.{ts,tsx}").scanSync(PROJECT)].map(textOf),
  );
  const written = views.join("\n");
  const documented = CURRENT_DOCUMENTS.map(({ text }) => text).join("\n");
  for (const label of LABELS) {
    expect(documented).toContain(`**${label}**`);
    expect([label, new RegExp(`["'>]\\s*${label}\\b`).test(written)]).toEqual([
      label,
      true,
    ]);
  }
});
