import { expect, test } from "bun:test";
import { FILTER_LENGTH_MAX } from "../../src/messages/filter-mistakes.ts";
import { VIEW_NAME_MAX } from "../../src/store/views.ts";
import { signedInAs, startWithPeople, Visitor } from "../account/people.ts";
import { startServer } from "../support/start-server.ts";

const VIEWS = "/messages/views";

test("a member saves a view of their own, which nobody else sees", async () => {
  await using server = await startWithPeople();
  const [mo, ana] = [
    await signedInAs(server.origin, "mo"),
    await signedInAs(server.origin, "ana"),
  ];
  const q = "status:failed after:7d";
  const saved = await mo.post(VIEWS, { name: "My failures", q });
  expect([saved.status, saved.headers.get("location")]).toEqual([
    303,
    "/messages?q=status%3Afailed%20after%3A7d",
  ]);
  const list = await mo.get("/messages?q=status%3Afailed%20after%3A7d");
  expect(list.text).toMatch(/aria-current="true"[^>]*><bdi>My failures</);
  expect((await mo.get("/search?q=my+fail")).text).toContain("My failures");
  const [view] = await server.store.views.list(server.moId);
  const address = `${VIEWS}/${view?.id}`;
  expect((await mo.get(address)).headers.get("location")).toBe(
    "/messages?q=status%3Afailed%20after%3A7d",
  );
  for (const path of ["/messages", VIEWS, "/search?q=my+fail"])
    expect((await ana.get(path)).text).not.toContain("My failures");
  for (const path of [address, `${address}/edit`, `${address}/remove`])
    expect((await ana.get(path)).status).toBe(404);
  const stolen = { name: "Hers", q: "code:30003", revision: "1" };
  expect((await ana.post(`${address}/edit`, stolen)).status).toBe(404);
  await ana.post(`${address}/remove`);
  expect(await server.store.views.byId(view?.id ?? 0)).toEqual(view);
});

test("only admins save, change and remove the team's views; everyone sees them", async () => {
  await using server = await startWithPeople();
  const [mo, ana] = [
    await signedInAs(server.origin, "mo"),
    await signedInAs(server.origin, "ana"),
  ];
  const team = { name: "Germany", q: "country:DE", whose: "team" };
  const refused = await mo.post(VIEWS, team);
  expect(refused.status).toBe(400);
  expect(refused.text).toContain("Only admins can save views of the team.");
  expect((await ana.post(VIEWS, team)).status).toBe(303);
  const [view] = await server.store.views.list(null);
  const address = `${VIEWS}/${view?.id}`;
  const seen = await mo.get(VIEWS);
  expect(seen.text).toContain("Germany");
  expect(seen.text).not.toContain(`${address}/edit`);
  expect((await mo.get(`${address}/edit`)).status).toBe(403);
  const change = { name: "Austria", q: "country:AT", revision: "1" };
  expect((await mo.post(`${address}/edit`, change)).status).toBe(403);
  expect((await mo.post(`${address}/remove`)).status).toBe(403);
  expect((await ana.post(`${address}/edit`, change)).status).toBe(303);
  const late = { name: "Swiss", q: "country:CH", revision: "1" };
  const conflict = await ana.post(`${address}/edit`, late);
  expect(conflict.status).toBe(400);
  expect(conflict.text).toContain("Somebody has changed this view meanwhile");
  expect(conflict.text).toContain("country:AT");
  expect(conflict.text).toContain('name="revision" value="2"');
  expect((await ana.get(`${address}/remove`)).text).toContain("whole team");
  for (let click = 0; click < 2; click++)
    expect((await ana.post(`${address}/remove`)).status).toBe(303);
  expect(await server.store.views.list(null)).toEqual([]);
});

test("mistakes are said and keep what was typed; a second click saves nothing twice", async () => {
  await using server = await startServer();
  const here = new Visitor(server.origin);
  const good = { name: "A", q: "code:30003" };
  for (const [fields, sentence] of [
    [{ ...good, name: " " }, "Give the view a name."],
    [{ ...good, name: "x".repeat(VIEW_NAME_MAX + 1) }, "at most 40 characters"],
    [{ ...good, name: "a\u202eb" }, "can contain only letters"],
    [{ ...good, q: "" }, "Give the view a filter."],
    [{ ...good, q: "statsu:failed" }, "statsu"],
    [{ ...good, q: "x".repeat(FILTER_LENGTH_MAX + 1) }, "longer than"],
  ] as const) {
    const answer = await here.post(VIEWS, fields);
    expect([fields.name, answer.status]).toEqual([fields.name, 400]);
    expect(answer.text).toContain(sentence);
  }
  const once = crypto.randomUUID();
  for (let click = 0; click < 2; click++)
    expect((await here.post(VIEWS, { ...good, once })).status).toBe(303);
  expect(await server.store.views.list(null)).toHaveLength(1);
  const again = await here.post(VIEWS, { ...good, name: "a" });
  expect(again.text).toContain("Another view has this name.");
});

test("a view's name and filter never become markup", async () => {
  await using server = await startServer();
  const here = new Visitor(server.origin);
  const name = '<script>"&amp;</script>';
  const q = 'to:"<script>alert(1)</script>"';
  expect((await here.post(VIEWS, { name, q })).status).toBe(303);
  const [view] = await server.store.views.list(null);
  expect(view).toMatchObject({ name, filter: q });
  for (const path of [
    "/messages",
    VIEWS,
    `${VIEWS}/${view?.id}/edit`,
    `${VIEWS}/${view?.id}/remove`,
    "/search?q=%3Cscript",
    "/search/suggest?q=%3Cscript",
    "/settings/audit",
  ]) {
    const { text } = await here.get(path);
    expect([path, /<script>["a]/.test(text)]).toEqual([path, false]);
    expect([path, text.includes("&lt;script&gt;")]).toEqual([path, true]);
    expect([path, text.includes("&amp;amp;")]).toEqual([path, true]);
  }
});
