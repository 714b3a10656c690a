import { afterEach, beforeEach, expect, test } from "bun:test";
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { PROGRAM } from "../cli/program.ts";
import { until } from "../support/until.ts";
import { freePort } from "../support/free-port.ts";
import { metricOf } from "../support/metrics.ts";
import { tempDir } from "../support/temp-dir.ts";
import { AUTH_TOKEN, twilioClient } from "../support/twilio-client.ts";

let folder: ReturnType<typeof tempDir>;
beforeEach(() => {
  folder = tempDir();
});
afterEach(() => folder[Symbol.dispose]());

/** Makes a full pipe. */
function fullPipe() {
  const pipe = join(folder.path, "pipe");
  Bun.spawnSync(["mkfifo", pipe]);
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const filler = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    for (;;) writeSync(filler, "x".repeat(4_096));
  } catch {
    // It is full.
  }
  closeSync(filler);
  // Opened like a shell does: the server's descriptor blocks.
  return { reader, writer: openSync(pipe, constants.O_WRONLY) };
}

/** Starts the real program with this standard output, and waits until it responds. */
async function startWith(stdout: number, signIn = "none") {
  const port = freePort();
  const child = Bun.spawn([...PROGRAM, "serve"], {
    env: {
      PATH: process.env["PATH"],
      TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
      DATABASE_URL: join(folder.path, "smsledger.db"),
      PORT: String(port),
      SIGN_IN: signIn,
      LOG_LEVEL: "debug",
    },
    stdin: "ignore",
    stdout,
    stderr: "pipe",
  });
  const stderr = new Response(child.stderr).text();
  const origin = `http://127.0.0.1:${port}`;
  await until(async () => {
    if (child.exitCode !== null) return true;
    return (await fetch(`${origin}/livez`)).status === 200;
  });
  return {
    origin,
    twilio: twilioClient(origin),
    stderr,
    async stop(): Promise<number> {
      child.kill("SIGTERM");
      return child.exited;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) child.kill("SIGKILL");
      await child.exited;
    },
  };
}

type Started = Awaited<ReturnType<typeof startWith>>;

/**
 * Expects the usual responses to recorded, refused and unknown requests; each one is
 * logged.
 */
async function expectAnswers({ origin, twilio }: Started): Promise<void> {
  for (let index = 0; index < 20; index++) {
    const recorded = await twilio.post();
    expect([recorded.status, await recorded.json()]).toEqual([
      200,
      { success: true, processed: 1 },
    ]);
    const refused = await twilio.post({}, { authToken: `wrong ${index}` });
    expect(refused.status).toBe(403);
    expect((await fetch(`${origin}/livez`)).status).toBe(200);
    expect((await fetch(`${origin}/readyz`)).status).toBe(200);
  }
}

function linesLost({ origin }: Started): Promise<number> {
  return metricOf(origin, "smsledger_log_lines_lost_total");
}

test("if the log's disk is full, the server starts, answers as usual, counts what is lost, and stops", async () => {
  for (const signIn of ["none", "password"]) {
    const full = openSync("/dev/full", "w");
    await using server = await startWith(full, signIn);
    closeSync(full);
    if (signIn === "none") {
      await expectAnswers(server);
      expect(await linesLost(server)).toBeGreaterThan(20);
    }
    expect(await server.stop()).toBe(0);
    expect(await server.stderr).toBe("");
  }
});

test("if nobody reads the log, the server starts, answers as usual, and stops", async () => {
  const { reader, writer } = fullPipe();
  await using server = await startWith(writer);
  closeSync(writer);
  await expectAnswers(server);
  expect(await linesLost(server)).toBe(0);
  expect(await server.stop()).toBe(0);
  expect(await server.stderr).toBe("");
  closeSync(reader);
});

test("lines that waited for a reader arrive once somebody reads", async () => {
  const { reader, writer } = fullPipe();
  await using server = await startWith(writer);
  closeSync(writer);
  await expectAnswers(server);
  let text = "";
  const chunk = Buffer.alloc(65_536);
  await until(() => {
    // Throws while there is nothing to read.
    text += chunk.toString("utf8", 0, readSync(reader, chunk));
    return /listening on .*(?:\n.*)*refused/.test(text);
  });
  expect(await server.stop()).toBe(0);
  closeSync(reader);
});

test("if the log's reader is gone, the server answers as usual, and stops", async () => {
  const { reader, writer } = fullPipe();
  await using server = await startWith(writer);
  closeSync(writer);
  closeSync(reader);
  await expectAnswers(server);
  await until(async () => expect(await linesLost(server)).toBeGreaterThan(0));
  expect(await server.stop()).toBe(0);
  expect(await server.stderr).toBe("");
});
