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

test("a server that can record is ready: status 0 and no output", async () => {
  using folder = tempDir();
  await using server = await serve(folder.path);
  const { port } = new URL(server.origin);
  expect(await check(port)).toEqual({ status: 0, stdout: "", stderr: "" });
});

test("a server that listens on all addresses is checked on loopback", async () => {
  using folder = tempDir();
  await using server = await serve(folder.path);
  const { port } = new URL(server.origin);
  const { status } = await check(port, { HOST: "0.0.0.0" });
  expect(status).toBe(0);
});

test("a proxy in the environment isn't used", async () => {
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

test("a server that can't record isn't ready, and its reason is reported", async () => {
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

test("if nothing listens, a line says so", async () => {
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

test("another program's response doesn't count as ready and isn't repeated", async () => {
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

test("no response within 5 s isn't ready", async () => {
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

test("port 0 doesn't say which port to check", async () => {
  const { status, stderr } = await check("0");
  expect(status).toBe(2);
  expect(stderr).toContain("PORT: is 0");
});
