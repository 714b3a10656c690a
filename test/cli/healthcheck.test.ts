import { expect, test } from "bun:test";
import { rename } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { tempDir } from "../support/temp-dir.ts";
import { PROGRAM, run, start } from "./program.ts";

const check = (port: string, env: Record<string, string> = {}) =>
  run(PROGRAM, ["healthcheck"], { env: { PORT: port, ...env } });

async function serve(folder: string) {
  return start(PROGRAM, ["serve"], {
    env: { PORT: "0", DATABASE_URL: join(folder, "smsledger.db") },
  });
}

test("a server that records is ready: status 0 and not a word", async () => {
  using folder = tempDir();
  await using server = await serve(folder.path);
  const { port } = new URL(server.origin);
  expect(await check(port)).toEqual({ status: 0, stdout: "", stderr: "" });
});

test("a server on all addresses is asked by one of this machine's own", async () => {
  using folder = tempDir();
  await using server = await serve(folder.path);
  const { port } = new URL(server.origin);
  const { status } = await check(port, { HOST: "0.0.0.0" });
  expect(status).toBe(0);
});

test("a proxy in the environment is not asked", async () => {
  using folder = tempDir();
  await using server = await serve(folder.path);
  const { port } = new URL(server.origin);
  const proxy = "http://127.0.0.1:9";
  const { status } = await check(port, {
    HTTP_PROXY: proxy,
    http_proxy: proxy,
  });
  expect(status).toBe(0);
});

test("a server that cannot record is not ready, and its reason is told", async () => {
  using folder = tempDir();
  await using server = await serve(folder.path);
  const file = join(folder.path, "smsledger.db");
  await rename(file, `${file}.moved`);
  expect(await check(new URL(server.origin).port)).toEqual({
    status: 1,
    stdout: "",
    stderr:
      "Not ready: The database file was moved or deleted. Put it back, or restart the server.\n",
  });
});

test("where nothing listens, a line says so", async () => {
  const free = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response(),
  });
  const { port } = free;
  await free.stop(true);
  const { status, stderr } = await check(String(port));
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^Not ready: nothing listens on http:\/\/127.0.0.1:\d+\. .*\n$/,
  );
});

test("another program's answer is no readiness, and its words are not repeated", async () => {
  using other = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response("<b>injected</b>", { status: 404 }),
  });
  const { status, stderr } = await check(String(other.port));
  expect(status).toBe(1);
  expect(stderr).toContain("answered 404.");
  expect(stderr).not.toContain("injected");
});

test("no answer in 5 s is no readiness", async () => {
  const silent = createServer().listen(0, "127.0.0.1");
  const address = silent.address();
  if (address === null || typeof address === "string") throw new Error();
  const { status, stderr } = await check(String(address.port));
  silent.close();
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: "Not ready: no answer in 5 s.\n",
  });
});

test("a port of 0 does not say whom to ask", async () => {
  const { status, stderr } = await check("0");
  expect(status).toBe(2);
  expect(stderr).toContain("PORT: is 0");
});
