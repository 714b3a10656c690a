import type { AlertChannelKind } from "../../store/alert-channels.ts";
import type { Notice } from "../notice.ts";
import type { Mail } from "../../mail/mail.ts";

/**
 * One thing that a channel needs to know, as the form and the command line ask for it.
 * `parse` returns the value as it's stored, or throws an Error whose message completes the
 * label, such as `must start with https://`, and doesn't repeat what was entered.
 */
export type Field = {
  readonly label: string;
  /** What to enter, in a sentence. */
  readonly help: string;
  readonly example?: string;
  /** Never shown again, nor listed. */
  readonly isSecret?: true;
  /**
   * The host that the secrets after it are sent to: where it changes, they have to be entered
   * again, so that nobody can have them sent elsewhere.
   */
  readonly getsSecrets?: true;
  /** For a field that can be left empty: its value then. A function makes a new one each time. */
  readonly whenEmpty?: string | (() => string);
  /** The only values there are, for a menu. */
  readonly options?: readonly {
    readonly value: string;
    readonly label: string;
  }[];
  readonly parse: (text: string) => string;
};

export type Fields = Readonly<Record<string, Field>>;
export type SettingsOf<F extends Fields> = {
  readonly [Name in keyof F]: string;
};

/** What a notice is sent with. */
export type Moment = {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The host of PUBLIC_URL; `smsledger` without it. */
  readonly site: string;
};

/** What goes out: a POST, or a mail. */
export type ChannelRequest =
  | {
      readonly via: "http";
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly via: "smtp"; readonly mail: Mail };

/** A POST of JSON, which `body` is. */
export function jsonRequest(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): ChannelRequest {
  return {
    via: "http",
    url,
    headers: { "content-type": "application/json", ...headers },
    body,
  };
}

/** What the service replied. */
export type Reply = { readonly status: number; readonly text: string };

/**
 * What a reply means. `later`: the same request may succeed later. `wrong settings`: it can't,
 * until somebody changes something. The words are sentences that say what to do.
 */
export type Verdict =
  | { readonly result: "sent" }
  | { readonly result: "later" | "wrong settings"; readonly words: string };

/** A kind of channel: one folder here each, with these few functions. */
export type KindOf<F extends Fields> = {
  readonly kind: AlertChannelKind;
  /** Its name, as people know it. */
  readonly label: string;
  readonly fields: F;
  /**
   * It follows each alert's state by itself: it's given acknowledgments, and after an outage
   * the latest notice of each alert rather than a summary.
   */
  readonly followsAlerts: boolean;
  /** Where it sends, without secrets. */
  readonly destination: (settings: SettingsOf<F>) => string;
  readonly request: (
    notice: Notice,
    settings: SettingsOf<F>,
    moment: Moment,
  ) => ChannelRequest;
  readonly verdict: (reply: Reply) => Verdict;
};

/** A kind whose fields aren't known to the compiler: settings are checked when they are read. */
export type ChannelKind = Omit<KindOf<Fields>, "destination" | "request"> & {
  readonly destination: (settings: Given) => string;
  readonly request: (
    notice: Notice,
    settings: Given,
    moment: Moment,
  ) => ChannelRequest;
};

export type Given = Readonly<Record<string, string | undefined>>;

/** Makes a kind one of many: what is stored for a channel is checked before it's used. */
export function channelKind<F extends Fields>(kind: KindOf<F>): ChannelKind {
  const stored = (given: Given): SettingsOf<F> => {
    const checked = checkedFields(kind.fields, given);
    if ("settings" in checked) return checked.settings;
    throw new Error(
      `The settings of this ${kind.label} channel aren’t valid: ${Object.values(checked.mistakes).join(" ")}`,
    );
  };
  return {
    ...kind,
    destination: (given) => kind.destination(stored(given)),
    request: (notice, given, moment) =>
      kind.request(notice, stored(given), moment),
  };
}

/** Settings that can be stored, or what is wrong, in a sentence for each field. */
export type Checked<F extends Fields> =
  | { readonly settings: SettingsOf<F> }
  | { readonly mistakes: Readonly<Record<string, string>> };

/**
 * Checks what somebody entered. A secret that is left empty keeps its `before`, as forms don't
 * show it, unless it would be sent to another host.
 */
export function checkedFields<F extends Fields>(
  fields: F,
  given: Given,
  before: Given = {},
): Checked<F> {
  const settings: Record<string, string> = {};
  const mistakes: Record<string, string> = {};
  let isMoved = false;
  for (const [name, field] of Object.entries(fields)) {
    const entered = (given[name] ?? "").trim();
    const known = before[name] ?? "";
    const text = entered === "" && field.isSecret ? known : entered;
    try {
      if (isMoved && known !== "" && entered === "" && field.isSecret)
        throw new Error(
          "isn’t kept when the server changes, so that no other server gets it. Enter it again",
        );
      const value = text === "" ? emptyValue(field) : field.parse(text);
      settings[name] = value;
      isMoved ||= field.getsSecrets === true && known !== "" && value !== known;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      mistakes[name] = `${field.label} ${error.message}.`;
    }
  }
  return Object.keys(mistakes).length > 0
    ? { mistakes }
    : { settings: settings as SettingsOf<F> };
}

function emptyValue({ whenEmpty }: Field): string {
  if (whenEmpty === undefined) throw new Error("is missing");
  return typeof whenEmpty === "string" ? whenEmpty : whenEmpty();
}
