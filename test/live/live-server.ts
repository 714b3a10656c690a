import { Elysia } from "elysia";
import { join } from "node:path";
import { OpenStreams } from "../../src/account/open-streams.ts";
import { LiveHub } from "../../src/live/hub.ts";
import { liveHandler } from "../../src/routes/live.ts";
import { createLog } from "../../src/log/log.ts";
import { openStore } from "../support/open-store.ts";
import type { FeedPosition } from "../../src/store/feed-position.ts";
import { positionAfter } from "../store/positions.ts";
import { eventOf } from "../store/events.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";

type Limits = ConstructorParameters<typeof LiveHub>[1];

/**
 * Starts the event stream over a real store, on an otherwise empty server with limits short
 * enough for tests. Bun's idle timeout is a second by default.
 */
export async function startLive(limits: Limits = {}) {
  const folder = tempDir();
  const store = await openStore(join(folder.path, "smsledger.db"));
  let alerts = "none";
  let questions = 0;
  let answers = 0;
  const counting = {
    async feedEnd(): Promise<FeedPosition> {
      questions++;
      const end = await store.feedEnd();
      answers++;
      return end;
    },
    changesSince: (position: FeedPosition) => store.changesSince(position),
    furtherReports: (messageSid: string) => store.furtherReports(messageSid),
  };
  const stop = new AbortController();
  const hub = new LiveHub(
    {
      store: counting,
      alertsMark: async () => alerts,
      log: createLog("silent", "json"),
      stopping: stop.signal,
    },
    { pollMs: 50, ...limits },
  );
  const streams = new OpenStreams({
    accounts: store.accounts,
    now: Date.now,
  });
  const app = new Elysia()
    .get("/live", liveHandler(hub, streams))
    .listen({ hostname: "127.0.0.1", port: 0, idleTimeout: 1 });
  const url = `http://127.0.0.1:${app.server?.port}/live`;
  return {
    /** Adds a listener to the hub itself, without a connection. */
    listen: async (eventId: number, cutOff: () => void = () => undefined) =>
      hub.listen(
        { feed: await positionAfter(store, eventId), alerts },
        cutOff,
        () => streams.watch(new Request("http://127.0.0.1/live")),
      ),
    /** Resolves to the address of the stream after an event. */
    urlAfter: async (eventId: number) =>
      `${url}?after=${(await positionAfter(store, eventId)).text}`,
    url,
    cursorAfter: async (eventId: number) =>
      (await positionAfter(store, eventId)).text,
    /** How often the store was queried. */
    questions: () => questions,
    /** Waits until listeners have received earlier events: two more turns. */
    async turn(): Promise<void> {
      const before = answers;
      await until(() => answers >= before + 2);
    },
    stop: () => stop.abort(),
    /** Sets the mark of the open alerts. */
    raise(mark: string): void {
      alerts = mark;
    },
    store,
    /** Records an event. */
    record: (messageStatus: string) =>
      store.recordEvent(eventOf({ MessageStatus: messageStatus })),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await app.stop(true);
      await store.close();
      folder[Symbol.dispose]();
    },
  };
}
