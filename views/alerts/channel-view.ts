import type { ChannelForm } from "../../src/alerts/channel-form.ts";
import type { ChannelKind } from "../../src/alerts/channels/channel.ts";
import type { AlertChannel } from "../../src/store/alert-channels.ts";
import type { Site } from "../site.ts";

export type ChannelFormView = {
  readonly site: Site;
  readonly kind: ChannelKind;
  /** Undefined for a new one. */
  readonly channel: AlertChannel | undefined;
  readonly form: ChannelForm;
  /** Whether email can be sent. */
  readonly hasMail: boolean;
  /** Identifies this form, so that sending it twice doesn't add two channels. */
  readonly once: string;
  /** What a test or a change came to. */
  readonly said: ChannelSaid | undefined;
};

export type ChannelSaid = {
  readonly isGood: boolean;
  readonly title: string;
  /** Sentences. */
  readonly lines: readonly string[];
  /** Shown this once. */
  readonly secrets?: readonly string[];
};
