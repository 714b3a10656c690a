import { targetWords } from "../../src/overview/target.ts";
import { compactCount } from "../../src/words/amounts.ts";
import {
  CHART_HEIGHT,
  CHART_WIDTH,
  chartShapes,
  marksPath,
  PARTS,
  pathOf,
  type ChartShapes,
} from "./chart-shapes.ts";
import { ChartTable } from "./chart-table.tsx";
import { timeLabels } from "./chart-time.ts";
import {
  earlierWords,
  PART_MEANINGS,
  PART_WORDS,
  partsOf,
  rateWords,
  type ChartBar,
  type ChartProps,
} from "./chart-words.ts";
import { attribute } from "../parts/values.tsx";

/**
 * Stacked bars over time, and above them the delivery rate as a line. Drawn in SVG that
 * stretches to the room there is; words are HTML beside it, so that they stay legible.
 * Each bar is a link with its values; charts.js lets arrow keys walk along them. The same
 * as a table is below, for screen readers and for whoever likes numbers better.
 */
export function BarChart(chart: ChartProps) {
  const { label, bars, hasRate, marked, earlier, target } = chart;
  const shapes = chartShapes(
    bars.map(({ outcomes }) => outcomes),
    bars.flatMap((bar) => bar.earlier ?? []),
    target,
  );
  const hasLine = hasRate && shapes.rateLine !== "";
  const marks = marksPath(
    bars.map(({ span }) => span),
    marked?.ranges ?? [],
  );
  return (
    <figure class="chart" aria-label={label}>
      <figcaption class="chart-legend">
        <span class="chart-title" safe>
          {label}
        </span>
        {marked === undefined || marks === "" ? (
          ""
        ) : (
          <span class="key key-mark" safe>
            {marked.words}
          </span>
        )}
        {earlier === undefined ? (
          ""
        ) : (
          <span class="key key-earlier" safe>
            {earlier}
          </span>
        )}
        {hasLine ? <span class="key key-rate">Delivery rate</span> : ""}
        {hasLine && target !== undefined ? (
          <span class="key key-target" safe>
            {`Target ${targetWords(target)}`}
          </span>
        ) : (
          ""
        )}
        {partsOf(bars).map((part) => (
          <span class={`key part-${part}`} title={PART_MEANINGS[part]} safe>
            {part === "arrived"
              ? `${PART_WORDS[part]}: ${PART_MEANINGS[part].toLowerCase()}`
              : PART_WORDS[part]}
          </span>
        ))}
      </figcaption>
      <div class="chart-body">
        {hasLine ? <RateStrip {...{ shapes, marks }} /> : ""}
        <CountAxis ticks={shapes.ticks} />
        <Drawing {...{ shapes, marks }} />
        <Bars {...chart} />
        <TimeAxis bars={bars} />
      </div>
      <ChartTable {...chart} />
    </figure>
  );
}

type Drawn = {
  readonly shapes: ChartShapes;
  /** Path of what is set off; "" for nothing. */
  readonly marks: string;
};

function Drawing({
  shapes: { ticks, rectangles, earlierOutline },
  marks,
}: Drawn) {
  return (
    <svg class="chart-drawing" {...STRETCHED}>
      <Stripes />
      <path class="chart-marks" d={marks}></path>
      <Lines count={ticks.length} />
      <path class="chart-earlier" d={earlierOutline}></path>
      {PARTS.map((part) => (
        <path
          class={`part-${part}`}
          fill={part === "inFlight" ? "url(#in-flight-stripes)" : undefined}
          d={pathOf(rectangles.filter((each) => each.part === part))}
        ></path>
      ))}
    </svg>
  );
}

/** Horizontal lines, evenly spaced from top to bottom. */
function Lines({ count }: { readonly count: number }) {
  const gap = CHART_HEIGHT / (count - 1);
  const line = (_: unknown, index: number): string =>
    `M0,${(index * gap).toFixed(1)}H${CHART_WIDTH}`;
  return (
    <path
      class="chart-lines"
      d={Array.from({ length: count }, line).join("")}
    ></path>
  );
}

