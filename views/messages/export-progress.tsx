import type { Progress } from "../../src/exports/progress.ts";
import { counted } from "../../src/words/amounts.ts";
import type { Urls } from "../../src/site/urls.ts";

/** How often a page asks for a download that the server doesn't know yet. */
const ASKED_MAX = 20;

/** The progress of an export that was started from a list. Polls until the export ends. */
export function ExportProgress({
  urls,
  id,
  asked,
  progress,
}: {
  readonly urls: Urls;
  readonly id: string;
  /** How often it was requested before. */
  readonly asked: number;
  /** Undefined until the download's request has arrived. */
  readonly progress: Progress | undefined;
}) {
  const isOpen =
    progress === undefined ? asked < ASKED_MAX : progress.state === "running";
  if (!isOpen) return <span safe>{endWords(progress)}</span>;
  return (
    <span
      hx-get={urls.exportProgress(id, asked + 1)}
      hx-trigger="every 1s"
      hx-target="this"
      hx-swap="outerHTML"
      hx-sync="this:drop"
      hx-indicator="#none"
    >
      Exporting
      {progress === undefined || progress.records === 0 ? (
        ""
      ) : (
        <span safe>{`: ${counted(progress.records, "message")} so far`}</span>
      )}
    </span>
  );
}

function endWords(progress: Progress | undefined): string {
  const messages = counted(progress?.records ?? 0, "message");
  switch (progress?.state) {
    case "whole":
      return `Export complete: ${messages}`;
    case "refused":
      return "Not exported: the maximum number of exports is already running. Try again when one has finished.";
    case "cut off":
      return `The export stopped after ${messages}, so the file is incomplete. Export again.`;
    default:
      return "The export didn’t start. Try again.";
  }
}
