import type { Server } from "bun";
import type { OpenStreams } from "../account/open-streams.ts";
import { requesterOf, viewerOf } from "../account/viewer.ts";
import { downloadResponse } from "../http/responses.ts";
import { failureOf } from "../log/failure.ts";
import type { Log } from "../log/log.ts";
import { Problem } from "../http/problem.ts";
import type { AuditStore } from "../store/audit.ts";
import { StoreUnavailable } from "../store/store.ts";
import { BYTE_ORDER_MARK } from "../exports/csv.ts";
import { MEDIA_TYPES, type FileFormat } from "../exports/formats.ts";
import { Pace } from "../exports/pace.ts";
import { ProgressBoard, type Progress } from "../exports/progress.ts";
import { textStream } from "../exports/text-stream.ts";

/** Downloads that run at once. They take turns, so more would only be slower. */
const RUNNING_MAX = 10;
/** For one user, so that nobody takes every place. */
const RUNNING_OF_ONE_MAX = 4;

/**
 * Seconds after which a client that reads nothing loses the connection. The system buffers
 * about 4 MB of what is sent, and more is made only once the client has read that: with
 * this limit a client that reads 20 KB a second keeps up.
 */
const IDLE_S = 240;

const TOO_MANY = new Problem({
  status: 503,
  title: "Too many exports at once",
  detail: `${RUNNING_MAX} exports are running, which is the maximum. Wait until one has ended, then try again.`,
  headers: { "retry-after": "30" },
});

const TOO_MANY_OF_ONE = TOO_MANY.with({
  title: "You have too many exports at once",
  detail: `${RUNNING_OF_ONE_MAX} exports of yours are running, which is the maximum for one user. Wait until one has ended, or cancel one in your browser, then try again.`,
});

export type DownloadRequest = {
  readonly request: Request;
  /** Null without a listening server. */
  readonly server: Pick<Server<unknown>, "timeout"> | null;
};

/** A file that is made while it is downloaded. */
export type Download = {
  /** Without its extension; ours, without quotes. */
  readonly name: string;
  readonly format: FileFormat;
  /** Its contents and filter, with numbers masked, for the audit list: `messages`. */
  readonly what: string;
  readonly which: string;
  /** Its text, made in short steps, each of which reads the store at most once. */
  readonly text: AsyncGenerator<string, void>;
  /** Where a page can see how far it is; the text counts its records there. */
  readonly progress?: Progress;
};

export type DownloadsDeps = {
  readonly log: Log;
  readonly now: () => number;
  readonly audit: Pick<AuditStore, "add">;
  readonly streams: Pick<OpenStreams, "watch">;
};

/**
 * Sends files to save. However many are downloading, callbacks and pages wait for at
 * most one step of one of them.
 */
export class Downloads {
  readonly #deps: DownloadsDeps;
  readonly #pace = new Pace();
  /** Each one's user; undefined where nobody signs in. */
  readonly #running = new Map<Request, number | undefined>();

  /** The progress of the downloads that pages track. */
  readonly progress = new ProgressBoard();

  constructor(deps: DownloadsDeps) {
    this.#deps = deps;
  }

  /** How many are running. */
  get running(): number {
    return this.#running.size;
  }

  /** Sends the file, or 503 if the maximum is already running. */
  async answer(
    { request, server }: DownloadRequest,
    { name, format, text, what, which, progress }: Download,
  ): Promise<Response | Problem> {
    const userId = viewerOf(request)?.userId;
    const refusal = this.#refusal(userId);
    if (refusal !== undefined) {
      if (progress) progress.state = "refused";
      return refusal;
    }
    this.#running.set(request, userId);
    await this.#noteExport(request, `exported ${what} as ${format}`, which);
    const watched = this.#deps.streams.watch(request);
    const pieces = format === "csv" ? withMark(text) : text;
    const stream = textStream(pieces, {
      step: (make) => {
        watched.ended.throwIfAborted();
        // A step may find nothing to send, and Bun doesn't count what it sends as activity.
        server?.timeout(request, IDLE_S);
        return this.#pace.step(make);
      },
      onEnd: ({ isWhole, failure }) => {
        this.#running.delete(request);
        if (progress) progress.state = isWhole ? "whole" : "cut off";
        watched.done();
        if (watched.ended.aborted) this.#logSignedOut();
        else if (failure !== undefined) this.#logFailure(failure);
      },
    });
    return downloadResponse(stream, MEDIA_TYPES[format], `${name}.${format}`);
  }

  #refusal(userId: number | undefined): Problem | undefined {
    if (this.#running.size >= RUNNING_MAX) return TOO_MANY;
    if (userId === undefined) return undefined;
    const own = [...this.#running.values()].filter((each) => each === userId);
    return own.length >= RUNNING_OF_ONE_MAX ? TOO_MANY_OF_ONE : undefined;
  }

  /** A database that can't be written needs exporting all the more, so the export continues. */
  async #noteExport(
    request: Request,
    action: string,
    subject: string,
  ): Promise<void> {
    const { audit, now, log } = this.#deps;
    try {
      await audit.add({
        kind: "use",
        at: now(),
        ...requesterOf(request),
        action,
        subject,
      });
    } catch (error) {
      const words = "an export could not be noted in the audit list";
      if (error instanceof StoreUnavailable)
        log.warn({ reason: error.message }, words);
      else log.error(failureOf(error), words);
    }
  }

  #logSignedOut(): void {
    this.#deps.log.info(
      "an export was cut off, as its user is no longer signed in",
    );
  }

  #logFailure(failure: unknown): void {
    const words = "an export was cut off before its end";
    if (failure instanceof StoreUnavailable)
      this.#deps.log.warn({ reason: failure.message }, words);
    else this.#deps.log.error(failureOf(failure), words);
  }
}

async function* withMark(
  text: AsyncGenerator<string, void>,
): AsyncGenerator<string, void> {
  yield BYTE_ORDER_MARK;
  yield* text;
}
