import {
  boundedCount,
  byteWords,
  counted,
  countWords,
  duration,
  percent,
} from "../../words/amounts.ts";
import {
  waitingSentence,
  waitingWords,
} from "../../forwarding/endpoint-report.ts";
import { minuteWords } from "../../words/times.ts";
import { SET_ASIDE_KEY } from "../rules/recording.ts";
import type { Measured } from "../../store/alerts.ts";
import {
  numberIn,
  partsOfKey,
  rangeOf,
  spanWords,
  textIn,
  type AlertStory,
  type Teller,
} from "./story.ts";

const MINUTE_MS = 60_000;

/* Stories about smsledger itself. */

export const refusedStory: Teller = (told) => {
  const callbacks = numberIn(told.measured, "callbacks");
  const { from, to } = rangeOf(told);
  return {
    title: `${counted(callbacks, "callback was", "callbacks were")} refused in the last ${spanWords(to - from)} for a reason that you can fix`,
    lines: [
      "They’re from your own accounts, and nothing of them was recorded. Twilio retries a refused callback only if its URL asks for that.",
    ],
    todo: [
      "Open the refused callbacks: each says why it was refused, and what to change.",
    ],
    numbers: [
      {
        name: "Refused callbacks",
        value: countWords(callbacks),
        href: (urls) => urls.refusals(),
      },
    ],
    places: [{ label: "Refused callbacks", href: (urls) => urls.refusals() }],
  };
};

export const forwardingStory: Teller = (told) => {
  const { measured, key } = told;
  const name = textIn(measured, "name");
  const target = partsOfKey(key);
  const isChannel = target?.of === "channel";
  const disabled = textIn(measured, "disabled");
  const failing = inMinutes(
    numberIn(measured, "to") - numberIn(measured, "since"),
  );
  const waiting = {
    count: numberIn(measured, "waiting"),
    isMore: measured["isMore"] !== undefined,
    isUpTo: measured["isUpTo"] !== undefined,
  };
  const { title, until, todo } = isChannel
    ? {
        title: `The notification channel “${name}” has failed for ${failing}`,
        until: "it works again",
        todo: "Open the channel, and send a test: it shows what the service replied.",
      }
    : endpointWords(disabled, name, failing);
  return {
    title,
    lines: [
      `${waitingSentence(waiting, isChannel ? "notice" : "event")} Nothing is lost: they’re sent once ${until}.`,
    ],
    todo: [todo],
    numbers: [
      {
        name: "Waiting",
        value: waitingWords(waiting),
        href: undefined,
      },
      {
        name: disabled === "unreadable" ? "Checked" : "Failing since",
        value: `${minuteWords(numberIn(measured, "since"))} UTC`,
        href: undefined,
      },
    ],
    places: [
      isChannel
        ? { label: "Notification channels", href: (urls) => urls.alertChannels }
        : {
            label: "Open the endpoint",
            href: (urls) => urls.endpoint(Number(target?.value)),
          },
    ],
  };
};

/** Why nothing reaches an endpoint, until when, and what to do. */
function endpointWords(disabled: string, name: string, failing: string) {
  switch (disabled) {
    case "":
      return {
        title: `Forwarding to “${name}” has failed for ${failing}`,
        until: "it works again",
        todo: "Open the endpoint: its attempts show the error or the response. Check the receiver.",
      };
    case "unreadable":
      return {
        title: `Nothing is sent to “${name}”: its filter can’t be read`,
        until: "you change the filter",
        todo: "Change the endpoint’s filter: this version of smsledger can’t read it.",
      };
    default:
      return {
        title: `The endpoint “${name}” was disabled: it ${disabled === "gone" ? "answered 410 Gone" : "has only failed for five days"}`,
        until: "you resume the endpoint",
        todo: "Check the receiver, then resume the endpoint; or remove it if nobody needs it.",
      };
  }
}

/** In a title, seconds look as if they were counting. */
function inMinutes(ms: number): string {
  return duration(Math.max(Math.floor(ms / MINUTE_MS), 1) * MINUTE_MS);
}

