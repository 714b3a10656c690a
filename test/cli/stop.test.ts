import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { listenTo } from "../live/live-client.ts";
import { lockDatabase } from "../support/locked-database.ts";
import { metricOf } from "../support/metrics.ts";
import { tempDir } from "../support/temp-dir.ts";
import { AUTH_TOKEN, twilioClient } from "../support/twilio-client.ts";
import { until } from "../support/until.ts";
import { FROM_SOURCE, PROGRAM, run, start } from "./program.ts";

const serve = (databaseUrl: string) =>
  start(PROGRAM, ["serve"], {
    env: {
      PORT: "0",
      SIGN_IN: "none",
      DATABASE_URL: databaseUrl,
      TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
    },
  });

/** Opens a connection that sends `text` and stays open. */
async function connectTo(origin: string, text: string): Promise<Socket> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.once("connect", resolve));
  if (text !== "") socket.write(text);
  // The server reads in order of arrival.
  await fetch(`${origin}/livez`);
  return socket;
}

/** Waits until callbacks wait for the disk. */
async function queued(origin: string, callbacks: number): Promise<void> {
  await until(async () =>
    expect(await metricOf(origin, "smsledger_write_queue_events")).toBe(
      callbacks,
    ),
  );
}

/** Waits until the server has received a signal to stop. */
async function stopping(server: { output(): string }): Promise<void> {
  await until(() => server.output().includes("stopping: "));
}

/** How long a server waits for its clients. */
const STOP_WAIT_MS = 5_000;

test("an idle server stops at once, even if connections are kept open", async () => {
  using folder = tempDir();
  await using server = await serve(join(folder.path, "smsledger.db"));
  const idle = await connectTo(
    server.origin,
    "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
  );
  const silent = await connectTo(server.origin, "");
  const before = performance.now();
  server.kill("SIGTERM");
  expect(await server.ended()).toBe(0);
  expect(performance.now() - before).toBeLessThan(STOP_WAIT_MS);
  expect(server.output()).toContain('"msg":"stopped"');
  idle.destroy();
  silent.destroy();
});

test("live streams are closed first, so the server doesn't wait for them, and the log counts them", async () => {
  using folder = tempDir();
  await using server = await serve(join(folder.path, "smsledger.db"));
  const url = `${server.origin}/live`;
  await using first = await listenTo(url);
  await using second = await listenTo(url);
  await using third = await listenTo(url);
  const before = performance.now();
  server.kill("SIGTERM");
  expect(await server.ended()).toBe(0);
  expect(performance.now() - before).toBeLessThan(STOP_WAIT_MS);
  for (const stream of [first, second, third])
    expect(await stream.next()).toBeUndefined();
  expect(server.output()).toContain('"msg":"stopping: closed 3 live streams"');
});

test("a callback that waits for the disk is committed and answered before the server ends", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await using server = await serve(file);
  const lock = lockDatabase(file);
  const answer = twilioClient(server.origin).post({ MessageStatus: "sent" });
  await queued(server.origin, 1);
  server.kill("SIGTERM");
  await stopping(server);
  lock.run("ROLLBACK");
  lock.close();
  expect(await (await answer).json()).toEqual({ success: true, processed: 1 });
  expect(await server.ended()).toBe(0);
  const { stdout } = await run(PROGRAM, ["export", "--database-url", file]);
  expect(JSON.parse(stdout).status).toBe("sent");
});

test("stuck clients can't keep it from stopping", async () => {
  using folder = tempDir();
  await using server = await serve(join(folder.path, "smsledger.db"));
  const path = "/api/rpc/webhooks/twilio/sms";
  const halfHeaders = await connectTo(
    server.origin,
    `POST ${path} HTTP/1.1\r\nHos`,
  );
  const halfBody = await connectTo(
    server.origin,
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
      "Content-Length: 100\r\n\r\nMessageSid=",
  );
  const slowReader = await connectTo(server.origin, "");
  slowReader.pause();
  slowReader.write(
    "GET /messages HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(2_000),
  );
  await fetch(`${server.origin}/livez`);
  server.kill("SIGTERM");
  expect(await server.ended()).toBe(0);
  for (const socket of [halfHeaders, halfBody, slowReader]) socket.destroy();
});

