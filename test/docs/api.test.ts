import { expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROGRAM } from "../cli/program.ts";
import { apiRoutesOf } from "../support/route-list.ts";
import { startServer } from "../support/start-server.ts";
import { tempDir } from "../support/temp-dir.ts";

const document = await Bun.file(
  new URL("../../docs/api.md", import.meta.url),
).text();

/** Stops at the first command that fails, and ends each response with a line break. */
const PREAMBLE = `set -eu
curl() { command curl -sS --fail-with-body -w '\\n' "$@"; }
`;

test("the examples in api.md run as written", async () => {
  const [, script = ""] =
    /<!-- This block is run by .*? -->\n+```sh\n([\s\S]*?)```/.exec(document) ??
    [];
  expect(script).toContain("smsledger token add");
  await using server = await startServer();
  using folder = tempDir();
  const program = join(folder.path, "smsledger");
  writeFileSync(
    program,
    `#!/bin/sh\nexec ${PROGRAM.map((part) => `'${part}'`).join(" ")} "$@"\n`,
  );
  chmodSync(program, 0o700);
  const MessageSid = "SM0123456789abcdef0123456789abcdef";
  await server.twilio.post({ MessageSid, MessageStatus: "failed" });

  const child = Bun.spawn(
    [
      "sh",
      "-c",
      PREAMBLE + script.replaceAll("http://127.0.0.1:3000", server.origin),
    ],
    {
      env: {
        PATH: `${folder.path}:${process.env["PATH"]}`,
        DATABASE_URL: server.config.databaseUrl,
      },
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  // The feed request waits for an event.
  const posting = setInterval(() => void server.twilio.post(), 300);
  const [output, errors, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  clearInterval(posting);
  expect([status, errors]).toEqual([0, expect.not.stringContaining("curl:")]);
  const answers = output
    .split("\n")
    .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
  const [messages, message, events, stats, codes] = answers;
  expect(answers).toHaveLength(5);
  expect(messages.data[0].messageSid).toBe(MessageSid);
  expect(message.data.events).toHaveLength(1);
  expect(events.data.length).toBeGreaterThan(0);
  expect(events.data[0].id).toBeGreaterThan(1);
  expect(stats.data.failed).toBe(1);
  expect(codes.codes).toBe(0);
  expect(output).toContain("dashboard  masked numbers");
  expect(await server.store.apiTokens.list()).toEqual([]);
});

test("api.md names every address of the API and its parameters", async () => {
  await using server = await startServer();
  for (const { path, operation } of apiRoutesOf(server.routes)) {
    const address = path.replace(":sid", "SM…");
    const named = [`\`${address}`, `\`${operation.method} ${address}\``];
    const line = document
      .split("\n")
      .find((each) => named.some((name) => each.includes(name)));
    expect([path, line]).not.toEqual([path, undefined]);
    for (const name of Object.keys(operation.query.properties))
      expect([path, name, line?.includes(name)]).toEqual([path, name, true]);
  }
});
