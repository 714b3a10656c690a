import { expect, test } from "bun:test";
import { pagesFor } from "../../src/search/pages.ts";
import { findablePages } from "../../src/server/route-kinds.ts";
import { startWithPeople } from "../account/people.ts";
import { get } from "../pages/page-client.ts";
import { gatedOf } from "../support/route-list.ts";
import { startServer } from "../support/start-server.ts";

/** What is no page of its own: parts of pages, the search, and a form that needs more. */
const NO_PAGES: readonly string[] = [
  "/messages/suggest",
  "/messages/live",
  "/messages/export-progress",
  "/alerts/channels/new",
  "/live",
  "/search",
  "/search/suggest",
];

test("the search finds every page; a new one needs `called` in the route table", async () => {
  await using server = await startWithPeople();
  const pages = gatedOf(server.routes).filter(
    ({ method, path, audience }) =>
      method === "GET" &&
      !/:|\.(?:csv|jsonl?)$/.test(path) &&
      (audience === "member" || audience === "admin"),
  );
  const nameless = pages.filter(({ name }) => name === undefined);
  expect(nameless.map(({ path }) => path).toSorted()).toEqual(
    NO_PAGES.toSorted(),
  );
  const findable = findablePages(server.routes);
  const titles = findable.map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
  for (const page of findable)
    expect(pagesFor(page.title, findable)[0]).toEqual(page);
});

test("the navigation's words are titles of pages", async () => {
  await using server = await startServer();
  const titles = findablePages(server.routes).map(({ title }) => title);
  const { text } = await get(server.origin);
  const [nav = ""] = /<nav class="pages".*?<\/nav>/s.exec(text) ?? [];
  const words = [...nav.matchAll(/<\/svg><span>([^<]+)<\/span>/g)].map(
    ([, word = ""]) => word,
  );
  expect(words.length).toBeGreaterThan(7);
  for (const word of words) expect(titles).toContain(word);
});

test("pages that don't exist with this way of signing in aren't found", async () => {
  await using server = await startServer();
  const paths = findablePages(server.routes).map(({ path }) => path);
  expect(paths).not.toContain("/settings/users");
  expect(paths).toContain("/settings/tokens");
});

test("each word must begin one of the title's or the other words", () => {
  const page = (title: string, also: string) => ({
    path: `/${title}`,
    title,
    also,
    isForAdmins: false,
  });
  const pages = [page("Alert rules", "muted codes"), page("Rules", "")];
  const titlesFor = (text: string) =>
    pagesFor(text, pages).map(({ title }) => title);
  expect(titlesFor("rule")).toEqual(["Rules", "Alert rules"]);
  expect(titlesFor("MUT  al")).toEqual(["Alert rules"]);
  expect(titlesFor("ules")).toEqual([]);
  expect(titlesFor("")).toHaveLength(2);
});