test("a database that stays locked can't either, and waiting callbacks aren't acknowledged", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await using server = await serve(file);
  const lock = lockDatabase(file);
  const answers = [1, 2, 3].map(() =>
    twilioClient(server.origin)
      .post({ MessageStatus: "sent" })
      .then((response) => response.status)
      .catch(() => 0),
  );
  await queued(server.origin, 3);
  server.kill("SIGTERM");
  const status = await server.ended();
  expect(await Promise.all(answers)).not.toContain(200);
  lock.close();
  // Writes may time out before the server's time to stop is over.
  const isCutOff = server.output().includes("the disk didn't answer in time");
  expect(status).toBe(isCutOff ? null : 0);
});

test("a Ctrl-C delivered twice, as by a package runner, cuts off nothing", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await using server = await serve(file);
  const lock = lockDatabase(file);
  const answer = twilioClient(server.origin).post({ MessageStatus: "sent" });
  await queued(server.origin, 1);
  for (const signal of ["SIGINT", "SIGINT", "SIGTERM"] as const)
    server.kill(signal);
  await stopping(server);
  lock.run("ROLLBACK");
  lock.close();
  expect(await (await answer).json()).toEqual({ success: true, processed: 1 });
  expect(await server.ended()).toBe(0);
});

test("a later second signal ends it at once", async () => {
  using folder = tempDir();
  await using server = await serve(join(folder.path, "smsledger.db"));
  const stuck = await connectTo(server.origin, "GET /livez HTTP/1.1\r\nHos");
  server.kill("SIGTERM");
  await stopping(server);
  // Time is the subject: for a second, a second signal is an echo of the first.
  await Bun.sleep(1_100);
  server.kill("SIGTERM");
  // Without it, the server would wait for the client and end with 0.
  expect(await server.ended()).toBeNull();
  stuck.destroy();
});

test("a closed terminal and SIGQUIT stop it like SIGTERM", async () => {
  using folder = tempDir();
  for (const signal of ["SIGHUP", "SIGQUIT"] as const) {
    await using server = await serve(join(folder.path, "smsledger.db"));
    server.kill(signal);
    expect([signal, await server.ended()]).toEqual([signal, 0]);
    expect(server.output()).toContain('"msg":"stopped"');
  }
});

test("SIGUSR1, SIGUSR2 and, under nohup, SIGHUP are ignored", async () => {
  using folder = tempDir();
  await using server = await start(["nohup", ...PROGRAM], ["serve"], {
    env: {
      PORT: "0",
      SIGN_IN: "none",
      DATABASE_URL: join(folder.path, "smsledger.db"),
    },
  });
  for (const signal of ["SIGUSR1", "SIGUSR2", "SIGHUP"] as const) {
    server.kill(signal);
    for (let request = 0; request < 3; request++)
      expect((await fetch(`${server.origin}/livez`)).status).toBe(200);
  }
  server.kill("SIGTERM");
  expect(await server.ended()).toBe(0);
  expect(server.output().match(/"reason":"\w+"/g)).toEqual([
    '"reason":"SIGTERM"',
  ]);
});

/** Like npx: a shell in between that doesn't forward signals. */
const RUNNER = `
  const child = Bun.spawn(["sh", "-c", "'bun' run start; true"], {
    stdout: "inherit", stderr: "inherit",
  });
  await child.exited;
`;

test.skipIf(process.platform !== "linux")(
  "it stops by itself if the package runner that started it is killed",
  async () => {
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      using folder = tempDir();
      const project = join(import.meta.dir, "../..");
      const scripts = {
        start: `cd ${project} && ${FROM_SOURCE.join(" ")} serve`,
      };
      writeFileSync(
        join(folder.path, "package.json"),
        JSON.stringify({ scripts }),
      );
      const runner = join(folder.path, "npx.ts");
      writeFileSync(runner, RUNNER);
      await using server = await start([process.execPath, runner], [], {
        cwd: folder.path,
        env: {
          PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`,
          PORT: "0",
          SIGN_IN: "none",
          DATABASE_URL: join(folder.path, "smsledger.db"),
        },
      });
      server.kill(signal);
      // Ends with its last process, which keeps the output open.
      await server.ended();
      expect(server.output()).toContain(
        "stopping: answering the requests in flight",
      );
      expect(server.output()).toContain('"msg":"stopped"');
    }
  },
);