/** What is in flight is striped, so that parts can be told apart without colors; across, as the drawing is stretched. */
function Stripes() {
  return (
    <pattern
      id="in-flight-stripes"
      width="8"
      height="6"
      patternUnits="userSpaceOnUse"
    >
      <rect class="part-inFlight" width="8" height="6" opacity="0.4"></rect>
      <rect class="part-inFlight" width="8" height="3"></rect>
    </pattern>
  );
}

const STRETCHED = {
  viewBox: `0 0 ${CHART_WIDTH} ${CHART_HEIGHT}`,
  preserveAspectRatio: "none",
  "aria-hidden": "true",
} as const;

function CountAxis({ ticks }: { readonly ticks: readonly number[] }) {
  return (
    <div class="chart-axis" aria-hidden="true">
      {ticks.toReversed().map((tick) => (
        <span safe>{compactCount(tick)}</span>
      ))}
    </div>
  );
}

function RateStrip({
  shapes: { rateTicks, rateLine, earlierRateLine, targetLine },
  marks,
}: Drawn) {
  return (
    <>
      <div class="chart-axis chart-rates" aria-hidden="true">
        {rateTicks.toReversed().map((tick) => (
          <span>{Math.round(tick * 100)}%</span>
        ))}
      </div>
      <svg class="chart-drawing chart-rates" {...STRETCHED}>
        <path class="chart-marks" d={marks}></path>
        <Lines count={rateTicks.length} />
        <path class="chart-target" d={targetLine}></path>
        <path class="chart-rate-earlier" d={earlierRateLine}></path>
        <path class="chart-rate" d={rateLine}></path>
      </svg>
    </>
  );
}

/** Places in per cent, so that the words do not stretch with the drawing. Every second one goes when it is narrow. */
function TimeAxis({ bars }: { readonly bars: readonly ChartBar[] }) {
  return (
    <svg class="chart-times" width="100%" height="20" aria-hidden="true">
      <text class="chart-zone" x="-10" y="16">
        UTC
      </text>
      {timeLabels(bars.map(({ span }) => span)).map(
        ({ bar, text, isMinor }) => (
          <text
            class={isMinor ? "chart-minor" : undefined}
            x={`${(((bar + 0.5) / bars.length) * 100).toFixed(2)}%`}
            y="16"
            safe
          >
            {text}
          </text>
        ),
      )}
    </svg>
  );
}

/** In how many places along the chart a bar's words are anchored, so that they never leave it. */
const ANCHORS = 10;

function Bars({ bars, hasRate }: ChartProps) {
  const lastAt = Math.max(1, bars.length - 1);
  return (
    <ol class="chart-bars">
      {bars.map((bar, index) => (
        <li>
          <a
            tabindex="-1"
            href={bar.outcomes.messages === 0 ? undefined : attribute(bar.href)}
          >
            <span class={`tip tip-${Math.round((index / lastAt) * ANCHORS)}`}>
              <b safe>{bar.words}</b>
              <span safe>
                {`${bar.counts.messages} ${bar.outcomes.messages === 1 ? "message" : "messages"}`}
              </span>
              {PARTS.filter((part) => bar.outcomes[part] > 0).map((part) => (
                <span class={`key part-${part}`} safe>
                  {`${bar.counts[part]} ${PART_WORDS[part].toLowerCase()}`}
                </span>
              ))}
              {hasRate ? (
                <span class="key key-rate" safe>
                  {rateWords(bar.outcomes)}
                </span>
              ) : (
                ""
              )}
              {bar.earlier === undefined ? (
                ""
              ) : (
                <span class="key key-earlier" safe>
                  {earlierWords(bar.earlier)}
                </span>
              )}
            </span>
          </a>
        </li>
      ))}
    </ol>
  );
}
