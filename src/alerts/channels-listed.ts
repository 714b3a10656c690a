import type { AlertChannel } from "../store/alert-channels.ts";
import { channelTarget, type Attempt } from "../store/outbox.ts";
import type { Stores } from "../store/stores.ts";
import { destinationOf } from "./channels/channels.ts";

/** A notification channel, and how sending to it goes. */
export type ChannelListed = {
  readonly channel: AlertChannel;
  /** Where it sends, without secrets; undefined if its settings can't be read. */
  readonly destination: string | undefined;
  /** The latest attempt; undefined before the first. */
  readonly latest: Attempt | undefined;
  /** Since when every attempt has failed; undefined if the latest one succeeded. */
  readonly failingSince: number | undefined;
  /** Notices that wait for their next attempt. */
  readonly waiting: number;
};

/** Reads every channel, by name, and how sending to it goes. */
export async function channelsListed({
  alertChannels,
  outbox,
}: Pick<Stores, "alertChannels" | "outbox">): Promise<
  readonly ChannelListed[]
> {
  const channels = await alertChannels.list();
  const progress = await outbox.progressOf(
    channels.map(({ id }) => channelTarget(id)),
  );
  return Promise.all(
    channels.map(async (channel) => {
      const target = channelTarget(channel.id);
      const [settings, [latest]] = await Promise.all([
        alertChannels.settingsOf(channel.id),
        outbox.attempts(target, { size: 1 }),
      ]);
      const saved = progress.find((each) => each.target === target);
      return {
        channel,
        destination: destinationIn(channel, settings),
        latest,
        failingSince: saved?.failingSince,
        waiting: saved?.waiting ?? 0,
      };
    }),
  );
}

function destinationIn(
  { kind }: AlertChannel,
  settings: Readonly<Record<string, string>> | undefined,
): string | undefined {
  try {
    return settings && destinationOf(kind, settings);
  } catch {
    // Another version stored them; the form says what is missing.
    return undefined;
  }
}
