import { expect, test } from "bun:test";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { get, linkById, linksIn } from "../pages/page-client.ts";
import { until } from "../support/until.ts";
import { startServer } from "../support/start-server.ts";
import { refusalOf } from "./sample-refusals.ts";

test("without refusals, the page says that this is good, and what it would show", async () => {
  await using server = await startServer();
  const page = await get(`${server.origin}/refusals`);
  expect(page.text).toContain("No refused callbacks");
  expect(page.text).toContain(
    "All good. If a callback is refused, for example because of a wrong",
  );
  expect((await get(`${server.origin}/refusals?kind=fixable`)).text).toContain(
    "Nothing needs action",
  );
  expect((await get(`${server.origin}/refusals?kind=noise`)).text).toContain(
    "No noise",
  );
});

test("a long list continues from page to page, each refusal once, and by kind", async () => {
  await using server = await startServer();
  const now = Date.now();
  await server.store.refusals.add({
    refusals: Array.from({ length: 120 }, (_, index) =>
      refusalOf({
        address: `10.0.0.${index}`,
        lastAt: now - (index % 7) * 1_000,
        isFixable: index % 2 === 0,
      }),
    ),
    unlisted: 0,
    now,
  });
  for (const [kind, count] of [
    ["", 120],
    ["?kind=fixable", 60],
    ["?kind=noise", 60],
  ] as const) {
    const seen: string[] = [];
    let address: string | undefined = `/refusals${kind}`;
    while (address !== undefined) {
      const page = await get(server.origin + address);
      seen.push(
        ...linksIn(page).filter((link) => /^\/refusals\/\d+$/.test(link)),
      );
      address = linkById(page, "older");
    }
    expect(seen).toHaveLength(count);
    expect(new Set(seen).size).toBe(count);
  }
});

test("an address that no page links to gets 400, 404 or 405", async () => {
  await using server = await startServer();
  for (const query of [
    "kind=x",
    "older=1",
    "older=x-y",
    "older=-1-1",
    `older=${"9".repeat(30)}-1`,
  ])
    expect((await get(`${server.origin}/refusals?${query}`)).status).toBe(400);
  for (const id of ["1", "x", "-1", "9".repeat(20), "%00"])
    expect((await get(`${server.origin}/refusals/${id}`)).status).toBe(404);
  expect((await get(`${server.origin}/refusals/seen`)).status).toBe(405);
});

test("another site can't mark refusals as seen", async () => {
  await using server = await startServer();
  const answer = await fetch(`${server.origin}/refusals/seen`, {
    method: "POST",
    headers: { origin: "https://evil.example" },
  });
  expect(answer.status).toBe(403);
  expect(await server.store.refusals.seenAt()).toBe(0);
});

const HOSTILE = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "\u202egnp.exe\u2066",
  "\u0000\u001b[31m\r\n",
  "😀".repeat(1_000),
  "مرحبا",
  "W".repeat(4_000),
];

test("a stranger's input never becomes markup or an address, or reverses the text's direction", async () => {
  await using server = await startServer();
  await Promise.all(
    HOSTILE.map((text, index) =>
      fetch(
        `${server.origin}${WEBHOOK_PATHS.sms}?q=${encodeURIComponent(text)}`,
        {
          method: "POST",
          headers: {
            "content-type": "application/x-www-form-urlencoded",
            "user-agent": text.replaceAll(/[^ -~]/g, "?"),
            "x-forwarded-host": text.replaceAll(/[^ -~]/g, "?"),
            ...(index % 2 === 0 && {
              "x-twilio-signature": `${"A".repeat(27)}=`,
            }),
          },
          body: new URLSearchParams({
            [text]: text,
            To: text,
            AccountSid: text,
          }),
        },
      ),
    ),
  );
  let ids: number[] = [];
  await until(async () => {
    const rows = await server.store.refusals.list({ size: 50, since: 0 });
    ids = rows.map(({ id }) => id);
    expect(
      rows.reduce((sum, { times }) => sum + times, 0) +
        (await server.store.refusals.unlistedSince(0)),
    ).toBe(HOSTILE.length);
  });
  expect(ids.length).toBeGreaterThan(1);
  for (const path of ["/refusals", ...ids.map((id) => `/refusals/${id}`)]) {
    const page = await get(server.origin + path);
    expect(page.status).toBe(200);
    expect(page.text).not.toMatch(/<script>|<img src=x/);
    expect(page.text.replaceAll("\n", "")).not.toMatch(
      /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u,
    );
    for (const link of linksIn(page)) expect(link).toMatch(/^(?:\/|#main$)/);
  }
});

test("a Host invented by a stranger is shown, but not as a link or a setting", async () => {
  await using server = await startServer();
  await server.twilio.post(
    {},
    {
      authToken: "f".repeat(32),
      headers: { host: "evil.example" },
    },
  );
  await until(async () => {
    const page = await get(`${server.origin}/refusals/1`);
    expect(page.text).toContain("evil.example");
    expect(page.text).not.toContain("PUBLIC_URL=");
    expect(linksIn(page).join()).not.toContain("evil.example");
  });
});
