import { failureOf } from "../log/failure.ts";
import type { Pace } from "../exports/pace.ts";
import type { Log } from "../log/log.ts";
import type { Outbound } from "../outbound/outbound.ts";
import type { Endpoint } from "../store/endpoints.ts";
import {
  channelTarget,
  endpointTarget,
  type OutboxSaved,
  type Target,
} from "../store/outbox.ts";
import { StoreUnavailable } from "../store/store.ts";
import { createTurns } from "../time/turns.ts";
import type { Stores } from "../store/stores.ts";
import { ChannelLane, type SendNotices } from "./channel-lane.ts";
import type { Changes } from "./changes.ts";
import type { Clock } from "./clock.ts";
import { EndpointLane } from "./endpoint-lane.ts";
import { FeedPages } from "./feed-pages.ts";
import type { Lane, LaneDeps } from "./lane.ts";
import { UnreadableFilter } from "./wanted.ts";
import type { Random } from "./schedule.ts";
import { Saver } from "./saver.ts";

/** How often the end of the feed and the endpoints are read while there is an active one, */
const POLL_MS = 100;
/** and while there is none. */
const IDLE_POLL_MS = 1_000;
/** How often a server that couldn't reach the database asks to forward again. */
const AGAIN_MS = 1_000;
/** Attempts after which no more of them go into one save. */
const LOGGED_MAX = 64;
const TIDY_EVERY_MS = 3_600_000;
/** How long a stopping server waits for responses. */
const LAST_RESPONSES_MS = 2_000;
const STOPPED_BY = { actor: "server", address: null };

export type WorkerDeps = {
  readonly store: Pick<
    Stores,
    | "alertChannels"
    | "endpoints"
    | "eventsWithMessages"
    | "feedEnd"
    | "feedStart"
    | "feedWithMessages"
    | "matcher"
    | "messageBySid"
    | "outbox"
    | "suppressions"
    | "timeline"
  > & { readonly upkeep: Pick<Stores["upkeep"], "exclusively"> };
  readonly outbound: Pick<Outbound, "send">;
  readonly sendNotices: SendNotices;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted when the server is about to stop. */
  readonly stopping: AbortSignal;
  readonly pollMs?: number;
  /** Rests between readings, which tests that step through time don't. */
  readonly pace?: Pick<Pace, "step">;
  /** Resolves in another turn of the event loop, unless a test is the only one that waits. */
  readonly turn?: () => Promise<void>;
  /** How long the worker rests after a save. */
  readonly restMs?: number;
};

/**
 * Forwards events and sends notices until the server stops. Only one server with a database
 * does, another one when it can't reach the database. Resolves when everything that was sent
 * is saved.
 */
export async function forward(deps: WorkerDeps): Promise<void> {
  const { store, stopping, clock } = deps;
  while (!stopping.aborted) {
    try {
      await store.upkeep.exclusively(
        "forwarding",
        (held) => new Worker({ ...deps, stopping: held }).run(),
        stopping,
      );
    } catch (error) {
      if (stopping.aborted) return;
      if (!(error instanceof StoreUnavailable)) throw error;
      await clock.wait(AGAIN_MS, stopping);
    }
  }
}

class Worker {
  readonly #deps: WorkerDeps;
  readonly #laneDeps: LaneDeps;
  readonly #pages: FeedPages;
  readonly #saver: Saver;
  readonly #endpoints = new Map<number, EndpointLane>();
  readonly #channels = new Map<number, ChannelLane>();
  readonly #ending = new Set<EndpointLane | ChannelLane>();
  readonly #failing = new WeakSet<EndpointLane | ChannelLane>();
  /** Endpoints whose filters this version can't read, by id, with the revision that was logged. */
  readonly #unreadable = new Map<number, number>();
  #tidiedAt = -Infinity;

