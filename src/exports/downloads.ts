import type { Server } from "bun";
import { downloadResponse } from "../http.ts";
import { failureOf, type Log } from "../log.ts";
import type { AnswerProblem, Problem } from "../problem.tsx";
import { StoreUnavailable } from "../store/store.ts";
import { MEDIA_TYPES, type FileFormat } from "./formats.ts";
import { textStream } from "./text-stream.ts";
import { Turns } from "../turns.ts";

/** Downloads that run at once; each waits for its turn, so more would only be slower. */
const RUNNING_MAX = 10;

/**
 * Seconds after which one who takes nothing loses the connection. The system holds some
 * 4 MB of what is sent, and more is asked for only when they are taken: with this, one
 * who takes 20 KB a second keeps up.
 */
const IDLE_S = 240;

const TOO_MANY: Problem = {
  status: 503,
  title: "Too many exports at once",
  detail: `${RUNNING_MAX} exports are being downloaded, which is as many as there may be. Wait until one has ended, then try again.`,
  headers: { "retry-after": "30" },
};

/** A request as a route has it; the server is null where none listens. */
export type DownloadRequest = {
  readonly request: Request;
  readonly server: Pick<Server<unknown>, "timeout"> | null;
};

/** A file that is made while it is downloaded. */
export type Download = {
  /** Without its ending; of ours, without quotes in it. */
  readonly name: string;
  readonly format: FileFormat;
  /** Its text, made in short steps, each of which reads the store at most once. */
  readonly text: AsyncGenerator<string, void>;
};

/**
 * Answers with files to be saved. However many are downloaded, one step of one of them
 * is made in each turn of the event loop, so callbacks and pages need not wait for more.
 */
export class Downloads {
  readonly #log: Log;
  readonly #problem: AnswerProblem;
  readonly #turns = new Turns();
  readonly #running = new Set<Request>();

  constructor(log: Log, problem: AnswerProblem) {
    this.#log = log;
    this.#problem = problem;
  }

  /** The file, or 503 when as many are downloaded as may be. */
  answer(
    { request, server }: DownloadRequest,
    { name, format, text }: Download,
  ): Response | Promise<Response> {
    if (this.#running.size >= RUNNING_MAX)
      return this.#problem(request, TOO_MANY);
    this.#running.add(request);
    const stream = textStream(text, {
      beforeStep: () => {
        // A step may find nothing to send, and Bun does not count what it sends as activity.
        server?.timeout(request, IDLE_S);
        return this.#turns.next();
      },
      onEnd: ({ failure }) => {
        this.#running.delete(request);
        if (failure !== undefined) this.#logFailure(failure);
      },
    });
    return downloadResponse(stream, MEDIA_TYPES[format], `${name}.${format}`);
  }

  #logFailure(failure: unknown): void {
    const words = "an export was cut off before its end";
    if (failure instanceof StoreUnavailable)
      this.#log.warn({ reason: failure.message }, words);
    else this.#log.error(failureOf(failure), words);
  }
}
