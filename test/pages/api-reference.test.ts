import { expect, test } from "bun:test";
import { startApi } from "../api/api-server.ts";
import { apiRoutesOf } from "../support/route-list.ts";
import { get } from "./page-client.ts";

/** Text of a page as it's shown. */
function shown(markup: string): string {
  return markup
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll("&quot;", '"')
    .replaceAll("&#x27;", "'")
    .replaceAll("&amp;", "&");
}

test("the reference has every operation of the API, and its commands work as they are", async () => {
  await using api = await startApi();
  await api.twilio.post();
  const { status, text } = await get(`${api.origin}/settings/api`);
  expect(status).toBe(200);
  const entries = new Map(
    text
      .matchAll(/<details class="api-operation" id="(\w+)">(.*?)<\/details>/gs)
      .map(([, id = "", markup = ""]) => [id, markup]),
  );
  const operations = apiRoutesOf(api.routes).map(({ operation }) => operation);
  expect([...entries.keys()].toSorted()).toEqual(
    operations.map(({ operationId }) => operationId).toSorted(),
  );
  for (const [id, path] of [
    ["listMessages", "nextCursor"],
    ["listEndpoints", '"data"'],
  ] as const) {
    const [, command = ""] =
      /<pre[^>]*-curl"[^>]*>(.*?)<\/pre>/s.exec(entries.get(id) ?? "") ?? [];
    const ran = Bun.spawn(["sh", "-c", `${shown(command)} -s`], {
      env: { ...process.env, TOKEN: api.masked },
    });
    expect(await new Response(ran.stdout).text()).toContain(path);
  }
});
