import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { HAS_PROMTOOL, promtool, testRules } from "./promtool.ts";

const RULES = join(import.meta.dir, "../../deploy/alert-rules.yml");

/** A series of samples, in promtool's notation. */
type Series = readonly [series: string, values: string];

const HERE = 'instance="sms", job="smsledger"';
const THERE = 'instance="sms-2", job="smsledger"';
/** In quarters of an hour. */
const WEEK_QUARTERS = 7 * 24 * 4;

/** For each alert: what makes it fire, from when on, and similar cases in which it doesn't. */
const CASES: Record<
  string,
  {
    /** The interval of samples and evaluations; by default a minute. */
    readonly every?: "15m";
    readonly fires: readonly Series[];
    readonly after: string;
    readonly calm: readonly Series[];
  }
> = {
  SmsledgerDown: {
    fires: [[`up{${HERE}}`, "0x20"]],
    after: "10m",
    calm: [[`up{${HERE}}`, "1 0 0 1x20"]],
  },
  SmsledgerNotReady: {
    fires: [[`smsledger_ready{${HERE}}`, "0x20"]],
    after: "10m",
    calm: [[`smsledger_ready{${HERE}}`, "1 0 1x20"]],
  },
  SmsledgerCallbacksRefused: {
    fires: [
      [
        `smsledger_callbacks_refused_total{${HERE}, channel="sms", check="signature"}`,
        "0+2x30",
      ],
    ],
    after: "30m",
    calm: [
      [
        `smsledger_callbacks_refused_total{${HERE}, channel="sms", check="signature-missing"}`,
        "0+50x30",
      ],
    ],
  },
  SmsledgerNoCallbacks: {
    every: "15m",
    fires: [
      [
        `smsledger_callbacks_total{${HERE}, channel="sms", outcome="recorded"}`,
        `0+15x${WEEK_QUARTERS} ${15 * WEEK_QUARTERS}x20`,
      ],
    ],
    after: `${7 * 24 + 2}h`,
    calm: [
      [
        `smsledger_callbacks_total{${HERE}, channel="sms", outcome="recorded"}`,
        `0+15x${WEEK_QUARTERS + 20}`,
      ],
    ],
  },
  SmsledgerSilent: {
    every: "15m",
    fires: [[`smsledger_last_callback_timestamp_seconds{${HERE}}`, "0x300"]],
    after: "73h",
    calm: [[`smsledger_last_callback_timestamp_seconds{${HERE}}`, "0+900x300"]],
  },
  SmsledgerQueueFills: {
    fires: [
      [`smsledger_write_queue_events{${HERE}}`, "6000x20"],
      [`smsledger_write_queue_limit_events{${HERE}}`, "20000x20"],
    ],
    after: "10m",
    calm: [
      [`smsledger_write_queue_events{${HERE}}`, "40x20"],
      [`smsledger_write_queue_limit_events{${HERE}}`, "20000x20"],
      [`smsledger_write_queue_oldest_seconds{${HERE}}`, "0.2x20"],
    ],
  },
  SmsledgerCommitsSlow: {
    fires: [
      [`smsledger_commit_seconds_bucket{${HERE}, le="1"}`, "0+1x60"],
      [`smsledger_commit_seconds_bucket{${HERE}, le="2.5"}`, "0+10x60"],
      [`smsledger_commit_seconds_bucket{${HERE}, le="+Inf"}`, "0+10x60"],
    ],
    after: "30m",
    calm: [
      [`smsledger_commit_seconds_bucket{${HERE}, le="0.01"}`, "0+10x60"],
      [`smsledger_commit_seconds_bucket{${HERE}, le="+Inf"}`, "0+10x60"],
    ],
  },
  SmsledgerDiskAlmostFull: {
    fires: [
      [`smsledger_disk_free_bytes{${HERE}}`, "1e9x20"],
      [`smsledger_disk_size_bytes{${HERE}}`, "100e9x20"],
    ],
    after: "10m",
    calm: [
      [`smsledger_disk_free_bytes{${HERE}}`, "50e9x20"],
      [`smsledger_disk_size_bytes{${HERE}}`, "100e9x20"],
    ],
  },
  SmsledgerDiskFills: {
    every: "15m",
    fires: [
      [`smsledger_disk_free_bytes{${HERE}}`, "29e9-45e6x140"],
      [`smsledger_disk_size_bytes{${HERE}}`, "100e9x140"],
    ],
    after: "33h",
    calm: [
      [`smsledger_disk_free_bytes{${HERE}}`, "29e9-1e6x140"],
      [`smsledger_disk_size_bytes{${HERE}}`, "100e9x140"],
    ],
  },
  SmsledgerDeliveryRateLow: {
    fires: [
      [`smsledger_events_total{${HERE}, status="delivered"}`, "0+5x120"],
      [`smsledger_events_total{${HERE}, status="failed"}`, "0+5x120"],
    ],
    after: "90m",
    calm: [
      [`smsledger_events_total{${HERE}, status="delivered"}`, "0+9x120"],
      [`smsledger_events_total{${HERE}, status="failed"}`, "0+1x120"],
    ],
  },
  SmsledgerEventLoopSlow: {
    fires: [
      [`smsledger_event_loop_lag_seconds_bucket{${HERE}, le="0.5"}`, "0+1x60"],
      [`smsledger_event_loop_lag_seconds_bucket{${HERE}, le="1"}`, "0+10x60"],
      [
        `smsledger_event_loop_lag_seconds_bucket{${HERE}, le="+Inf"}`,
        "0+10x60",
      ],
    ],
    after: "30m",
    calm: [
      [
        `smsledger_event_loop_lag_seconds_bucket{${HERE}, le="0.001"}`,
        "0+10x60",
      ],
      [
        `smsledger_event_loop_lag_seconds_bucket{${HERE}, le="+Inf"}`,
        "0+10x60",
      ],
    ],
  },
  SmsledgerBackupTooOld: {
    every: "15m",
    fires: [
      [
        `smsledger_chore_done_timestamp_seconds{${HERE}, chore="backup"}`,
        "0x120",
      ],
    ],
    after: "27h",
    calm: [
      [
        `smsledger_chore_done_timestamp_seconds{${HERE}, chore="retention"}`,
        "0x120",
      ],
    ],
  },
  SmsledgerChoreFailed: {
    fires: [[`smsledger_chore_ok{${HERE}, chore="backup"}`, "0x60"]],
    after: "30m",
    calm: [[`smsledger_chore_ok{${HERE}, chore="backup"}`, "1x60"]],
  },
  SmsledgerAlertRulesNotChecked: {
    fires: [[`smsledger_alert_rules_check_age_seconds{${HERE}}`, "0+60x20"]],
    after: "10m",
    calm: [[`smsledger_alert_rules_check_age_seconds{${HERE}}`, "62x20"]],
  },
  SmsledgerLogLinesLost: {
    fires: [[`smsledger_log_lines_lost_total{${HERE}}`, "0+1x60"]],
    after: "30m",
    calm: [[`smsledger_log_lines_lost_total{${HERE}}`, "9x60"]],
  },
  // Two nodes report the same, which is one alert.
  SmsledgerNoKeeper: {
    fires: [
      [`smsledger_keeper_missing_seconds{${HERE}}`, "0+60x20"],
      [`smsledger_keeper_missing_seconds{${THERE}}`, "0+60x20"],
    ],
    after: "10m",
    calm: [[`smsledger_keeper_missing_seconds{${HERE}}`, "0 4x20"]],
  },
  SmsledgerKeeperBehind: {
    fires: [
      [`smsledger_keeper_lag_seconds{${HERE}}`, "0+60x20"],
      [`smsledger_keeper_lag_seconds{${THERE}}`, "0+60x20"],
    ],
    after: "10m",
    calm: [[`smsledger_keeper_lag_seconds{${HERE}}`, "0 90 0.1x20"]],
  },
  SmsledgerCallbacksSetAside: {
    fires: [
      [`smsledger_set_aside_callbacks{${HERE}}`, "1x20"],
      [`smsledger_set_aside_callbacks{${THERE}}`, "1x20"],
    ],
    after: "10m",
    calm: [[`smsledger_set_aside_callbacks{${HERE}}`, "0x20"]],
  },
};