export const backupStory: Teller = ({ measured }) => {
  const latestAt = numberIn(measured, "latestAt");
  const reason = textIn(measured, "reason");
  const latest =
    latestAt === 0
      ? "There is no scheduled backup yet."
      : `The latest backup is from ${minuteWords(latestAt)} UTC.`;
  return {
    title:
      reason === ""
        ? `No backup for ${duration(numberIn(measured, "to") - latestAt)}`
        : "The latest backup failed",
    lines: [...(reason === "" ? [] : [reason]), latest],
    todo: [
      "Check that BACKUP_FOLDER exists, can be written to, and has enough free space. The server retries every hour.",
    ],
    numbers: [],
    places: [{ label: "Settings", href: (urls) => urls.settings }],
  };
};

export const diskStory: Teller = ({ measured }) => {
  const free = numberIn(measured, "freeBytes");
  const total = numberIn(measured, "totalBytes");
  const bytes = numberIn(measured, "databaseBytes");
  return {
    title: `Only ${byteWords(free)} (${percent(total === 0 ? 0 : free / total)}) are free on the database’s disk`,
    lines: [
      "Once the disk is full, callbacks are answered 503, and Twilio retries them only if their URL asks for that.",
      ...(bytes === 0 ? [] : [`The database takes ${byteWords(bytes)}.`]),
    ],
    todo: [
      "Free some space, get a larger disk, or keep messages for a shorter time (RETENTION_DAYS).",
    ],
    numbers: [
      { name: "Free", value: byteWords(free), href: undefined },
      { name: "Disk", value: byteWords(total), href: undefined },
    ],
    places: [{ label: "Settings", href: (urls) => urls.settings }],
  };
};

export const recordingStory: Teller = ({ key, measured }) =>
  key === SET_ASIDE_KEY ? setAsideStory(measured) : lateStory(measured);

function lateStory(measured: Measured): AlertStory {
  const vacantMs = numberIn(measured, "vacantMs");
  const node = textIn(measured, "node");
  const waiting = boundedIn(measured, "waiting");
  return {
    title:
      vacantMs > 0
        ? `No node has recorded callbacks for ${inMinutes(vacantMs)}`
        : `Callbacks are recorded ${inMinutes(numberIn(measured, "behindMs"))} late`,
    lines: [
      "Callbacks are still received and kept in the database. Until they’re recorded, they’re missing on pages, in the feed and in alerts.",
    ],
    todo: [
      vacantMs > 0
        ? "Check that a node runs: its log says why it can’t record. Once one can, it records everything that waits."
        : `See the log of ${node}, which records them, and run smsledger doctor: it checks the database server.`,
    ],
    numbers: [
      { name: "Waiting", value: boundedCount(waiting), href: undefined },
      ...(node === ""
        ? []
        : [{ name: "Recorded by", value: node, href: undefined }]),
    ],
    places: [{ label: "Settings", href: (urls) => urls.settings }],
  };
}

function setAsideStory(measured: Measured): AlertStory {
  const callbacks = boundedIn(measured, "count");
  const isOne = callbacks.count === 1;
  return {
    title: `${boundedCount(callbacks)} ${isOne ? "callback" : "callbacks"} couldn’t be recorded`,
    lines: [
      `Because of an error in smsledger, ${isOne ? "it was" : "they were"} set aside, so that others don’t wait. Nothing is lost: ${isOne ? "it’s" : "they’re"} in the database’s table inbox_set_aside, but not on pages, in the feed or in counts.`,
    ],
    todo: [
      "Run smsledger doctor: it shows the errors, and how to record the callbacks. The log has the details. Report it, or upgrade to a version that fixes it.",
    ],
    numbers: [
      { name: "Set aside", value: boundedCount(callbacks), href: undefined },
    ],
    places: [{ label: "Settings", href: (urls) => urls.settings }],
  };
}

function boundedIn(measured: Measured, name: string) {
  return {
    count: numberIn(measured, name),
    isMore: measured["isMore"] !== undefined,
  };
}
