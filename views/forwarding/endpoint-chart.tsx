import { scaleLinear } from "d3-scale";
import { limitWords } from "../../src/forwarding/duration-words.ts";
import {
  successRate,
  type ReportedHour,
} from "../../src/forwarding/endpoint-report.ts";
import { compactCount, countWords, percent } from "../../src/words/amounts.ts";
import { timeLabels } from "../charts/chart-time.ts";
import { barWords } from "../charts/chart-words.ts";
import {
  barPaths,
  HEIGHT,
  linesPath,
  TIMES,
  timesPath,
  total,
  WIDTH,
} from "./endpoint-chart-shapes.ts";

/** A chart of few attempts has whole numbers at its lines too. */
const TOP_MIN = 4;
const LINES = 4;

type Hours = { readonly hours: readonly ReportedHour[] };

/** The attempts of 24 hours as small bars: those that succeeded, and on top those that failed. */
export function HoursStrip({ hours }: Hours) {
  const { succeeded, failed } = barPaths(hours, 100, 22, 1);
  const all = hours.reduce((sum, each) => sum + each.failed, 0);
  return (
    <svg
      class="hours-strip"
      viewBox="0 0 100 22"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${countWords(all)} failed`}
    >
      <path d="M0,22H100" class="sparkline-foot"></path>
      <path class="part-arrived" d={succeeded}></path>
      <path class="part-failed" d={failed}></path>
    </svg>
  );
}

/** The attempts of 24 hours by outcome, and above them how long they took. */
export function EndpointChart({
  hours,
  now,
}: Hours & { readonly now: number }) {
  const most = Math.max(TOP_MIN, ...hours.map(total));
  const counts = scaleLinear().domain([0, most]).nice(LINES);
  const top = counts.domain()[1] ?? most;
  const { succeeded, failed } = barPaths(hours, WIDTH, HEIGHT, top);
  const hasTimes = hours.some(({ p95Ms }) => p95Ms !== undefined);
  return (
    <figure class="chart endpoint-chart" aria-label="Attempts per hour">
      <figcaption class="chart-legend">
        <span class="chart-title">Attempts per hour</span>
        {hasTimes ? <span class="key key-rate">p95 duration</span> : ""}
        <span class="key part-arrived">Succeeded</span>
        <span class="key part-failed">Failed</span>
      </figcaption>
      <div class="chart-body">
        {hasTimes ? <TimesStrip hours={hours} /> : ""}
        <div class="chart-axis" aria-hidden="true">
          {counts
            .ticks(LINES)
            .toReversed()
            .map((tick) => (
              <span safe>{compactCount(tick)}</span>
            ))}
        </div>
        <svg class="chart-drawing" {...STRETCHED}>
          <path
            class="chart-lines"
            d={linesPath(counts.ticks(LINES).length)}
          ></path>
          <path class="part-arrived" d={succeeded}></path>
          <path class="part-failed" d={failed}></path>
        </svg>
        <Bars hours={hours} now={now} />
        <TimeAxis hours={hours} />
      </div>
      <HoursTable hours={hours} now={now} />
    </figure>
  );
}

function TimesStrip({ hours }: Hours) {
  return (
    <>
      <div class="chart-axis chart-rates" aria-hidden="true">
        {TIMES.toReversed().map((ms) => (
          <span safe>{ms < 100 ? `${ms} ms` : `${ms / 1_000} s`}</span>
        ))}
      </div>
      <svg class="chart-drawing chart-rates" {...STRETCHED}>
        <path class="chart-lines" d={linesPath(TIMES.length)}></path>
        <path class="chart-rate" d={timesPath(hours)}></path>
      </svg>
    </>
  );
}

const STRETCHED = {
  viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
  preserveAspectRatio: "none",
  "aria-hidden": "true",
} as const;

const ANCHORS = 10;

function Bars({ hours, now }: Hours & { readonly now: number }) {
  const lastAt = Math.max(1, hours.length - 1);
  return (
    <ol class="chart-bars">
      {hours.map((hour, index) => (
        <li>
          <a tabindex="-1">
            <span class={`tip tip-${Math.round((index / lastAt) * ANCHORS)}`}>
              <b safe>{barWords(hour.span, now)}</b>
              <span class="key part-arrived" safe>
                {`${countWords(hour.succeeded)} succeeded`}
              </span>
              <span class="key part-failed" safe>
                {`${countWords(hour.failed)} failed`}
              </span>
              <span class="key key-rate" safe>
                {`p95 ${limitWords(hour.p95Ms)}`}
              </span>
            </span>
          </a>
        </li>
      ))}
    </ol>
  );
}

function TimeAxis({ hours }: Hours) {
  // The first one would touch the name of the zone.
  const labels = timeLabels(hours.map(({ span }) => span)).filter(
    ({ bar }) => bar > 0,
  );
  return (
    <svg class="chart-times" width="100%" height="20" aria-hidden="true">
      <text class="chart-zone" x="-10" y="16">
        UTC
      </text>
      {labels.map(({ bar, text, isMinor }) => (
        <text
          class={isMinor ? "chart-minor" : undefined}
          x={`${(((bar + 0.5) / hours.length) * 100).toFixed(2)}%`}
          y="16"
          safe
        >
          {text}
        </text>
      ))}
    </svg>
  );
}

function HoursTable({ hours, now }: Hours & { readonly now: number }) {
  return (
    <details class="chart-table" id="chart-table">
      <summary>Show as a table</summary>
      <div class="chart-scroll" tabindex="0">
        <table>
          <caption class="visually-hidden">Attempts per hour</caption>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Succeeded</th>
              <th scope="col">Failed</th>
              <th scope="col">Success rate</th>
              <th scope="col">p95</th>
            </tr>
          </thead>
          <tbody>
            {hours.toReversed().map((hour) => (
              <tr>
                <th scope="row" safe>
                  {barWords(hour.span, now)}
                </th>
                <td safe>{countWords(hour.succeeded)}</td>
                <td safe>{countWords(hour.failed)}</td>
                <td safe>{rateCell(hour)}</td>
                <td safe>{limitWords(hour.p95Ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function rateCell(hour: ReportedHour): string {
  const rate = successRate(hour);
  return rate === undefined ? "–" : percent(rate);
}
