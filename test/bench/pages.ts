/**
 * `bun test/bench/pages.ts [--messages 100000,10000000] [--days 90] [--requests 300]
 *   [--history-dir /var/tmp/smsledger-bench] [--cold] [--only TEXT] [--json FILE]`
 *
 * Measures how long each page takes, from the request to the last byte of the response,
 * with a short and with a long history. Servers with both run side by side and take turns,
 * so that other load on the machine affects both. Missing histories are made, and all are
 * read once, so that the disk counts only in `--cold`. Prints the times of each kind of
 * request, and of each page over equally many requests of all kinds. Response sizes are
 * printed too, because a page may have more to show with a long history. The numbers are
 * for reading, not assertions: it exits with 0.
 */
import { parseArgs } from "node:util";
import { percentile } from "../../src/simulation/load.ts";
import { ensureHistory, HISTORY_UNTIL } from "./history/database.ts";
import { serveHistory } from "./history/history-server.ts";
import { coldLoads, firstLoadBytes, loadPage } from "./page-load.ts";
import { pageAddresses, type PageAddresses } from "./page-addresses.ts";

const P95_MS_MAX = 20;
const RATIO_MAX = 1.5;
const FIRST_LOAD_BYTES_MAX = 60 * 1024;
const WARM_UP_REQUESTS_MAX = 5;
/** Only these pages' first load is measured, because each takes two server starts. */
const COLD_PAGES = new Set([
  "/ 24h",
  "/ 90d",
  "/messages",
  "/messages country:US",
  "/errors/:code 90d",
  "/numbers/:number busy",
]);

const { values } = parseArgs({
  options: {
    messages: { type: "string", default: "100000,10000000" },
    days: { type: "string", default: "90" },
    requests: { type: "string", default: "300" },
    "history-dir": { type: "string", default: "/var/tmp/smsledger-bench" },
    cold: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    json: { type: "string" },
  },
});

/** For one kind of request. */
type Result = {
  /** The time of each request, in milliseconds. */
  readonly times: number[];
  /** All of these responses, compressed. */
  bytes: number;
  /** Responses with an unexpected status. */
  failed: number;
};

type Subject = {
  readonly messages: number;
  readonly file: string;
  readonly origin: string;
  readonly pages: readonly PageAddresses[];
  readonly results: Map<string, Result>;
  readonly stop: () => Promise<void>;
};

async function start(messages: number): Promise<Subject> {
  const wishes = {
    messages,
    days: Number(values.days),
    until: HISTORY_UNTIL,
    seed: 1,
  };
  const file = await ensureHistory(values["history-dir"], wishes);
  await intoMemory(file);
  const server = await serveHistory(file, wishes.until);
  const pages = (await pageAddresses(file, wishes)).filter(
    ({ page, paths }) => paths.length > 0 && page.includes(values.only),
  );
  return {
    messages,
    file,
    origin: server.origin,
    pages,
    results: new Map(
      pages.map(({ page }) => [page, { times: [], bytes: 0, failed: 0 }]),
    ),
    stop: () => server.kill(),
  };
}

/** Reads a file so that the system caches it; some systems soon drop what isn't used. */
async function intoMemory(file: string): Promise<void> {
  for await (const _ of Bun.file(file).stream());
}

async function measure(subjects: readonly Subject[]): Promise<void> {
  const requests = Number(values.requests);
  const warmUp = Math.min(requests, WARM_UP_REQUESTS_MAX);
  const [{ pages } = { pages: [] }] = subjects;
  for (let request = -warmUp; request < requests; request++) {
    for (const { page } of pages) {
      const turn = request % 2 === 0 ? subjects : subjects.toReversed();
      for (const subject of turn) {
        const { path, status } = turnOf(subject, page, request + warmUp);
        const answer = await loadPage(subject.origin + path);
        const result = subject.results.get(page);
        if (!result) continue;
        if (answer.status !== status) result.failed++;
        if (request < 0) continue;
        result.times.push(answer.ms);
        result.bytes += answer.bytes;
      }
    }
  }
}

/** Returns the next address for a page, and its expected status. */
function turnOf({ pages }: Subject, page: string, turn: number) {
  const { paths, status = 200 } = pages.find((each) => each.page === page) ?? {
    paths: [],
  };
  return { path: paths[turn % paths.length] ?? "/", status };
}

/** Returns the times of all requests of these kinds. */
function timesOf({ results }: Subject, kinds: readonly string[]) {
  const those = kinds.flatMap((kind) => results.get(kind) ?? []);
  const times = those.flatMap((result) => result.times);
  const sorted = Float64Array.from(times).sort();
  const ms = (share: number): number => percentile(sorted, share) ?? NaN;
  const sum = (of: (result: Result) => number): number =>
    those.reduce((all, result) => all + of(result), 0);
  return {
    p50: ms(0.5),
    p95: ms(0.95),
    max: ms(1),
    kb: sum(({ bytes }) => bytes) / 1024 / times.length,
    failed: sum(({ failed }) => failed),
  };
}

