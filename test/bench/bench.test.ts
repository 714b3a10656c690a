import { BY_CALLBACK } from "../../src/store/event-sources.ts";
import { expect, test } from "bun:test";
import { restorePost } from "../../src/store/core/post-shape.ts";
import {
  storedEvent,
  type StoredEvent,
} from "../../src/store/core/stored-event.ts";
import { parseCallback } from "../../src/twilio/callback.ts";
import { channelOfPlace, statusOfRank } from "../../src/twilio/status.ts";
import { tempDir } from "../support/temp-dir.ts";
import { HISTORY_UNTIL } from "./history/database.ts";
import { historyByMinute } from "./history/history.ts";
import { runBench } from "./run-bench.ts";
import { longTest } from "../support/long-runs.ts";

/** Runs a bench that needs a made-up history, with a small one. */
async function runWithHistory(name: string, options: readonly string[]) {
  using folder = tempDir();
  const small = ["--messages=2000", "--days=3"];
  const place = `--history-dir=${folder.path}`;
  return await runBench(name, [...small, place, ...options]);
}

test("a made-up history's events equal the ones its callbacks would record", () => {
  const wishes = { messages: 2_000, days: 3, until: HISTORY_UNTIL, seed: 1 };
  const history = [...historyByMinute(wishes)].flat();
  expect(history.length).toBeGreaterThan(3_500);
  for (const event of history) expect(recordedAgain(event)).toEqual(event);
  expect([...historyByMinute(wishes)].flat()).toEqual(history);
});

/** Returns what the store records for the callback behind an event. */
function recordedAgain({
  receivedAt,
  channel,
  status,
  query,
  shape,
  values,
  ...columns
}: StoredEvent): StoredEvent {
  const params = restorePost(
    { shape, values: values ?? [] },
    { ...BY_CALLBACK, ...columns },
  );
  const callback = parseCallback("sms", params);
  if ("fault" in callback) throw new Error(callback.fault);
  expect(callback.channel).toBe(channelOfPlace(channel));
  const { messageStatus: _, ...fields } = callback;
  return storedEvent({
    ...BY_CALLBACK,
    ...fields,
    status: statusOfRank(status),
    receivedAt,
    query: query ?? "",
  });
}

test("the pages bench runs, and every page gets the expected response", async () => {
  const { output, report } = await runWithHistory("pages.ts", [
    "--messages=500,2000",
    "--requests=1",
  ]);
  expect(output).toContain("/numbers/:number busy");
  expect(output).toContain("First load, compressed");
  expect(JSON.stringify(report)).not.toMatch(/"failed":[^0]/);
  expect(report).toMatchObject({ requests: 1 });
}, 120_000);

longTest(
  "the pages bench measures pages from the disk",
  async () => {
    const { output, report } = await runWithHistory("pages.ts", [
      "--messages=500",
      "--requests=1",
      "--only=/messages country:US",
      "--cold",
    ]);
    expect(output).toContain("on disk only");
    expect(JSON.stringify(report)).not.toMatch(/"failed":[^0]/);
  },
  120_000,
);

longTest(
  "the bench of callbacks during page loads runs, and every callback gets 200",
  async () => {
    const { output, report } = await runWithHistory("ingest-under-pages.ts", [
      "--rates=200",
      "--seconds=1",
      "--rounds=1",
    ]);
    expect(output).toContain("a page a second each");
    expect(report).toMatchObject({
      rates: [
        {
          rounds: {
            quiet: [{ failed: 0 }, { failed: 0 }, { failed: 0 }, { failed: 0 }],
            "8 people and an export": [{ failed: 0 }],
          },
        },
      ],
    });
  },
  120_000,
);

longTest(
  "the bench of callbacks during chores runs, and every callback gets 200",
  async () => {
    const { output, report } = await runWithHistory("upkeep.ts", [
      "--rate=200",
      "--seconds=1",
      "--rounds=1",
    ]);
    expect(output).toContain("times quiet");
    expect(report).toMatchObject({
      rounds: {
        quiet: [{ failed: 0 }, { failed: 0 }, { failed: 0 }, { failed: 0 }],
        retention: [{ failed: 0 }],
        prune: [{ failed: 0 }],
        erase: [{ failed: 0 }],
        backup: [{ failed: 0 }],
      },
    });
  },
  120_000,
);

test.skipIf(!Bun.which("wrk"))(
  "the ingest bench runs (needs wrk), and every callback gets 200",
  async () => {
    const { report } = await runBench("ingest.ts", [
      "--connections=8",
      "--seconds=1",
      "--warm-up=0",
      "--rounds=1",
    ]);
    const [{ rounds }] = report.reports;
    expect(Object.keys(rounds)).toHaveLength(4);
    for (const [result] of Object.values<
      { failed: number; perSecond: number }[]
    >(rounds)) {
      expect(result).toMatchObject({ failed: 0 });
      expect(result?.perSecond).toBeGreaterThan(0);
    }
  },
  120_000,
);

longTest.skipIf(!Bun.which("wrk"))(
  "the bench of several nodes runs (needs wrk), and every callback gets 200",
  async () => {
    const { report } = await runBench("scale.ts", [
      "--nodes=2",
      "--connections=8",
      "--seconds=1",
      "--rounds=1",
      "--rate=200",
    ]);
    const results = Object.values<{ failed: number; perSecond: number }[]>(
      report.rounds,
    ).flat();
    expect(results).toMatchObject([{ failed: 0 }, { failed: 0 }]);
    for (const { perSecond } of results) expect(perSecond).toBeGreaterThan(0);
  },
  120_000,
);

longTest(
  "the bench of callbacks during sign-ins runs, and every callback gets 200",
  async () => {
    const { report } = await runBench("sign-ins.ts", [
      "--at-once=5",
      "--rate=100",
      "--seconds=1",
      "--rounds=1",
    ]);
    const { quiet, busy } = report;
    expect([quiet, busy]).toMatchObject([[{ failed: 0 }], [{ failed: 0 }]]);
    expect(busy[0].signIns["401"]).toBeGreaterThan(0);
  },
  120_000,
);

longTest.skipIf(!Bun.which("wrk"))(
  "the profile of a callback runs (needs wrk), and both threads have their steps",
  async () => {
    const options = ["--connections=8", "--seconds=1"];
    const { report } = await runBench("profile.ts", options);
    expect(report).toMatchObject({ failed: 0 });
    for (const [thread, step] of [
      ["http", "verify the signature"],
      ["writer", "the message's row"],
    ] as const) {
      const { rows } = report.threads.find(
        (each: { thread: string }) => each.thread === thread,
      );
      const shown = rows.map(({ what }: { what: string }) => what);
      expect(shown).toContain(step);
    }
  },
  120_000,
);
