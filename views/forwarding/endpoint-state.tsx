import {
  healthOf,
  type EndpointHealth,
} from "../../src/forwarding/endpoint-health.ts";
import type { Endpoint } from "../../src/store/endpoints.ts";

/** How a state is named and drawn: the shape differs too, so that color is never alone. */
const STATES: Record<
  EndpointHealth,
  { readonly word: string; readonly color: string; readonly path: string }
> = {
  active: {
    word: "Active",
    color: "delivered",
    path: "m3 8.500 3.500 3.500L13 4.500",
  },
  unreadable: {
    word: "Filter unreadable",
    color: "failed",
    path: "M2 3.500h12L9.500 9v4.500L6.500 12V9zM2 14 14 2",
  },
  slowed: {
    word: "Slowed down",
    color: "undelivered",
    path: "M8 4.500V8l2.500 1.500M8 1.800a6.200 6.200 0 1 0 0 12.400A6.200 6.200 0 0 0 8 1.800z",
  },
  failing: {
    word: "Failing",
    color: "failed",
    path: "M8 2 1.500 13.500h13zM8 6.500v3M8 11.500v.100",
  },
  paused: {
    word: "Paused",
    color: "sent",
    path: "M5.500 3.500v9M10.500 3.500v9",
  },
  disabled: {
    word: "Disabled",
    color: "failed",
    path: "M8 1.800a6.200 6.200 0 1 0 0 12.400A6.200 6.200 0 0 0 8 1.800zM3.700 3.700l8.600 8.600",
  },
};

/** An endpoint's state as a shape and a word. */
export function EndpointState({
  endpoint,
  now,
}: {
  readonly endpoint: Endpoint;
  readonly now: number;
}) {
  const { word, color, path } = STATES[healthOf(endpoint, now)];
  return (
    <span class={`status status-${color}`}>
      <svg
        class="icon"
        viewBox="0 0 16 16"
        width="14"
        height="14"
        aria-hidden="true"
      >
        <path d={path}></path>
      </svg>
      <span safe>{word}</span>
    </span>
  );
}
