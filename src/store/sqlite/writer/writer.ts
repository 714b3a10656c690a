import { parentPort } from "node:worker_threads";
import { failureOf, Mistake } from "../../../log/failure.ts";
import { StoreUnavailable, StoreUnusable } from "../../store.ts";
import { openWriter, type Writer } from "./open-writer.ts";
import type { WriterReply, WriterRequest } from "./protocol.ts";
import {
  explainSqliteError,
  mayPassSoon,
} from "../connection/sqlite-errors.ts";
import { unusable } from "../connection/unusable.ts";
import { FilesChanged } from "../connection/watched-files.ts";

/** The thread that owns the only writing connection; it does one request at a time. */
let opened: Writer | undefined;

function writer(): Writer {
  if (opened === undefined)
    throw new StoreUnavailable("The database is not open.");
  return opened;
}

async function answer(request: WriterRequest): Promise<WriterReply> {
  switch (request.kind) {
    case "open":
      if (opened) throw new Mistake("The database is open already.");
      opened = openWriter(request.file, request.busyTimeoutMs, {
        onFailure: (error) =>
          reply({ kind: "mistake", failure: failureOf(error) }),
        onFilesChanged: ({ message, canReopen }) =>
          reply({ kind: "files-changed", reason: message, canReopen }),
      });
      return { kind: "done" };
    case "record":
      return {
        kind: "recorded",
        ...writer().record(JSON.parse(request.events)),
      };
    case "write":
      return {
        kind: "written",
        result: await writer().write(request.name, request.input),
      };
    case "step":
      return {
        kind: "written",
        result: writer().step(request.name, request.input),
      };
    case "check":
      writer().check();
      return { kind: "done" };
    case "prepare-to-reopen":
      writer().prepareToReopen();
      return { kind: "done" };
    case "close":
      opened?.close();
      opened = undefined;
      return { kind: "done" };
  }
}

function failed(error: unknown, request: WriterRequest): WriterReply {
  if (request.kind === "open") {
    const known = unusable(request.file, error);
    const mayPass = mayPassSoon(error);
    if (known instanceof StoreUnusable)
      return { kind: "unusable", reason: known.message, mayPass };
  }
  const reason =
    error instanceof StoreUnavailable
      ? error.message
      : explainSqliteError(error);
  if (reason === undefined)
    return { kind: "failed", failure: failureOf(error) };
  return error instanceof FilesChanged
    ? { kind: "unavailable", reason, canReopen: error.canReopen }
    : { kind: "unavailable", reason };
}

function reply(message: WriterReply): void {
  parentPort?.postMessage(message);
}

async function serve(request: WriterRequest): Promise<void> {
  let message: WriterReply;
  try {
    message = await answer(request);
  } catch (error) {
    message = failed(error, request);
  }
  reply(message);
  opened?.tidy();
}

/** The request before. An error that it doesn't answer ends the thread. */
let latest: Promise<void> = Promise.resolve();

parentPort?.on("message", (request: WriterRequest) => {
  latest = latest.then(() => serve(request));
});
