/** What every page shows of open alerts: it's taken over, too, when a part of the page is. */
export const ALERTS_OOB = "#alerts-banner:outerMorph,#nav-alerts:outerMorph";

/**
 * Makes a region keep itself up to date: when something was recorded, at most every five
 * seconds, it asks for its page again and takes over what differs. While the pointer or
 * the focus is in its chart charts.js holds it still, and asks for it when they leave.
 */
export const REFRESH = {
  "hx-select-oob": ALERTS_OOB,
  "hx-trigger": "recorded from:#live throttle:5s, chart-left",
  "hx-target": "this",
  "hx-swap": "outerMorph",
  // Not the region: nothing dims while it refreshes itself.
  "hx-indicator": "#live",
} as const;

/**
 * When pages that show the "do not send" list, or verdicts by it, ask for themselves again: as
 * events are recorded, and shortly after the last one, as the list follows within a second or two.
 */
export const LIST_TRIGGER =
  "recorded from:#live throttle:3s, recorded from:#live delay:3s";
