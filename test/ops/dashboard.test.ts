import { describe, expect, test } from "bun:test";
import dashboard from "../../deploy/grafana-dashboard.json" with { type: "json" };
import { newPostgresLedger } from "../support/postgres-server.ts";
import { startServer } from "../support/start-server.ts";
import { until } from "../support/until.ts";
import { HAS_PROMTOOL, testRules } from "./promtool.ts";

/** Every dashboard query, as Grafana sends it with all instances selected. */
const QUERIES = [...queriesIn(dashboard)].map((query) =>
  query.replaceAll("$__rate_interval", "5m").replaceAll("$instance", ".*"),
);

/** Yields every value named `expr`, at any depth. */
function* queriesIn(node: unknown): Generator<string> {
  if (typeof node !== "object" || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    if (name === "expr" && typeof value === "string") yield value;
    else yield* queriesIn(value);
  }
}

/** Resolves to the metrics of a server on each engine, with everything that makes them appear. */
async function metricsText(): Promise<string> {
  return (await sqliteMetrics()) + (await keeperMetrics());
}

/** Those that only PostgreSQL has. */
async function keeperMetrics(): Promise<string> {
  await using database = await newPostgresLedger();
  await using server = await startServer({ DATABASE_URL: database.url });
  const text = await (await fetch(`${server.origin}/metrics`)).text();
  return text
    .split("\n")
    .filter((line) => /keeper|inbox|set_aside/.test(line))
    .join("\n");
}

async function sqliteMetrics(): Promise<string> {
  await using server = await startServer({ BACKUP_FOLDER: "/nonexistent" });
  await server.twilio.post();
  await server.store.upkeep.note({
    name: "backup",
    note: { at: Date.now(), bytes: 1 },
  });
  await (await fetch(`${server.origin}/messages`)).text();
  return await until(async () => {
    const text = await (await fetch(`${server.origin}/metrics`)).text();
    // A request is counted after its response.
    return text.includes('\nsmsledger_page_seconds_count{route="messages"}')
      ? text
      : false;
  });
}

test("the dashboard queries only metrics that exist", async () => {
  expect(QUERIES.length).toBeGreaterThan(20);
  const text = await metricsText();
  const known = new Set(
    [...text.matchAll(/^([a-z_]+)(?:\{.*\})? /gm)].map(([, name]) => name),
  );
  for (const query of QUERIES)
    for (const [name] of query.matchAll(/\b(?:smsledger|process)_[a-z_]+/g))
      expect([query, name, known.has(name)]).toEqual([query, name, true]);
});

test("the alert rules query only metrics that exist", async () => {
  const rules = await Bun.file(
    new URL("../../deploy/alert-rules.yml", import.meta.url),
  ).text();
  const text = await metricsText();
  for (const [name] of rules.matchAll(/\bsmsledger_[a-z_]+/g))
    expect([name, text.includes(`\n${name}`)]).toEqual([name, true]);
});

test("each panel has a title, a description and its own place", () => {
  const taken = new Set<string>();
  for (const { type, title, gridPos, ...panel } of dashboard.panels) {
    expect(title).not.toBe("");
    if (type !== "row")
      expect([title, "description" in panel]).toEqual([title, true]);
    const { x, y, w, h } = gridPos;
    expect(x + w).toBeLessThanOrEqual(24);
    for (let column = x; column < x + w; column++)
      for (let row = y; row < y + h; row++) {
        expect([title, taken.has(`${column} ${row}`)]).toEqual([title, false]);
        taken.add(`${column} ${row}`);
      }
  }
});

describe.skipIf(!HAS_PROMTOOL)("Prometheus (needs promtool)", () => {
  test("accepts each query and finds something with it", async () => {
    const series = (await metricsText())
      .split("\n")
      .flatMap((line) => /^([a-z_]+)(?:\{(.*)\})? /.exec(line) ?? [])
      .filter((_, index) => index % 3 !== 0);
    const input_series = Array.from(
      { length: series.length / 2 },
      (_, index) => {
        const [name = "", labels = ""] = series.slice(index * 2, index * 2 + 2);
        const all = `${labels}${labels === "" ? "" : ","}instance="sms"`;
        return { series: `${name}{${all}}`, values: "1+7x90" };
      },
    );
    const promql_expr_test = QUERIES.map((query) => ({
      // A filter for zero counts as none, as does a query without results.
      expr: `count(${query}) > bool 0`,
      eval_time: "80m",
      exp_samples: [{ labels: "{}", value: 1 }],
    }));
    const tests = [{ interval: "1m", input_series, promql_expr_test }];
    expect(await testRules({ tests })).toEqual({
      status: 0,
      output: expect.stringContaining("SUCCESS"),
    });
  });
});
