import { randomUUID } from "node:crypto";
import {
  ChannelPage,
  RemoveChannelPage,
} from "../../views/alerts/channel-page.tsx";
import type { ChannelSaid } from "../../views/alerts/channel-view.ts";
import { ChannelsPage } from "../../views/alerts/channels-page.tsx";
import type { Site } from "../../views/site.ts";
import { createRepeatedForms } from "../account/repeated-forms.ts";
import { requesterOf, viewerOf } from "../account/viewer.ts";
import {
  CHANNEL_REFUSALS,
  EMPTY_CHANNEL_FORM,
  formOfChannel,
  generatedSecrets,
  readChannelForm,
  type ChannelForm,
} from "../alerts/channel-form.ts";
import type { TestChannel } from "../alerts/channels/test-channel.ts";
import { channelsListed } from "../alerts/channels-listed.ts";
import { CHANNEL_KINDS } from "../alerts/channels/channels.ts";
import type { ChannelKind } from "../alerts/channels/channel.ts";
import type { Config } from "../config/config.ts";
import { fieldOf } from "../http/form-body.ts";
import { page, type Page } from "../http/page.ts";
import { Problem } from "../http/problem.ts";
import { redirectTo } from "../http/responses.ts";
import type { By } from "../store/accounts.ts";
import {
  ALERT_CHANNEL_KINDS,
  type AlertChannel,
} from "../store/alert-channels.ts";
import type { Stores } from "../store/stores.ts";
import type { Answer, Asked } from "./asked.ts";

export type AlertChannelDeps = {
  readonly store: Pick<Stores, "alertChannels" | "outbox">;
  readonly config: Pick<Config, "mail">;
  readonly testChannel: TestChannel;
  readonly now: () => number;
};

const NO_SUCH_CHANNEL = new Problem({
  status: 404,
  title: "No notification channel has this ID",
  detail:
    "It may have been removed. See Alerts, Notification channels for the current list.",
});

const NO_SUCH_KIND = new Problem({
  status: 404,
  title: "This kind of notification channel doesn’t exist",
  detail: "Go to Alerts, Notification channels, and choose one.",
});

/** What sending a form for a new channel came to. */
type Added =
  | { readonly id: number; readonly secrets: readonly string[] }
  | { readonly form: ChannelForm };

