import { expect, test } from "bun:test";
import { exportStream } from "../../src/messages/export-stream.ts";
import { startServer } from "../support/start-server.ts";

test("an export reads no further than it is taken, and stops when nobody takes it", async () => {
  await using server = await startServer();
  for (let index = 0; index < 450; index++) await server.twilio.post();
  let steps = 0;
  const stream = exportStream(server.store, [], "jsonl", () => steps++);
  const reader = stream.getReader();
  expect(steps).toBe(0);
  const first = await reader.read();
  await reader.read();
  await server.twilio.post();
  expect(steps).toBe(2);
  expect(new TextDecoder().decode(first.value).split("\n")).toHaveLength(101);
  await reader.cancel();
  expect(await reader.read()).toEqual({ done: true, value: undefined });
  expect(steps).toBe(2);
});

test("messages that come while an export runs are not in it", async () => {
  await using server = await startServer();
  for (let index = 0; index < 250; index++) await server.twilio.post();
  const stream = exportStream(server.store, [], "jsonl", () => undefined);
  const reader = stream.getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
    await server.twilio.post();
  }
  const lines = text.trimEnd().split("\n");
  expect(lines).toHaveLength(250);
  expect(new Set(lines).size).toBe(250);
});
