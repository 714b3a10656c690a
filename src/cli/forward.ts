import { createNoticeSender } from "../alerts/channels/notice-sender.ts";
import type { Config } from "../config/config.ts";
import { systemClock } from "../forwarding/clock.ts";
import { forward } from "../forwarding/worker.ts";
import { createMailer } from "../mail/mailer.ts";
import type { Log } from "../log/log.ts";
import { createOutbound } from "../outbound/outbound.ts";
import type { Stores } from "../store/stores.ts";

/** What the work beside answering requests needs. */
export type Background = {
  readonly config: Config;
  readonly store: Stores;
  readonly log: Log;
  readonly version: string;
  /** Aborted when the server is about to stop. */
  readonly stopping: AbortSignal;
};

/** Forwards events to endpoints, and notices to their channels, until the server stops. */
export async function forwardAll(background: Background): Promise<void> {
  const { config, store, version } = background;
  const { mail, publicUrl } = config;
  const outbound = createOutbound({ allow: config.forwardAllow, version });
  const sender = createNoticeSender({
    store,
    outbound,
    mailer: mail && createMailer(mail),
    publicUrl,
    now: Date.now,
  });
  try {
    await forward({
      ...background,
      outbound,
      sendNotices: (...notices) => sender.send(...notices),
      clock: systemClock,
      random: Math.random,
    });
  } finally {
    outbound.close();
  }
}
