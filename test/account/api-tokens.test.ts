import { expect, test } from "bun:test";
import { ask } from "../api/api-server.ts";
import { get, linksIn, type Page } from "../pages/page-client.ts";
import { startServer } from "../support/start-server.ts";
import {
  addPerson,
  signedInAs,
  startWithPeople,
  type Visitor,
} from "./people.ts";

const TOKEN = /smsl_[A-Za-z0-9_-]{43}/;

/** Sends a form as the page does. */
function send(
  origin: string,
  path: string,
  fields: Record<string, string>,
): Promise<Page> {
  return get(origin + path, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "sec-fetch-site": "same-origin",
    },
    body: new URLSearchParams(fields).toString(),
  });
}

const create = (origin: string, fields: Record<string, string>) =>
  send(origin, "/settings/tokens", { once: crypto.randomUUID(), ...fields });

function textsOf({ text }: Page): string {
  return text
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&#x27;", "'")
    .replaceAll(/\s+/g, " ");
}

test("a token made on the page is shown once, with a command that works", async () => {
  await using server = await startServer();
  const { origin } = server;
  const empty = await get(`${origin}/settings/tokens`);
  expect(empty.status).toBe(200);
  expect(empty.text).toContain("No tokens yet");

  const made = await create(origin, { name: " dashboard ", scope: "read" });
  expect(made.status).toBe(200);
  expect(made.headers.get("cache-control")).toBe("no-store");
  const [token = ""] = TOKEN.exec(made.text) ?? [];
  expect((await ask(origin, "/messages", token)).status).toBe(200);
  const [, url] =
    /curl -H 'Authorization: Bearer smsl_[\w-]{43}' '(\S+)'/.exec(
      textsOf(made),
    ) ?? [];
  expect(url).toBe(`${origin}/api/v1/messages?limit=5`);

  const later = await get(`${origin}/settings/tokens`);
  expect(later.text).toContain("dashboard");
  expect(later.text).not.toMatch(TOKEN);
  const [entry] = (await server.store.audit.list({ size: 2 })).filter(
    ({ action }) => action.startsWith("created"),
  );
  expect(entry).toMatchObject({
    actor: "this machine",
    action: "created the masked API token",
    subject: "dashboard",
    address: "127.0.0.1",
  });
});

test("the command uses PUBLIC_URL", async () => {
  await using server = await startServer({
    PUBLIC_URL: "https://ops.example.com/sms",
  });
  const made = await create(server.origin, { name: "x", scope: "read" });
  expect(made.text).toContain(
    "https://ops.example.com/sms/api/v1/messages?limit=5",
  );
});

test("a token sees whole numbers only if that was chosen", async () => {
  await using server = await startServer();
  for (const [scope, kept] of [
    ["read unmasked", "read unmasked"],
    ["read", "read"],
    ["anything", "read"],
    ["", "read"],
  ] as const) {
    const name = `scope ${scope}`.trim();
    await create(server.origin, { name, ...(scope && { scope }) });
    const tokens = await server.store.apiTokens.list();
    expect(tokens.find((each) => each.name === name)?.scope).toBe(kept);
  }
});

test("submitting the same form twice, as by a double click, makes one token and shows it both times", async () => {
  await using server = await startServer();
  const fields = { once: crypto.randomUUID(), name: "twice", scope: "read" };
  const pages = await Promise.all([
    create(server.origin, fields),
    create(server.origin, fields),
  ]);
  const [first, second] = pages.map(({ text }) => TOKEN.exec(text)?.[0]);
  expect(first).toBeDefined();
  expect(second).toBe(first);
  expect(await server.store.apiTokens.list()).toHaveLength(1);
});

test("only a resubmitted form of the same session shows its token again", async () => {
  await using server = await startWithPeople();
  await addPerson(server.accounts, "eve", "admin");
  const ana = await signedInAs(server.origin, "ana");
  const eve = await signedInAs(server.origin, "eve");
  const shown = new Set<string>();
  let forms = 0;
  const post = async (visitor: Visitor, fields: Record<string, string>) => {
    forms++;
    const { text } = await visitor.post("/settings/tokens", fields);
    const [token] = TOKEN.exec(text) ?? [];
    // A taken name shows no token.
    if (token === undefined) forms--;
    else shown.add(token);
  };
  const once = crypto.randomUUID();
  await post(ana, { name: "no id" });
  await post(ana, { name: "no id either" });
  await post(eve, { name: "no id of another's" });
  await post(ana, { once: "x", name: "not an id of ours" });
  await post(ana, { once: "x", name: "nor this" });
  await post(ana, { once, name: "whole" });
  await post(ana, { once, name: "whole", scope: "read unmasked" });
  await post(ana, { once, name: "other name" });
  await post(eve, { once, name: "whole" });
  expect(shown.size).toBe(forms);
  expect(await server.store.apiTokens.list()).toHaveLength(forms);
});

