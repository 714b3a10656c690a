import { expect, test } from "bun:test";
import { signedInAs, startWithPeople, Visitor } from "./people.ts";

test("sign-ins, failed sign-ins, changes and exports are listed with the user, newest first", async () => {
  await using server = await startWithPeople({ TRUSTED_PROXIES: "127.0.0.1" });
  const from = { "x-forwarded-for": "203.0.113.7" };
  const stranger = new Visitor(server.origin, {
    "x-forwarded-for": "198.51.100.3",
  });
  await stranger.signIn("mo", "guess");
  await stranger.signIn("my password by mistake", "guess");
  const mo = await signedInAs(server.origin, "mo", from);
  await mo.get("/messages.csv?q=to:%2B14155550123");
  await mo.get("/numbers.json?verdict=do-not-send");
  await mo.get("/messages.csv?q=colour:red");
  const ana = await signedInAs(server.origin, "ana", from);
  await ana.post(`/settings/users/${server.moId}/role`, { role: "admin" });
  await mo.post("/logout");
  const { text } = await ana.get("/settings/audit");
  const rows = [...text.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = ""]) =>
    row
      // On a phone, the address is on the page too.
      .replace(/<span class="narrow-only">.*?<\/span>/gs, "")
      .replace(/<[^>]*>/g, " ")
      .replace(/\s+/g, " ")
      .trim()
      .replace(/^\S+ \S+ /, ""),
  );
  expect(rows.slice(1, -2)).toEqual([
    "mo signed out 203.0.113.7",
    "ana made an admin of mo 203.0.113.7",
    "ana signed in 203.0.113.7",
    "mo exported numbers as json Don’t retry 203.0.113.7",
    "mo exported messages as csv to:+141••••••23 203.0.113.7",
    "mo signed in 203.0.113.7",
    "somebody failed to sign in with a name that no user has 198.51.100.3",
    "mo failed to sign in 198.51.100.3",
  ]);
  expect(text).not.toContain("by mistake");
});

test("a long list is paged", async () => {
  await using server = await startWithPeople();
  for (let index = 0; index < 220; index++)
    await server.store.audit.add({
      kind: "change",
      at: Date.now(),
      actor: "ana",
      action: "did",
      subject: `thing ${index}`,
      address: null,
    });
  const ana = await signedInAs(server.origin, "ana");
  const seen = new Set<string>();
  let path: string | undefined = "/settings/audit";
  let pages = 0;
  while (path !== undefined) {
    const { status, text } = await ana.get(path);
    expect(status).toBe(200);
    for (const [thing] of text.matchAll(/thing \d+/g)) seen.add(thing);
    path = /id="older"[^>]*href="([^"]+)"/.exec(text)?.[1];
    pages++;
  }
  expect([pages, seen.size]).toEqual([3, 220]);
  expect((await ana.get("/settings/audit?older=1")).text).toContain(
    "Nothing here",
  );
  expect((await ana.get("/settings/audit?older=x")).status).toBe(400);
});

test("a member who repeats an action pushes out nobody else's entries", async () => {
  await using server = await startWithPeople();
  const mo = await signedInAs(server.origin, "mo");
  const ana = await signedInAs(server.origin, "ana");
  for (let batch = 0; batch < 20; batch++)
    await Promise.all(
      Array.from({ length: 20 }, () => mo.post("/refusals/seen")),
    );
  const { text } = await ana.get("/settings/audit");
  expect(text.match(/marked the refusals as seen/g)).toHaveLength(1);
  expect(text).toContain("400 times since");
  expect(text).toContain("added the admin");
});

test("a wrong current password is in the audit list", async () => {
  await using server = await startWithPeople();
  const mo = await signedInAs(server.origin, "mo");
  const password = "another fine passphrase";
  const change = { current: "not it", password, repeat: password };
  const { status } = await mo.post("/settings/account/password", change);
  expect(status).toBe(400);
  expect(await server.store.audit.list({ size: 1 })).toMatchObject([
    {
      kind: "failure",
      actor: "mo",
      action: "gave a wrong current password",
      times: 1,
    },
  ]);
});
