import type { AttemptsPage } from "../../src/forwarding/attempt-search.ts";
import type { EndpointReport } from "../../src/forwarding/endpoint-report.ts";
import type { FeedPosition } from "../../src/store/feed-position.ts";
import type { Attempt, Resend } from "../../src/store/outbox.ts";
import type { Site } from "../site.ts";

/** What the page of an endpoint shows. */
export type EndpointView = {
  readonly site: Site;
  readonly report: EndpointReport;
  readonly show: string;
  /** Whether these are the newest attempts. */
  readonly isFirstPage: boolean;
  readonly attempts: AttemptsPage;
  /** One attempt for each way in which some failed lately. */
  readonly outcomes: readonly Attempt[];
  /** Newest first. */
  readonly resends: readonly Resend[];
  readonly live: FeedPosition;
  readonly now: number;
};
