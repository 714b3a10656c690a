import { afterEach, beforeEach, expect, test } from "bun:test";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { LogOutput } from "../../src/log/output.ts";
import { until } from "../support/until.ts";
import { tempDir } from "../support/temp-dir.ts";

let folder: ReturnType<typeof tempDir>;
let reader: number;
let writer: number;
beforeEach(() => {
  folder = tempDir();
  const pipe = join(folder.path, "pipe");
  Bun.spawnSync(["mkfifo", pipe]);
  const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;
  reader = openSync(pipe, O_RDONLY | O_NONBLOCK);
  writer = openSync(pipe, O_WRONLY | O_NONBLOCK);
});
afterEach(() => {
  closeSync(reader);
  closeSync(writer);
  folder[Symbol.dispose]();
});

const reported = (lost: number): string => `lost ${lost}\n`;
const line = (index: number): string => `${index} ${"ü".repeat(50)}\n`;

/** Reads what is in the pipe now. */
function drained(): string {
  const chunks: Buffer[] = [];
  const chunk = Buffer.alloc(65_536);
  try {
    for (let bytes; (bytes = readSync(reader, chunk)) > 0;)
      chunks.push(Buffer.from(chunk.subarray(0, bytes)));
  } catch {
    // Nothing is left.
  }
  return Buffer.concat(chunks).toString();
}

test("lines for a slow reader wait, and those over the limit are counted and reported once it reads", async () => {
  const output = new LogOutput(writer, reported);
  const count = 10_000;
  for (let index = 0; index < count; index++) output.write(line(index));
  const { lost } = output;
  expect(lost).toBeGreaterThan(1_000);
  let text = "";
  await until(async () => {
    text += drained();
    expect(text).toEndWith(reported(lost));
  });
  output.write(line(count));
  text += drained();
  const kept = Array.from({ length: count - lost }, (_, index) => line(index));
  expect(text).toBe(kept.join("") + reported(lost) + line(count));
  expect(output.lost).toBe(lost);
});

test("a stopping server writes its last lines if somebody is reading, and otherwise doesn't wait", async () => {
  const output = new LogOutput(writer, reported);
  const lines = Array.from({ length: 2_000 }, (_, index) => line(index));
  for (const each of lines) output.write(each);
  let text = "";
  const reading = setInterval(() => (text += drained()), 1);
  await output.flush(30_000);
  clearInterval(reading);
  expect(text + drained()).toBe(lines.join(""));
  for (const each of lines) output.write(each);
  await output.flush(20);
  expect(output.lost).toBe(0);
});

test("lines that the disk has no room for are lost and counted; nothing is thrown", () => {
  const full = openSync("/dev/full", constants.O_WRONLY);
  const output = new LogOutput(full, reported);
  for (let index = 0; index < 137; index++) output.write(line(index));
  expect(output.lost).toBe(137);
  closeSync(full);
  // The descriptor now belongs to another file, as if the disk had space again.
  const file = join(folder.path, "log");
  const opened = [openSync(file, "w")];
  while (opened.at(-1) !== full && opened.length < 100)
    opened.push(openSync(file, "w"));
  expect(opened).toContain(full);
  output.write(line(138));
  expect(output.lost).toBe(137);
  for (const each of opened) closeSync(each);
  return expect(Bun.file(file).text()).resolves.toBe(line(138) + reported(137));
});
