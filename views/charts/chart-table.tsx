import { countWords } from "../../src/words/amounts.ts";
import {
  PART_WORDS,
  partsOf,
  rateCell,
  type ChartProps,
} from "./chart-words.ts";
import { attribute } from "../parts/values.tsx";

/** A chart's numbers, the latest first. */
export function ChartTable({ label, bars, hasRate, earlier }: ChartProps) {
  const parts = partsOf(bars);
  return (
    <details class="chart-table" id="chart-table">
      <summary>Show as a table</summary>
      <div class="chart-scroll" tabindex="0">
        <table>
          <caption class="visually-hidden" safe>
            {label}
          </caption>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Messages</th>
              {parts.map((part) => (
                <th scope="col" safe>
                  {PART_WORDS[part]}
                </th>
              ))}
              {hasRate ? <th scope="col">Delivery rate</th> : ""}
              {earlier === undefined ? (
                ""
              ) : (
                <>
                  <th scope="col" title={attribute(earlier)}>
                    Messages before
                  </th>
                  <th scope="col" title={attribute(earlier)}>
                    Rate before
                  </th>
                </>
              )}
            </tr>
          </thead>
          <tbody>
            {bars.toReversed().map((bar) => (
              <tr>
                <th scope="row">
                  {bar.outcomes.messages === 0 ? (
                    <span safe>{bar.words}</span>
                  ) : (
                    <a href={attribute(bar.href)} safe>
                      {bar.words}
                    </a>
                  )}
                </th>
                <td safe>{bar.counts.messages}</td>
                {parts.map((part) => (
                  <td safe>{bar.counts[part]}</td>
                ))}
                {hasRate ? <td safe>{rateCell(bar.outcomes)}</td> : ""}
                {bar.earlier === undefined ? (
                  ""
                ) : (
                  <>
                    <td safe>{countWords(bar.earlier.messages)}</td>
                    <td safe>{rateCell(bar.earlier)}</td>
                  </>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
