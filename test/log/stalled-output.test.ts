import { afterEach, beforeEach, expect, test } from "bun:test";
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { FROM_SOURCE } from "../cli/program.ts";
import { until } from "../support/until.ts";
import { tempDir } from "../support/temp-dir.ts";
import { AUTH_TOKEN, twilioClient } from "../support/twilio-client.ts";

let folder: ReturnType<typeof tempDir>;
beforeEach(() => {
  folder = tempDir();
});
afterEach(() => folder[Symbol.dispose]());

/** A pipe that has no room left. */
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
  // As a shell opens it: the server's descriptor waits.
  return { reader, writer: openSync(pipe, constants.O_WRONLY) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string")
    throw new Error("No port.");
  return address.port;
}

/** Starts the real program with this standard output, and waits until it answers. */
async function startWith(stdout: number, signIn = "none") {
  const port = await freePort();
  const child = Bun.spawn([...FROM_SOURCE, "serve"], {
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
  while (child.exitCode === null) {
    const answer = await fetch(`${origin}/livez`).catch(() => undefined);
    if (answer?.status === 200) break;
    await Bun.sleep(20);
  }
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

/** Recorded, refused and unknown requests are answered as ever, each of which is logged. */
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

async function linesLost({ origin }: Started): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  return Number(/^smsledger_log_lines_lost_total (\d+)$/m.exec(text)?.[1]);
}

test("with a full disk behind the log the server starts, answers as ever, counts what is lost, and stops", async () => {
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

test("with a log that nobody reads the server starts, answers as ever, and stops", async () => {
  const { reader, writer } = fullPipe();
  await using server = await startWith(writer);
  closeSync(writer);
  await expectAnswers(server);
  expect(await linesLost(server)).toBe(0);
  expect(await server.stop()).toBe(0);
  expect(await server.stderr).toBe("");
  closeSync(reader);
});

test("lines that waited for a reader come once somebody reads", async () => {
  const { reader, writer } = fullPipe();
  await using server = await startWith(writer);
  closeSync(writer);
  await expectAnswers(server);
  let text = "";
  const chunk = Buffer.alloc(65_536);
  while (!/listening on .*(?:\n.*)*refused/.test(text)) {
    try {
      text += chunk.toString("utf8", 0, readSync(reader, chunk));
    } catch {
      await Bun.sleep(10);
    }
  }
  expect(await server.stop()).toBe(0);
  closeSync(reader);
});

test("with a log whose reader is gone the server answers as ever, and stops", async () => {
  const { reader, writer } = fullPipe();
  await using server = await startWith(writer);
  closeSync(writer);
  closeSync(reader);
  await expectAnswers(server);
  await until(async () => expect(await linesLost(server)).toBeGreaterThan(0));
  expect(await server.stop()).toBe(0);
  expect(await server.stderr).toBe("");
});