test("an invalid name is reported, and the form keeps its values", async () => {
  await using server = await startServer();
  await create(server.origin, { name: "taken", scope: "read" });
  for (const [name, sentence] of [
    ["", "Give the token a name"],
    ["   ", "Give the token a name"],
    ["x".repeat(61), "at most 60 characters"],
    [
      "right\u202eto left",
      "A token’s name can contain only letters, digits, punctuation, and",
    ],
    [
      "two\nlines",
      "A token’s name can contain only letters, digits, punctuation, and",
    ],
    [
      "taken",
      "A token with this name already exists. Choose another name, or revoke",
    ],
  ] as const) {
    const page = await create(server.origin, { name, scope: "read unmasked" });
    expect([name, page.status]).toEqual([name, 400]);
    expect(textsOf(page)).toContain(sentence);
    expect(page.text).not.toMatch(TOKEN);
    expect(page.text).toMatch(/value="read unmasked"[^>]* checked/);
  }
  expect(await server.store.apiTokens.list()).toHaveLength(1);
});

test("names are shown literally, whatever they contain", async () => {
  await using server = await startServer();
  const names = [
    `<script>alert(1)</script>"'&amp;`,
    "مرحبا 🚀 الرسائل",
    "=HYPERLINK(1)",
  ];
  for (const name of names) {
    const made = await create(server.origin, { name, scope: "read" });
    expect(made.status).toBe(200);
    expect(made.text).not.toContain("<script>alert");
  }
  const list = await get(`${server.origin}/settings/tokens`);
  expect(list.text).not.toContain("<script>alert");
  expect(list.text).toContain("&lt;script&gt;alert(1)");
  for (const link of linksIn(list).filter((each) => each.endsWith("/revoke")))
    expect((await get(server.origin + link)).text).not.toContain(
      "<script>alert",
    );
});

test("revoking a token needs a confirmation, and a second click is harmless", async () => {
  await using server = await startServer();
  const { origin } = server;
  const made = await create(origin, { name: "dashboard", scope: "read" });
  const [token = ""] = TOKEN.exec(made.text) ?? [];
  const [link = ""] = linksIn(made).filter((each) => each.endsWith("/revoke"));
  const confirm = await get(origin + link);
  expect(confirm.status).toBe(200);
  expect(textsOf(confirm)).toContain("cannot be undone");
  expect((await ask(origin, "/messages", token)).status).toBe(200);

  for (let click = 0; click < 2; click++) {
    const revoked = await send(origin, link, {});
    expect(revoked.status).toBe(303);
    expect(revoked.headers.get("location")).toBe("/settings/tokens");
  }
  expect((await ask(origin, "/messages", token)).status).toBe(401);
  expect((await get(origin + link)).status).toBe(404);
  const entries = await server.store.audit.list({ size: 10 });
  expect(
    entries.filter(({ action }) => action === "revoked the API token"),
  ).toMatchObject([{ actor: "this machine", subject: "dashboard" }]);
});

test("a form from another site creates and revokes nothing", async () => {
  await using server = await startServer();
  const { origin } = server;
  const made = await create(origin, { name: "kept", scope: "read" });
  const [link = ""] = linksIn(made).filter((each) => each.endsWith("/revoke"));
  for (const path of ["/settings/tokens", link]) {
    const answer = await fetch(origin + path, {
      method: "POST",
      redirect: "manual",
      headers: { "sec-fetch-site": "cross-site" },
      body: new URLSearchParams({ name: "other", scope: "read", once: "1" }),
    });
    expect(answer.status).toBe(403);
  }
  const tokens = await server.store.apiTokens.list();
  expect(tokens.map(({ name }) => name)).toEqual(["kept"]);
});