/** Returns which targets are missed, in words. */
function misses(
  kinds: readonly string[],
  subjects: readonly Subject[],
): string[] {
  const [small, big] = [subjects[0], subjects.at(-1)].map(
    (subject) => subject && timesOf(subject, kinds),
  );
  if (!small || !big) return [];
  const ratio = big.p95 / small.p95;
  return [
    ...(small.failed + big.failed > 0
      ? [`${small.failed + big.failed} answers had the wrong status`]
      : []),
    ...(big.p95 > P95_MS_MAX ? [`p95 ${big.p95.toFixed(1)} ms`] : []),
    ...(ratio > RATIO_MAX
      ? [
          `${ratio.toFixed(2)} times the small one's p95 (${small.kb.toFixed(1)} to ${big.kb.toFixed(1)} KB)`,
        ]
      : []),
  ];
}

const subjects: Subject[] = [];
for (const messages of values.messages.split(","))
  subjects.push(await start(Number(messages)));
const [first] = subjects;
const pages = first?.pages.map(({ page }) => page) ?? [];
await measure(subjects);

tell("kinds of requests", new Map(pages.map((page) => [page, [page]])));
const byPage = Map.groupBy(pages, (page) => page.replace(/ .*/, ""));
tell("pages", byPage);

const big = subjects.at(-1);
const bytes = big ? await firstLoads(big) : [];
const tooBig = bytes.filter((each) => each.bytes > FIRST_LOAD_BYTES_MAX);
console.log(
  `First load, compressed: ${bytes.map((each) => `${each.page} ${(each.bytes / 1024).toFixed(1)} KB`).join(", ")}.` +
    (tooBig.length === 0 ? "" : ` Over 60 KB: ${tooBig.length} pages.`),
);
await Promise.all(subjects.map(({ stop }) => stop()));

const cold =
  values.cold && big
    ? await coldLoads(
        big.file,
        HISTORY_UNTIL,
        big.pages.filter(({ page }) => COLD_PAGES.has(page)),
      )
    : [];
if (cold.length > 0) {
  console.log("First load after the start, in ms:");
  console.table(
    cold.map(({ page, warmMs, coldMs }) => ({
      page,
      "database in memory": warmMs.toFixed(1),
      "on disk only": coldMs.toFixed(1),
    })),
  );
}

const json = JSON.stringify({
  date: new Date().toISOString(),
  requests: Number(values.requests),
  requestKinds: pages.map((page) => reportOf(page, [page])),
  pages: [...byPage].map(([page, kinds]) => reportOf(page, kinds)),
  firstLoadBytes: bytes,
  cold,
});
if (values.json === undefined) console.log(json);
else await Bun.write(values.json, `${json}\n`);

/** Prints the times of some kinds of requests per line, and which lines miss a target. */
function tell(
  what: string,
  lines: ReadonlyMap<string, readonly string[]>,
): void {
  console.table(
    [...lines].map(([page, kinds]) => {
      const times = subjects.map((subject) => timesOf(subject, kinds));
      return {
        page,
        ...Object.fromEntries(
          subjects.flatMap(({ messages }, index) =>
            (["p50", "p95", "max", "kb"] as const).map((share) => [
              `${share === "kb" ? "KB" : share} ${shortCount(messages)}`,
              times[index]?.[share].toFixed(1),
            ]),
          ),
        ),
        ratio: ((times.at(-1)?.p95 ?? NaN) / (times[0]?.p95 ?? NaN)).toFixed(2),
      };
    }),
  );
  const missed = [...lines].flatMap(([page, kinds]) => {
    const reasons = misses(kinds, subjects);
    return reasons.length === 0 ? [] : [`${page}: ${reasons.join(", ")}`];
  });
  console.log(
    missed.length === 0
      ? `All ${lines.size} ${what} take at most ${P95_MS_MAX} ms and ${RATIO_MAX} times as long as with the short history (p95).`
      : `Missed by ${missed.length} of ${lines.size} ${what}:\n${missed.join("\n")}`,
  );
}

function reportOf(page: string, kinds: readonly string[]) {
  return {
    page,
    times: subjects.map((subject) => ({
      messages: subject.messages,
      ...timesOf(subject, kinds),
    })),
    misses: misses(kinds, subjects),
  };
}

/** Returns the pages without a filter, one address each. */
function mainPages({ pages: all }: Subject): readonly PageAddresses[] {
  return all.filter(({ page }) => !/^\/messages [^d]/.test(page));
}

async function firstLoads(subject: Subject) {
  const loads = [];
  for (const { page, paths } of mainPages(subject))
    loads.push({
      page,
      bytes: await firstLoadBytes(subject.origin, paths[0] ?? "/"),
    });
  return loads;
}

function shortCount(messages: number): string {
  return new Intl.NumberFormat("en", { notation: "compact" }).format(messages);
}
