import type { Outcome } from "../../forwarding/target.ts";
import type { Mailer } from "../../mail/mailer.ts";
import type { Outbound } from "../../outbound/outbound.ts";
import type {
  AlertChannel,
  AlertChannelSettings,
} from "../../store/alert-channels.ts";
import type { Stores } from "../../store/stores.ts";
import type { Notice } from "../notice.ts";
import { CHANNEL_KINDS } from "./channels.ts";
import type { ChannelKind, ChannelRequest } from "./channel.ts";
import {
  httpOutcome,
  mailOutcome,
  NOTHING_TO_SEND,
  unsent,
} from "./outcomes.ts";
import { collapsed } from "./summary.ts";
import { testNotices } from "./test-notices.ts";

export type NoticeSenderDeps = {
  readonly store: Pick<Stores, "alertChannels">;
  readonly outbound: Pick<Outbound, "send">;
  /** Undefined without SMTP_URL. */
  readonly mailer: Mailer | undefined;
  readonly publicUrl: string | undefined;
  readonly now: () => number;
};

export type NoticeSender = {
  /**
   * Sends what waits for a channel, oldest first, each as a `Notice` in JSON: several as one
   * summary, or the latest of each alert for a service that follows alerts. The outcome is
   * that of all; services recognize what they get twice.
   */
  readonly send: (
    channelId: number,
    notices: readonly string[],
    signal?: AbortSignal,
  ) => Promise<Outcome>;
  /** Sends a test; where that opens an incident, it's resolved at once. */
  readonly test: (channelId: number, signal?: AbortSignal) => Promise<Outcome>;
};

export function createNoticeSender(deps: NoticeSenderDeps): NoticeSender {
  const { store, publicUrl, now } = deps;
  const site =
    publicUrl === undefined ? "smsledger" : new URL(publicUrl).hostname;

  /** What each channel took of a batch that then failed: it isn't sent again with the rest. */
  const sentOf = new Map<number, Set<string>>();

  async function sendAll(
    channelId: number,
    compose: (kind: ChannelKind) => readonly Notice[],
    signal: AbortSignal | undefined,
    isTest: boolean,
  ): Promise<Outcome> {
    const channel = await store.alertChannels.byId(channelId);
    const settings = await store.alertChannels.settingsOf(channelId);
    if (!channel || !settings || !(channel.isOn || isTest))
      return unsent("channel_off");
    const kind = CHANNEL_KINDS[channel.kind];
    const sent = isTest
      ? new Set<string>()
      : (sentOf.get(channelId) ?? new Set<string>());
    if (!isTest) sentOf.set(channelId, sent);
    let outcome = NOTHING_TO_SEND;
    for (const notice of compose(kind)) {
      const name = `${notice.alertKey} ${notice.kind} ${notice.at}`;
      if (sent.has(name)) continue;
      const request = requestOf(channel, settings, notice);
      if (!request) return unsent("settings_invalid");
      outcome = await sendOne(kind, request, settings, signal);
      if (!outcome.ok) return outcome;
      sent.add(name);
    }
    if (!isTest) sentOf.delete(channelId);
    return outcome;
  }

  function requestOf(
    { kind }: AlertChannel,
    settings: AlertChannelSettings,
    notice: Notice,
  ): ChannelRequest | undefined {
    try {
      return CHANNEL_KINDS[kind].request(notice, settings, {
        now: now(),
        site,
      });
    } catch {
      return undefined;
    }
  }

  async function sendOne(
    kind: ChannelKind,
    request: ChannelRequest,
    settings: AlertChannelSettings,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    if (request.via === "smtp")
      return deps.mailer
        ? mailOutcome(await deps.mailer.send(request.mail, signal))
        : unsent("no_mail_server");
    const { url, headers, body } = request;
    const result = await deps.outbound.send({
      url,
      headers,
      body,
      ...(signal && { signal }),
    });
    return httpOutcome(kind, { headers, settings, result, now: now() });
  }

  return {
    send: (channelId, notices, signal) =>
      sendAll(
        channelId,
        ({ followsAlerts }) => collapsed(notices.map(noticeOf), followsAlerts),
        signal,
        false,
      ),
    test: (channelId, signal) =>
      sendAll(
        channelId,
        ({ followsAlerts }) => testNotices(followsAlerts, now(), publicUrl),
        signal,
        true,
      ),
  };
}

/** As it was stored: by this version, or one before it. */
function noticeOf(json: string): Notice {
  const notice: Notice = JSON.parse(json);
  return notice;
}