/** Counts how often an alert fires at a time, whatever its text. */
function firing(
  alert: string,
  series: readonly Series[],
  at: string,
  interval: string,
  exp_samples: readonly object[],
) {
  return {
    interval,
    input_series: series.map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [
      {
        expr: `count(ALERTS{alertname="${alert}", alertstate="firing"})`,
        eval_time: at,
        exp_samples,
      },
    ],
  };
}

describe.skipIf(!HAS_PROMTOOL)("alert rules (need promtool)", () => {
  test("Prometheus accepts them", async () => {
    const { status, output } = await promtool(["check", "rules", RULES]);
    expect([status, output]).toEqual([0, expect.stringContaining("SUCCESS")]);
  });

  for (const every of ["1m", "15m"]) {
    test(`each fires when it should, and not when it shouldn't: evaluated every ${every}`, async () => {
      const cases = Object.entries(CASES).filter(
        ([, each]) => (each.every ?? "1m") === every,
      );
      const tests = cases.flatMap(([alert, { fires, after, calm }]) => [
        {
          ...firing(alert, fires, after, every, [{ labels: "{}", value: 1 }]),
          name: `${alert} fires`,
        },
        {
          ...firing(alert, calm, after, every, []),
          name: `${alert} keeps calm`,
        },
      ]);
      const rules = { rule_files: [RULES], evaluation_interval: every, tests };
      expect(await testRules(rules)).toEqual({
        status: 0,
        output: expect.stringContaining("SUCCESS"),
      });
    });
  }
});

test.skipIf(!HAS_PROMTOOL)(
  "a backup dated by a clock that was ahead fires too",
  async () => {
    const done = `smsledger_chore_done_timestamp_seconds{${HERE}, chore="backup"}`;
    const fires = firing(
      "SmsledgerBackupTooOld",
      [[done, "4e9x60"]],
      "30m",
      "1m",
      [{ labels: "{}", value: 1 }],
    );
    const rules = {
      rule_files: [RULES],
      evaluation_interval: "1m",
      tests: [fires],
    };
    expect(await testRules(rules)).toEqual({
      status: 0,
      output: expect.stringContaining("SUCCESS"),
    });
  },
);

test("each rule has a case here", async () => {
  const text = await Bun.file(RULES).text();
  const alerts = [...text.matchAll(/- alert: (\w+)/g)].map(
    ([, name = ""]) => name,
  );
  expect(new Set(alerts)).toEqual(new Set(Object.keys(CASES)));
  expect(alerts).toHaveLength(Object.keys(CASES).length);
});
