import { expect, test } from "bun:test";
import { ProgressBoard } from "../../src/exports/progress.ts";
import { eventOf } from "../store/events.ts";
import { nextTurn, startDownloadServer } from "./download-server.ts";

test("a page shows its export's progress and completion", async () => {
  await using server = await startDownloadServer();
  for (let index = 0; index < 60; index++)
    await server.store.recordEvent(eventOf({}));
  const asked = async (id: string): Promise<string> => {
    const answer = await server.get(`/messages/export-progress?id=${id}`);
    return textOf(await answer.text());
  };
  expect(await asked("one")).toBe("Exporting");
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  server.beforeReading(() =>
    server.readings() > 2 ? opened : Promise.resolve(),
  );
  const answer = await server.get("/messages.jsonl?progress=one");
  while (server.readings() < 3) await nextTurn();
  expect(await asked("one")).toBe("Exporting: 50 messages so far");
  open();
  expect((await answer.text()).trimEnd().split("\n")).toHaveLength(60);
  expect(await asked("one")).toBe("Export complete: 60 messages");
});

test("a page shows that an export was cut off, was refused or never started", async () => {
  await using server = await startDownloadServer();
  await server.store.recordEvent(eventOf({}));
  const asked = async (query: string): Promise<string> => {
    const answer = await server.get(`/messages/export-progress?${query}`);
    return textOf(await answer.text());
  };
  server.beforeReading(() => Promise.reject(new Error("away")));
  const failing = await server.get("/messages.csv?progress=cut");
  await failing.text().catch(() => undefined);
  expect(await asked("id=cut")).toStartWith(
    "The export stopped after 0 messages",
  );

  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  server.beforeReading(() => opened);
  const running = await Promise.all(
    Array.from({ length: 10 }, () => server.get("/messages.csv")),
  );
  await server.get("/messages.csv?progress=full");
  expect(await asked("id=full")).toStartWith(
    "Not exported: the maximum number of exports is already running. Try",
  );
  open();
  for (const each of running) await each.text();

  expect(await asked("id=never&asked=20")).toStartWith(
    "The export didn’t start. Try again.",
  );
  const damaged = await server.get("/messages/export-progress?id=%3Cscript%3E");
  expect(damaged.status).toBe(204);
});

test("finished downloads are forgotten, the oldest first, and running ones never", () => {
  const board = new ProgressBoard();
  board.begin("running");
  for (let index = 0; index < 100; index++)
    board.begin(String(index)).state = "whole";
  expect(board.of("running")).toEqual({ records: 0, state: "running" });
  expect(board.of("0")).toBeUndefined();
  expect(board.of("99")).toEqual({ records: 0, state: "whole" });
});

/** Returns the text of some HTML. */
function textOf(html: string): string {
  return html.replaceAll(/<[^>]*>/g, "").replaceAll(/\s+/g, " ");
}
