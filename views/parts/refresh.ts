/**
 * Makes a region keep itself up to date: when something was recorded, at most every five
 * seconds, it asks for its page again and takes over what differs. While the pointer or
 * the focus is in its chart charts.js holds it still, and asks for it when they leave.
 */
export const REFRESH = {
  "hx-trigger": "recorded from:#live throttle:5s, chart-left",
  "hx-target": "this",
  "hx-swap": "outerMorph",
  // Not the region: nothing dims while it refreshes itself.
  "hx-indicator": "#live",
} as const;
