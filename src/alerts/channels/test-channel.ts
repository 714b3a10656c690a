import { channelTarget } from "../../store/outbox.ts";
import type { Stores } from "../../store/stores.ts";
import { CHANNEL_KINDS } from "./channels.ts";
import type { NoticeSender } from "./notice-sender.ts";
import { failureWords } from "./outcomes.ts";

/** How a test went: a sentence or two, for the page and the command line. */
export type TestedChannel = {
  readonly isSent: boolean;
  readonly words: string;
};

/** Resolves to undefined if there is no such channel. */
export type TestChannel = (id: number) => Promise<TestedChannel | undefined>;

export type TestChannelDeps = {
  readonly store: Pick<Stores, "alertChannels" | "outbox">;
  readonly sender: Pick<NoticeSender, "test">;
  readonly now: () => number;
};

/** Returns what sends a test through a channel as it's saved, and logs it as an attempt. */
export function createTestChannel({
  store,
  sender,
  now,
}: TestChannelDeps): TestChannel {
  return async (id) => {
    const channel = await store.alertChannels.byId(id);
    if (!channel) return undefined;
    const at = now();
    const outcome = await sender.test(id);
    const { ok, status, durationMs, response, requestHeaders } = outcome;
    const tried = {
      isSuccess: ok,
      status,
      response,
      error: outcome.ok ? null : outcome.error,
    };
    await store.outbox.save({
      now: now(),
      targets: [],
      deliveries: [],
      attempts: [
        {
          ...tried,
          target: channelTarget(id),
          at,
          kind: "test",
          type: "test",
          item: null,
          attempt: 1,
          durationMs: Math.round(durationMs),
          requestHeaders,
        },
      ],
      resends: [],
    });
    return {
      isSent: ok,
      words:
        failureWords(channel.kind, tried) ?? sentWords(channel.kind, response),
    };
  };
}

function sentWords(
  kind: keyof typeof CHANNEL_KINDS,
  response: string | null,
): string {
  const { label } = CHANNEL_KINDS[kind];
  if (kind !== "email")
    return `${label} took the test notice. Check that it arrived.`;
  const [, refused] = /\nRefused: (.*)$/.exec(response ?? "") ?? [];
  return refused === undefined
    ? "The mail server took the test mail. Check that it arrived, and isn’t in the spam folder."
    : `The mail server took the test mail, but not for ${refused}. Check these addresses.`;
}
