import { Distribution } from "../store/distribution.ts";

/** Upper bounds, in seconds, of how long pages take. */
const PAGE_SECONDS = [
  0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

/**
 * Counts requests since the start, but for the webhook's, which are counted as callbacks.
 * A route is counted under its first word, so that there are few counts.
 */
export class RequestCounts {
  /** By route, and in it by the answer's status class, such as `2xx`. */
  readonly answered = new Map<string, Map<string, number>>();
  /** How long pages took, in seconds, by route. */
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
