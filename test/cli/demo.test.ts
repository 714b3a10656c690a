import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";
import { PROGRAM, run, start } from "./program.ts";

const startDemo = (
  folder: string,
  port: string,
  flags: readonly string[] = [],
) =>
  start(PROGRAM, ["demo", ...flags], {
    env: {
      PORT: port,
      TMPDIR: folder,
      DATABASE_URL: join(folder, "precious.db"),
    },
  });

test("it shows a week of messages, adds more over time, and leaves nothing behind", async () => {
  using folder = tempDir();
  await using demo = await startDemo(folder.path, "0");
  expect(readdirSync(folder.path)).toEqual([
    expect.stringMatching(/^smsledger-demo-/),
  ]);
  const [inner = ""] = readdirSync(folder.path);
  const database = join(folder.path, inner, "demo.db");

  expect((await fetch(`${demo.origin}/readyz`)).status).toBe(200);
  const before = await events(database);
  expect(before.length).toBeGreaterThan(10_000);
  const times = before.map((event) => event.receivedAt);
  expect(times).toEqual(times.toSorted());
  const span = Date.parse(times.at(-1) ?? "") - Date.parse(times[0] ?? "");
  expect(span).toBeGreaterThan(6.9 * 86_400_000);
  for (const kind of ["sms_delivered", "sms_undelivered", "whatsapp_read"])
    expect(before.some((event) => event.type === kind)).toBe(true);

  await until(async () => (await events(database)).length > before.length);

  demo.kill("SIGINT");
  expect(await demo.ended()).toBe(0);
  expect(readdirSync(folder.path)).toEqual([]);
  expect(demo.output()).not.toContain("refused");
});

test("if the port is in use, it takes the next free one and reports it", async () => {
  using folder = tempDir();
  using busy = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response(),
  });
  const port = busy.port ?? 0;
  await using demo = await startDemo(folder.path, String(port));
  expect(Number(new URL(demo.origin).port)).toBeGreaterThan(port);
  expect(demo.output()).toContain(`Port ${port} is in use`);
  demo.kill("SIGTERM");
  expect(await demo.ended()).toBe(0);
  expect(readdirSync(folder.path)).toEqual([]);
});

test("the demo can mask numbers", async () => {
  using folder = tempDir();
  await using demo = await startDemo(folder.path, "0", [
    "--mask-numbers",
    "true",
  ]);
  const list = await (await fetch(`${demo.origin}/messages`)).text();
  expect(list).toMatch(/\+\d+••••••\d\d/);
  expect(list).not.toMatch(/\+\d{7}/);
  demo.kill("SIGTERM");
  expect(await demo.ended()).toBe(0);
});

async function events(
  database: string,
): Promise<{ readonly type: string; readonly receivedAt: string }[]> {
  using output = tempDir();
  const file = join(output.path, "events.jsonl");
  await run(
    ["sh", "-c", `"$@" > '${file}'`, "sh", ...PROGRAM],
    ["export", "--events", "--database-url", database],
  );
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}