/** `/alerts/channels`: where alerts are sent. */
export const alertChannelHandlers = ({
  store,
  config,
  testChannel,
  now: clock,
}: AlertChannelDeps) => {
  const { alertChannels } = store;
  const addOnce = createRepeatedForms<Added>();
  const byOf = (request: Request): By => ({
    ...requesterOf(request),
    at: clock(),
  });
  const channelOf = async (id: string): Promise<AlertChannel | undefined> =>
    /^\d{1,15}$/.test(id) ? alertChannels.byId(Number(id)) : undefined;

  const formPage = (
    site: Site,
    kind: ChannelKind,
    channel: AlertChannel | undefined,
    form: ChannelForm,
    said?: ChannelSaid,
  ): Page =>
    page(
      <ChannelPage
        {...{ site, kind, channel, form, said }}
        hasMail={config.mail !== undefined}
        once={randomUUID()}
      />,
      { status: Object.keys(form.mistakes).length === 0 ? 200 : 400 },
    );

  const showChannel = async (
    site: Site,
    channel: AlertChannel,
    said?: ChannelSaid,
  ): Promise<Page> => {
    const kind = CHANNEL_KINDS[channel.kind];
    const settings = (await alertChannels.settingsOf(channel.id)) ?? {};
    const form = formOfChannel(kind, channel, settings);
    return formPage(site, kind, channel, form, said);
  };

  /** Sends a test, and shows how it went on the channel's page. */
  const showTest = async (
    site: Site,
    id: number,
    secrets: readonly string[] = [],
  ): Promise<Answer> => {
    const tested = await testChannel(id);
    const channel = await alertChannels.byId(id);
    if (tested === undefined || channel === undefined) return NO_SUCH_CHANNEL;
    const { isSent, words } = tested;
    return showChannel(site, channel, {
      isGood: isSent,
      title: isSent ? "The test was sent" : "The test wasn’t sent",
      lines: [words],
      secrets,
    });
  };

  const add = async (
    kind: ChannelKind,
    body: unknown,
    by: By,
  ): Promise<Added> => {
    const { channel, form } = readChannelForm(kind, (name) =>
      fieldOf(body, name),
    );
    if (channel === undefined) return { form };
    const added = await alertChannels.add({ ...channel, isOn: true }, by);
    return "id" in added
      ? {
          id: added.id,
          secrets: generatedSecrets(kind, channel.settings, (name) =>
            fieldOf(body, name),
          ),
        }
      : {
          form: {
            ...form,
            mistakes: { name: CHANNEL_REFUSALS[added.refusal] },
          },
        };
  };

  return {
    list: async ({ site }: Asked) =>
      page(
        <ChannelsPage
          {...{ site, now: clock() }}
          channels={await channelsListed(store)}
        />,
      ),
    fresh: ({ request, site }: Asked) => {
      const kind = kindOf(new URL(request.url).searchParams.get("kind") ?? "");
      if (kind === undefined) return NO_SUCH_KIND;
      return formPage(site, kind, undefined, EMPTY_CHANNEL_FORM);
    },
    add: async ({ request, site, body }: Asked): Promise<Answer> => {
      const kind = kindOf(fieldOf(body, "kind"));
      if (kind === undefined) return NO_SUCH_KIND;
      const by = byOf(request);
      // Identifies the session, or the user a proxy signed in.
      const sender = viewerOf(request)?.formToken ?? by.actor;
      const added = await addOnce(
        fieldOf(body, "once"),
        [sender, JSON.stringify(body)],
        () => add(kind, body, by),
      );
      if ("form" in added) return formPage(site, kind, undefined, added.form);
      if (fieldOf(body, "next") === "test")
        return showTest(site, added.id, added.secrets);
      if (added.secrets.length === 0)
        return redirectTo(site.urls.alertChannel(added.id), 303);
      const channel = await alertChannels.byId(added.id);
      if (channel === undefined) return NO_SUCH_CHANNEL;
      return showChannel(site, channel, {
        isGood: true,
        title: "The channel was added",
        lines: [],
        secrets: added.secrets,
      });
    },
    one: async ({ params, site }: Asked<"id">) => {
      const channel = await channelOf(params.id);
      if (channel === undefined) return NO_SUCH_CHANNEL;
      return showChannel(site, channel);
    },
    change: async ({ params, request, site, body }: Asked<"id">) => {
      const channel = await channelOf(params.id);
      if (channel === undefined) return NO_SUCH_CHANNEL;
      const kind = CHANNEL_KINDS[channel.kind];
      const before = await alertChannels.settingsOf(channel.id);
      const read = readChannelForm(kind, (name) => fieldOf(body, name), before);
      if (read.channel === undefined)
        return formPage(site, kind, channel, read.form);
      const { name, severities, quietHours, settings } = read.channel;
      const refusal = await alertChannels.change(
        channel.id,
        { name, severities, quietHours, settings },
        byOf(request),
      );
      if (refusal === "no such channel") return NO_SUCH_CHANNEL;
      if (refusal !== undefined) {
        const mistakes = { name: CHANNEL_REFUSALS[refusal] };
        return formPage(site, kind, channel, { ...read.form, mistakes });
      }
      return fieldOf(body, "next") === "test"
        ? showTest(site, channel.id)
        : redirectTo(site.urls.alertChannels, 303);
    },
    test: async ({ params, site }: Asked<"id">): Promise<Answer> => {
      const channel = await channelOf(params.id);
      return channel === undefined
        ? NO_SUCH_CHANNEL
        : showTest(site, channel.id);
    },
    switch: async ({ params, request, site, body }: Asked<"id">) => {
      const channel = await channelOf(params.id);
      if (channel === undefined) return NO_SUCH_CHANNEL;
      const isOn = fieldOf(body, "on") !== "";
      if (isOn !== channel.isOn)
        await alertChannels.change(channel.id, { isOn }, byOf(request));
      return redirectTo(site.urls.alertChannels, 303);
    },
    confirmRemove: async ({ params, site }: Asked<"id">) => {
      const channel = await channelOf(params.id);
      if (channel === undefined) return NO_SUCH_CHANNEL;
      return page(<RemoveChannelPage {...{ site, channel }} />);
    },
    remove: async ({ params, request, site }: Asked<"id">) => {
      const channel = await channelOf(params.id);
      // A second click has nothing left to do.
      if (channel !== undefined)
        await alertChannels.remove(channel.id, byOf(request));
      return redirectTo(site.urls.alertChannels, 303);
    },
  };
};

function kindOf(text: string): ChannelKind | undefined {
  const kind = ALERT_CHANNEL_KINDS.find((each) => each === text);
  return kind && CHANNEL_KINDS[kind];
}
