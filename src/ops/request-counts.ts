import { Distribution } from "../store/distribution.ts";

/** Upper bounds of page durations, in seconds. */
const PAGE_SECONDS = [
  0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

/**
 * Counts requests since the start, except the webhook's, which are counted as
 * callbacks. A route is counted under its first word, to keep the number of series
 * small.
 */
export class RequestCounts {
  /** By route, and within it by the response's status class, such as `2xx`. */
  readonly answered = new Map<string, Map<string, number>>();
  /** Page durations in seconds, by route. */
  readonly pageSeconds = new Map<string, Distribution>();

  add(route: string, status: number, pageSeconds: number | undefined): void {
    const classes = this.answered.get(route) ?? new Map<string, number>();
    this.answered.set(route, classes);
    const statusClass = `${Math.floor(status / 100)}xx`;
    classes.set(statusClass, (classes.get(statusClass) ?? 0) + 1);
    if (pageSeconds === undefined) return;
    const seconds =
      this.pageSeconds.get(route) ?? new Distribution(PAGE_SECONDS);
    this.pageSeconds.set(route, seconds);
    seconds.add(pageSeconds);
  }
}