  constructor(deps: WorkerDeps) {
    const { store, clock, random, log, stopping, turn = createTurns() } = deps;
    this.#deps = deps;
    this.#pages = new FeedPages(store, clock.elapsed, deps.pace);
    this.#saver = new Saver({
      outbox: store.outbox,
      clock,
      log,
      stopping,
      restMs: deps.restMs,
      take: () => this.#takeChanges(),
      onSaved: (saved) => this.#onSaved(saved),
    });
    this.#laneDeps = {
      clock,
      random,
      log,
      onChange: () => void this.#saver.save(),
      isHalted: () => this.#saver.isHalted,
      turn,
    };
  }

  async run(): Promise<void> {
    const { clock, stopping, log, pollMs = POLL_MS } = this.#deps;
    let isFailing = false;
    while (!stopping.aborted) {
      try {
        await this.#turn();
        isFailing = false;
      } catch (error) {
        if (!(error instanceof StoreUnavailable) && !isFailing)
          log.error(failureOf(error), "forwarding failed; it is tried again");
        isFailing = true;
      }
      const isIdle = this.#lanes().length === 0;
      await clock.wait(
        isIdle ? Math.max(IDLE_POLL_MS, pollMs) : pollMs,
        stopping,
      );
    }
    await this.#stop();
  }

  #lanes() {
    return [...this.#endpoints.values(), ...this.#channels.values()].map(
      ({ lane }) => lane,
    );
  }

  /** Of all lanes, but with the logs of only some, unless they can't wait. */
  #takeChanges(): Changes[] {
    const all: Changes[] = [];
    let room = LOGGED_MAX;
    for (const lane of this.#lanes()) {
      const changes = lane.takeChanges(room > 0);
      if (changes === undefined) continue;
      all.push(changes);
      room -= changes.attempts.length;
    }
    return all;
  }

  async #turn(): Promise<void> {
    await this.#renewEndpoints();
    await this.#renewChannels();
    await this.#tidy();
    if (this.#endpoints.size > 0) {
      const end = await this.#deps.store.feedEnd();
      await this.#renewResends();
      for (const lane of this.#endpoints.values())
        this.#watch(lane, lane.work(end));
    }
    for (const lane of this.#channels.values()) this.#watch(lane, lane.work());
    void this.#saver.save();
  }

  /** What can't be read now is read in the next turn. A lane that keeps failing is logged once. */
  #watch(lane: EndpointLane | ChannelLane, work: Promise<void>): void {
    work.then(
      () => this.#failing.delete(lane),
      (error: unknown) => {
        if (error instanceof StoreUnavailable || this.#failing.has(lane))
          return;
        this.#failing.add(lane);
        this.#deps.log.error(
          failureOf(error),
          "forwarding failed; it is tried again",
        );
      },
    );
  }

  /** Starts lanes of endpoints that are active, and ends those of others. A changed one gets another. */
  async #renewEndpoints(): Promise<void> {
    const { store } = this.#deps;
    const active = (await store.endpoints.list()).filter(
      ({ state }) => state === "active",
    );
    const current = new Map(active.map((each) => [each.id, each.revision]));
    for (const [id, lane] of this.#endpoints)
      if (current.get(id) !== lane.revision) this.#end(this.#endpoints, id);
    for (const { id, revision } of active)
      if (!this.#endpoints.has(id) && this.#unreadable.get(id) !== revision)
        await this.#startEndpoint(id);
  }

  async #startEndpoint(id: number): Promise<void> {
    const { store, outbound, log } = this.#deps;
    const [saved] = await store.outbox.progressOf([endpointTarget(id)]);
    const secrets = await store.endpoints.secretsOf(id);
    const endpoint = await store.endpoints.byId(id);
    if (!isActive(endpoint) || !saved || !secrets) return;
    const pages = this.#pages;
    const deps = { ...this.#laneDeps, store, outbound, pages };
    try {
      this.#endpoints.set(id, new EndpointLane(deps, endpoint, secrets, saved));
      this.#unreadable.delete(id);
    } catch (error) {
      if (!(error instanceof UnreadableFilter)) throw error;
      this.#unreadable.set(id, endpoint.revision);
      log.error(error.message);
    }
  }

  async #renewChannels(): Promise<void> {
    const { store, sendNotices } = this.#deps;
    const on = (await store.alertChannels.list()).filter(({ isOn }) => isOn);
    const ids = new Set(on.map(({ id }) => id));
    for (const id of this.#channels.keys())
      if (!ids.has(id)) this.#end(this.#channels, id);
    for (const id of ids) {
      if (this.#channels.has(id)) continue;
      const [saved] = await store.outbox.progressOf([channelTarget(id)]);
      if (!saved) continue;
      const deps = { ...this.#laneDeps, outbox: store.outbox, sendNotices };
      this.#channels.set(id, new ChannelLane(deps, id, saved));
    }
  }

  /**
   * Ends a lane. It stays until what is under way is done and saved, so that another one of
   * the same target continues exactly there.
   */
  #end<Id>(lanes: Map<Id, EndpointLane | ChannelLane>, id: Id): void {
    const ended = lanes.get(id);
    if (ended === undefined || this.#ending.has(ended)) return;
    this.#ending.add(ended);
    ended.lane.close();
    void this.#settle(ended.lane).then(() => {
      lanes.delete(id);
      this.#ending.delete(ended);
    });
  }

  async #settle(lane: Lane): Promise<void> {
    await lane.settle();
    do await this.#saver.save();
    while (lane.isUnsaved && !this.#deps.stopping.aborted);
  }

  async #renewResends(): Promise<void> {
    const { store, clock } = this.#deps;
    const running = Map.groupBy(
      await store.outbox.runningResends(),
      ({ target }) => target,
    );
    for (const [id, lane] of this.#endpoints) {
      const done = lane.resend(running.get(endpointTarget(id)) ?? []);
      const by = { ...STOPPED_BY, at: clock.now() };
      for (const resend of done)
        await store.outbox.endResend(resend.id, "done", by, "");
    }
  }

  #onSaved({ releasing }: OutboxSaved): void {
    const more = new Set<Target>(releasing);
    for (const lane of this.#lanes()) {
      lane.saved(more.has(lane.target));
      lane.pump();
    }
    for (const lane of this.#endpoints.values()) lane.goOn();
  }

  async #tidy(): Promise<void> {
    const { clock, store } = this.#deps;
    if (clock.elapsed() - this.#tidiedAt < TIDY_EVERY_MS) return;
    await store.outbox.tidy(clock.now());
    this.#tidiedAt = clock.elapsed();
  }

  async #stop(): Promise<void> {
    const lanes = this.#lanes();
    for (const lane of lanes) lane.close();
    const settled = Promise.all(lanes.map((lane) => lane.settle()));
    // The server's own time: the signal is aborted already.
    const timer = setTimeout(() => {
      for (const lane of lanes) lane.abort();
    }, LAST_RESPONSES_MS);
    await settled;
    clearTimeout(timer);
    await this.#saver.save();
    // One that was under way may not have taken everything.
    await this.#saver.save();
  }
}

function isActive(endpoint: Endpoint | undefined): endpoint is Endpoint {
  return endpoint?.state === "active";
}
