import { EVENT_STATUSES, type EventStatus } from "../../src/twilio/status.ts";

/** How a status is named and drawn: the shape differs too, so that color is never alone. */
const STATUSES: Record<
  EventStatus,
  { readonly word: string; readonly meaning: string; readonly path: string }
> = {
  sent: {
    word: "Sent",
    meaning: "Handed to the carrier; no delivery receipt yet",
    path: "M2.5 8h9M8 4l4 4-4 4",
  },
  delivered: {
    word: "Delivered",
    meaning: "The carrier confirmed delivery",
    path: "m3 8.500 3.500 3.500L13 4.500",
  },
  read: {
    word: "Read",
    meaning: "The recipient opened it",
    path: "m1 8.500 3.200 3.200L10 5M8 11.500 15 4.500",
  },
  failed: {
    word: "Failed",
    meaning: "It wasn’t sent",
    path: "m4 4 8 8M12 4l-8 8",
  },
  undelivered: {
    word: "Undelivered",
    meaning: "It was sent but not delivered",
    path: "M8 2 1.500 13.500h13zM8 6.500v3M8 11.500v.100",
  },
};

export function statusWord(status: EventStatus): string {
  return STATUSES[status].word;
}

export function statusMeaning(status: EventStatus): string {
  return STATUSES[status].meaning;
}

export function StatusIcon({ status }: { readonly status: EventStatus }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 16 16"
      width="14"
      height="14"
      aria-hidden="true"
    >
      <path d={STATUSES[status].path}></path>
    </svg>
  );
}

/** The status as a shape and a word; its meaning shows when pointed at. */
export function Status({ status }: { readonly status: EventStatus }) {
  return MARKS.get(status) ?? "";
}

/** Rendered once, as a list has a hundred of them. */
const MARKS: ReadonlyMap<EventStatus, JSX.Element> = new Map(
  EVENT_STATUSES.map((status) => {
    const { word, meaning } = STATUSES[status];
    return [
      status,
      <span class={`status status-${status}`} title={meaning}>
        <StatusIcon status={status} />
        <span safe>{word}</span>
      </span>,
    ];
  }),
);
