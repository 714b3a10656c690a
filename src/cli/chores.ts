import { followList } from "../suppressions/follow-list.ts";
import type { Background } from "./forward.ts";
import { doUpkeep } from "../upkeep/upkeep.ts";

/**
 * Does what a server does beside answering requests, until it stops. What takes long to load
 * is loaded once the server listens.
 */
export async function doChores(background: Background): Promise<void> {
  const { store } = background;
  const now = Date.now;
  await Promise.all([
    doUpkeep({ ...background, store: store.upkeep, now }),
    followList({ ...background, now }),
    import("../alerts/watch.ts").then(({ watchRules }) =>
      watchRules({ ...background, now }),
    ),
    import("./forward.ts").then(({ forwardAll }) => forwardAll(background)),
    import("./twilio-sources.ts").then(({ readTwilio }) =>
      readTwilio(background),
    ),
    import("./digests.ts").then(({ sendAllDigests }) =>
      sendAllDigests(background),
    ),
  ]);
}
