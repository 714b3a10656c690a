import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { listenTo } from "../live/live-client.ts";
import { lockDatabase } from "../support/locked-database.ts";
import { tempDir } from "../support/temp-dir.ts";
import { AUTH_TOKEN, twilioClient } from "../support/twilio-client.ts";
import { FROM_SOURCE, run, start } from "./program.ts";

const serve = (databaseUrl: string) =>
  start(FROM_SOURCE, ["serve"], {
    env: {
      PORT: "0",
      SIGN_IN: "none",
      DATABASE_URL: databaseUrl,
      TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
    },
  });

/** A connection that has sent `text` and is left as it is. */
async function connectTo(origin: string, text: string): Promise<Socket> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.once("connect", resolve));
  if (text !== "") socket.write(text);
  await Bun.sleep(50);
  return socket;
}

test("an idle server stops at once, also with a connection that is kept open", async () => {
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
  expect(performance.now() - before).toBeLessThan(2_000);
  expect(server.output()).toContain('"msg":"stopped"');
  idle.destroy();
  silent.destroy();
});

test("live streams are ended first, so that it need not wait for them, and are counted in the log", async () => {
  using folder = tempDir();
  await using server = await serve(join(folder.path, "smsledger.db"));
  const url = `${server.origin}/live`;
  await using first = await listenTo(url);
  await using second = await listenTo(url);
  await using third = await listenTo(url);
  const before = performance.now();
  server.kill("SIGTERM");
  expect(await server.ended()).toBe(0);
  expect(performance.now() - before).toBeLessThan(2_000);
  for (const stream of [first, second, third])
    expect(await stream.next()).toBeUndefined();
  expect(server.output()).toContain('"msg":"stopping: closed 3 live streams"');
});

test("a callback in flight is committed and answered before the end", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await using server = await serve(file);
  const lock = lockDatabase(file);
  const answer = twilioClient(server.origin).post({ MessageStatus: "sent" });
  await Bun.sleep(300);
  server.kill("SIGTERM");
  await Bun.sleep(700);
  lock.run("ROLLBACK");
  lock.close();
  expect(await (await answer).json()).toEqual({ success: true, processed: 1 });
  expect(await server.ended()).toBe(0);
  const { stdout } = await run(FROM_SOURCE, ["export", "--database-url", file]);
  expect(JSON.parse(stdout).status).toBe("sent");
});

test("stuck clients cannot keep it from stopping within ten seconds", async () => {
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
  await Bun.sleep(300);
  const before = performance.now();
  server.kill("SIGTERM");
  expect(await server.ended()).toBe(0);
  expect(performance.now() - before).toBeLessThan(10_000);
  for (const socket of [halfHeaders, halfBody, slowReader]) socket.destroy();
}, 20_000);

test("a database that stays locked cannot keep it either; then the status is 1", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await using server = await serve(file);
  const lock = lockDatabase(file);
  const answers = [1, 2, 3].map(async () => {
    await Bun.sleep(Math.random() * 200);
    return twilioClient(server.origin)
      .post({ MessageStatus: "sent" })
      .then((response) => response.status)
      .catch(() => 0);
  });
  await Bun.sleep(400);
  const before = performance.now();
  server.kill("SIGTERM");
  const status = await server.ended();
  expect(performance.now() - before).toBeLessThan(10_000);
  expect(await Promise.all(answers)).not.toContain(200);
  lock.close();
  expect(status).toBe(1);
}, 20_000);

test("a Ctrl-C that arrives twice, as through a package runner, cuts off nothing", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await using server = await serve(file);
  const lock = lockDatabase(file);
  const answer = twilioClient(server.origin).post({ MessageStatus: "sent" });
  await Bun.sleep(300);
  server.kill("SIGINT");
  server.kill("SIGINT");
  await Bun.sleep(300);
  server.kill("SIGTERM");
  lock.run("ROLLBACK");
  lock.close();
  expect(await (await answer).json()).toEqual({ success: true, processed: 1 });
  expect(await server.ended()).toBe(0);
});

test("a second signal ends it at once, when it comes later", async () => {
  using folder = tempDir();
  await using server = await serve(join(folder.path, "smsledger.db"));
  const stuck = await connectTo(server.origin, "GET /livez HTTP/1.1\r\nHos");
  server.kill("SIGTERM");
  await Bun.sleep(1_300);
  const before = performance.now();
  server.kill("SIGTERM");
  expect(await server.ended()).toBe(1);
  expect(performance.now() - before).toBeLessThan(1_000);
  stuck.destroy();
});

test("a closed terminal and SIGQUIT stop it as SIGTERM does", async () => {
  using folder = tempDir();
  for (const signal of ["SIGHUP", "SIGQUIT"] as const) {
    await using server = await serve(join(folder.path, "smsledger.db"));
    server.kill(signal);
    expect([signal, await server.ended()]).toEqual([signal, 0]);
    expect(server.output()).toContain('"msg":"stopped"');
  }
});

test("SIGUSR1, SIGUSR2, and under nohup SIGHUP, mean nothing to it", async () => {
  using folder = tempDir();
  await using server = await start(["nohup", ...FROM_SOURCE], ["serve"], {
    env: {
      PORT: "0",
      SIGN_IN: "none",
      DATABASE_URL: join(folder.path, "smsledger.db"),
    },
  });
  for (const signal of ["SIGUSR1", "SIGUSR2", "SIGHUP"] as const) {
    server.kill(signal);
    await Bun.sleep(100);
    expect((await fetch(`${server.origin}/livez`)).status).toBe(200);
  }
  server.kill("SIGTERM");
  expect(await server.ended()).toBe(0);
});

/** As npx does: a shell in between, and no signal passed on. */
const RUNNER = `
  const child = Bun.spawn(["sh", "-c", "'bun' run start; true"], {
    stdout: "inherit", stderr: "inherit",
  });
  await child.exited;
`;

test.skipIf(process.platform !== "linux")(
  "it stops by itself when the package runner that started it is killed",
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
      // Ends with its last process, which has the output open.
      await server.ended();
      expect(server.output()).toContain(
        "stopping: answering what is in flight",
      );
      expect(server.output()).toContain('"msg":"stopped"');
    }
  },
  30_000,
);
