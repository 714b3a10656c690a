import { expect, test } from "bun:test";
import { textStream } from "../../src/exports/text-stream.ts";
import { createTurns } from "../../src/time/turns.ts";
import { messagesExport } from "../../src/messages/messages-export.ts";
import { startServer } from "../support/start-server.ts";
import { nextTurn } from "./download-server.ts";

test("an export reads only as far as it is consumed, and stops when nobody consumes it", async () => {
  await using server = await startServer();
  for (let index = 0; index < 120; index++) await server.twilio.post();
  const { stream, steps } = counted(messagesExport(server.store, [], "jsonl"));
  const reader = stream.getReader();
  expect(steps()).toBe(0);
  const first = await reader.read();
  await reader.read();
  await server.twilio.post();
  expect(steps()).toBe(2);
  expect(new TextDecoder().decode(first.value).split("\n")).toHaveLength(26);
  await reader.cancel();
  expect(await reader.read()).toEqual({ done: true, value: undefined });
  expect(steps()).toBe(2);
});

test("messages that arrive during an export aren't in it", async () => {
  await using server = await startServer();
  for (let index = 0; index < 250; index++) await server.twilio.post();
  const { stream } = counted(messagesExport(server.store, [], "jsonl"));
  let text = "";
  for await (const bytes of stream) {
    text += new TextDecoder().decode(bytes);
    await server.twilio.post();
  }
  const lines = text.trimEnd().split("\n");
  expect(lines).toHaveLength(250);
  expect(new Set(lines).size).toBe(250);
});

test("empty pieces are skipped, each after its own turn", async () => {
  const { stream, steps, ends } = counted(piecesOf("", "a", "", "", "b", ""));
  expect(await new Response(stream).text()).toBe("ab");
  expect(steps()).toBe(7);
  expect(ends).toEqual([{ isWhole: true }]);
});

test("a reader who cancels while all pieces are empty stops the stream after the current piece", async () => {
  const { stream, steps, ends } = counted(emptyPieces());
  const reader = stream.getReader();
  const reading = reader.read();
  while (steps() < 20) await nextTurn();
  await reader.cancel();
  expect(await reading).toEqual({ done: true, value: undefined });
  const atCancel = steps();
  for (let turn = 0; turn < 20; turn++) await nextTurn();
  expect(steps()).toBe(atCancel);
  expect(ends).toEqual([{ isWhole: false }]);
});

test("a reader who cancels doesn't wait for a piece that never comes", async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { stream, ends } = counted(stuckPieces(begin));
  const reader = stream.getReader();
  const reading = reader.read();
  await begun;
  await reader.cancel();
  await reading;
  expect(ends).toEqual([{ isWhole: false }]);
});

test("a piece that can't be produced is an error, not an end", async () => {
  const failure = new Error("the store is away");
  const { stream, ends } = counted(piecesThenFailure(failure));
  const reader = stream.getReader();
  expect((await reader.read()).done).toBe(false);
  expect(await reader.read().catch((error: unknown) => error)).toBe(failure);
  expect(ends).toEqual([{ isWhole: false, failure }]);
});

test("in each turn of the event loop one waiter continues, in the order in which they arrived", async () => {
  const nextInLine = createTurns();
  const order: number[] = [];
  const takeTurns = async (name: number): Promise<void> => {
    for (let round = 0; round < 5; round++) {
      await nextInLine();
      order.push(name);
    }
  };
  const all = Promise.all(
    Array.from({ length: 10 }, (_, name) => takeTurns(name)),
  );
  while (order.length < 50) {
    const before = order.length;
    await nextTurn();
    expect(order.length - before).toBeLessThanOrEqual(1);
  }
  await all;
  expect(order).toEqual(Array.from({ length: 50 }, (_, step) => step % 10));
});

/** Wraps a stream to count its steps and record its end. */
function counted(pieces: AsyncGenerator<string, void>) {
  let steps = 0;
  const ends: object[] = [];
  const stream = textStream(pieces, {
    async step(make) {
      steps++;
      await nextTurn();
      return make();
    },
    onEnd: (end) => void ends.push(end),
  });
  return { stream, ends, steps: () => steps };
}

async function* piecesOf(...pieces: string[]): AsyncGenerator<string, void> {
  yield* pieces;
}

async function* emptyPieces(): AsyncGenerator<string, void> {
  for (;;) yield "";
}

async function* stuckPieces(begin: () => void): AsyncGenerator<string, void> {
  begin();
  await new Promise(() => undefined);
  yield "never";
}

async function* piecesThenFailure(
  failure: Error,
): AsyncGenerator<string, void> {
  yield "a";
  throw failure;
}
