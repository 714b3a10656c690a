/**
 * What a link or form does that leads from one list of messages to another: it swaps the
 * list, and all that shows its filter. All of them share one queue, in which the latest
 * replaces what was asked before: the late answer to a typed filter does not replace
 * what was clicked since.
 */
export const LIST_SWAP = {
  "hx-target": "#results",
  "hx-select": "#results",
  "hx-select-oob":
    "#found:innerHTML,#quick,#controls,#controls-on,#views,#filter-q",
  "hx-swap": "outerHTML",
  "hx-sync": "#filter:replace",
  "hx-push-url": "true",
  "hx-indicator": "#results",
} as const;
