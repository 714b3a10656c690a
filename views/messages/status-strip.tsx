import type { Children } from "@kitajs/html";
import {
  controlledText,
  controlsOf,
  type StatusChoice,
} from "../../src/messages/filter-controls.ts";
import type { Term } from "../../src/messages/filter-language.ts";
import { lastDayText } from "../../src/messages/last-day.ts";
import type { StatusCounts } from "../../src/store/tally.ts";
import type { EventStatus } from "../../src/twilio/status.ts";
import { compactCount } from "../../src/words/amounts.ts";
import { LIST_SWAP } from "../parts/list-swap.ts";
import type { Urls } from "../../src/site/urls.ts";
import { StatusIcon } from "../parts/status.tsx";

const QUICK: readonly {
  readonly id: string;
  readonly label: string;
  readonly choice: StatusChoice;
  /** Whose shape and color it has. */
  readonly icon: EventStatus;
}[] = [
  { id: "failed", label: "Failed", choice: "failed", icon: "failed" },
  {
    id: "undelivered",
    label: "Undelivered",
    choice: "undelivered",
    icon: "undelivered",
  },
  { id: "sent", label: "In flight", choice: "sent", icon: "sent" },
  {
    id: "delivered",
    label: "Delivered",
    choice: "delivered,read",
    icon: "delivered",
  },
];

/**
 * The list by status, one click each; the rest of the filter stays. Where the messages of
 * the last 24 hours are counted the links lead to just those.
 */
export function StatusStrip({
  urls,
  terms,
  counts,
}: {
  readonly urls: Urls;
  readonly terms: readonly Term[];
  /** Of the last 24 hours. */
  readonly counts: StatusCounts | undefined;
}) {
  const { status } = controlsOf(terms);
  const all = counts ? "" : controlledText(terms, { status: "" });
  return (
    <nav id="quick" class="strip" aria-label="Messages by status">
      <ul>
        <li>
          <QuickLink
            id="by-all"
            href={urls.messages({ q: all })}
            isOn={terms.every(({ name }) => name !== "status")}
          >
            All
          </QuickLink>
        </li>
        {counts ? <li class="strip-label">Last 24 h</li> : ""}
        {QUICK.map(({ id, label, choice, icon }) => (
          <li>
            <QuickLink
              id={`by-${id}`}
              href={urls.messages({
                q: counts
                  ? lastDayText(choice)
                  : controlledText(terms, { status: choice }),
              })}
              isOn={status === choice}
              icon={icon}
            >
              <StatusIcon status={icon} />
              <span safe>{label}</span>{" "}
              {counts ? <b safe>{compactCount(sum(counts, choice))}</b> : ""}
            </QuickLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function QuickLink({
  id,
  href,
  isOn,
  icon,
  children,
}: {
  readonly id: string;
  readonly href: string;
  readonly isOn: boolean;
  readonly icon?: EventStatus;
  readonly children: Children;
}) {
  return (
    <a
      id={id}
      class={icon === undefined ? "status" : `status status-${icon}`}
      href={href}
      aria-current={isOn ? "true" : undefined}
      hx-get={href}
      {...LIST_SWAP}
    >
      {children}
    </a>
  );
}

function sum(counts: StatusCounts, choice: StatusChoice): number {
  return (["sent", "failed", "undelivered", "delivered", "read"] as const)
    .filter((status) => choice.split(",").includes(status))
    .reduce((total, status) => total + counts[status], 0);
}
