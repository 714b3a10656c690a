import type { RangeAddress } from "../time/time-range.ts";
import { urlForTwilio } from "../twilio/webhook-paths.ts";
import { basePathOf } from "../config/setting-values.ts";
import { assetPath, type AssetName } from "../http/assets.ts";

/** A page of a list: those older than this id, or newer than it. */
export type PageAddress = {
  readonly older?: number;
  readonly newer?: number;
};

/** The query of an overview: its time, and which messages. */
export type OverviewAddress = RangeAddress & {
  /** In the filter language. */
  readonly q?: string;
  /** See `comparedWith`. */
  readonly compare?: string;
};

/** The query of a list of messages. Empty fields are left out. */
export type MessagesAddress = PageAddress & {
  /** In the filter language; see `filterText`. */
  readonly q?: string;
  /** How many messages the page already shows, for a search that continues. */
  readonly shown?: number;
};

/** The query of an endpoint's page. */
export type AttemptsAddress = {
  readonly show?: string;
  readonly older?: number;
};

/** The query of costs. */
export type CostsAddress = RangeAddress & {
  readonly by?: string | undefined;
  readonly q?: string;
};

export type Urls = ReturnType<typeof createUrls>;

/**
 * Every address that a page links to, with the base path of `publicUrl`. Values are encoded
 * here, so that no view builds an address itself. A test finds each one's route in the table.
 */
export function createUrls(publicUrl: string | undefined) {
  const base = basePathOf(publicUrl);
  return {
    /** "" or a path such as "/sms", without a slash at the end. */
    base,
    asset: (name: AssetName): string => base + assetPath(name),
    overview: (address: OverviewAddress = {}): string =>
      `${base}/${queryString(address)}`,
    /** Everything that a text finds. */
    search: (q?: string): string => `${base}/search${queryString({ q })}`,
    /** The findings while someone types. */
    searchSuggest: `${base}/search/suggest`,
    /** A page in the route table, by its path. */
    page: (path: string): string => base + path,
    messages: (address: MessagesAddress = {}): string =>
      `${base}/messages${queryString(address)}`,
    /** Saved views of the list. */
    views: `${base}/messages/views`,
    /** Leads to the list with the view's filter as it is now. */
    view: (id: number): string => `${base}/messages/views/${id}`,
    viewEdit: (id: number): string => `${base}/messages/views/${id}/edit`,
    viewRemove: (id: number): string => `${base}/messages/views/${id}/remove`,
    messagesExport: (format: "csv" | "jsonl", q: string): string =>
      `${base}/messages.${format}${queryString({ q })}`,
    /** How far the export with this id is; `asked` counts the earlier requests. */
    exportProgress: (id?: string, asked?: number): string =>
      `${base}/messages/export-progress${queryString({ id, asked })}`,
    /** Suggestions for what to type next in a filter, without these names. */
    messagesSuggest: (without: readonly string[] = []): string =>
      `${base}/messages/suggest${queryString({ without: without.join() })}`,
    /** What is new and what changed since a list was made. */
    messagesLive: `${base}/messages/live`,
    /** `q` is the filter of the list that it was opened from. */
    message: (sid: string, q?: string): string =>
      `${base}/messages/${encodeURIComponent(sid)}${queryString({ q })}`,
    /** `all` lists every code, not only the most frequent. */
    errors: (range: RangeAddress & { readonly all?: "1" } = {}): string =>
      `${base}/errors${queryString(range)}`,
    error: (code: number, range: RangeAddress = {}): string =>
      `${base}/errors/${code}${queryString(range)}`,
    dictionary: (q?: string): string =>
      `${base}/errors/dictionary${queryString({ q })}`,
    numbers: (
      address: { readonly verdict?: string; readonly older?: number } = {},
    ): string => `${base}/numbers${queryString(address)}`,
    numbersExport: (format: "csv" | "json", verdict?: string): string =>
      `${base}/numbers.${format}${queryString({ verdict })}`,
    /** The "do not send" list. */
    doNotSend: (
      address: {
        readonly reason?: string;
        readonly older?: number;
        /** Only those that were added in this time. */
        readonly from?: string;
        readonly to?: string;
      } = {},
    ): string => `${base}/do-not-send${queryString(address)}`,
    doNotSendExport: (format: "csv" | "json", reason?: string): string =>
      `${base}/do-not-send.${format}${queryString({ reason })}`,
    /** Where taking a number off the list is confirmed. */
    doNotSendRemove: (recipientId: number, channel: string): string =>
      `${base}/do-not-send/${recipientId}/${channel}/remove`,
    /** A recipient's page; `number` is an address, or `~` and its id. */
    number: (number: string, page: PageAddress = {}): string =>
      `${base}/numbers/${encodeURIComponent(number)}${queryString(page)}`,
    /** `older` is a place in the list; see `placeText`. */
    refusals: (
      address: { readonly kind?: string; readonly older?: string } = {},
    ): string => `${base}/refusals${queryString(address)}`,
    refusal: (id: number): string => `${base}/refusals/${id}`,
    refusalsSeen: `${base}/refusals/seen`,
    completeness: `${base}/completeness`,
    /** How a month, such as `2026-11`, compares with the target; the current one without `month`. */
    report: (month?: string): string =>
      `${base}/report${queryString({ month })}`,
    /** `q` is a filter of one term. */
    costs: (address: CostsAddress = {}): string =>
      `${base}/costs${queryString(address)}`,
    costsExport: (format: "csv" | "json", address: CostsAddress): string =>
      `${base}/costs.${format}${queryString(address)}`,
    /** Open alerts, and those that were; `older` is an alert's id. */
    alerts: (
      address: {
        readonly rule?: number;
        readonly severity?: string;
        readonly state?: string;
        readonly days?: number;
        readonly older?: number;
      } = {},
    ): string => `${base}/alerts${queryString(address)}`,
    alert: (id: number): string => `${base}/alerts/${id}`,
    alertAcknowledge: (id: number): string =>
      `${base}/alerts/${id}/acknowledge`,
    alertSnooze: (id: number): string => `${base}/alerts/${id}/snooze`,
    alertReopen: (id: number): string => `${base}/alerts/${id}/reopen`,
    codeMute: (code: number): string => `${base}/errors/${code}/mute`,
    codeUnmute: (code: number): string => `${base}/errors/${code}/unmute`,
    alertRules: `${base}/alerts/rules`,
    /** The form for a new rule; without a kind, which kinds there are. `q` is its filter. */
    alertRuleNew: (
      given: { readonly kind?: string; readonly q?: string } = {},
    ): string => `${base}/alerts/rules/new${queryString(given)}`,
    alertRulePreview: (id?: number): string =>
      `${base}/alerts/rules/${id === undefined ? "" : `${id}/`}preview`,
    alertRule: (id: number): string => `${base}/alerts/rules/${id}`,
    alertRuleSwitch: (id: number): string =>
      `${base}/alerts/rules/${id}/switch`,
    alertRuleRemove: (id: number): string =>
      `${base}/alerts/rules/${id}/remove`,
    apiReference: `${base}/settings/api`,
    senders: `${base}/settings/senders`,
    sendersCheck: `${base}/settings/senders/check`,
    alertChannels: `${base}/alerts/channels`,
    alertChannelNew: (kind: string): string =>
      `${base}/alerts/channels/new${queryString({ kind })}`,
    alertChannel: (id: number): string => `${base}/alerts/channels/${id}`,
    alertChannelSwitch: (id: number): string =>
      `${base}/alerts/channels/${id}/switch`,
    alertChannelTest: (id: number): string =>
      `${base}/alerts/channels/${id}/test`,
    alertChannelRemove: (id: number): string =>
      `${base}/alerts/channels/${id}/remove`,
    forwarding: (): string => `${base}/forwarding`,
    endpointNew: `${base}/forwarding/new`,
    /** `show` is which attempts are listed; see `AttemptsQuery`. */
    endpoint: (id: number, attempts: AttemptsAddress = {}): string =>
      `${base}/forwarding/${id}${queryString({
        ...attempts,
        show: attempts.show === "all" ? undefined : attempts.show,
      })}`,
    endpointEdit: (id: number): string => `${base}/forwarding/${id}/edit`,
    endpointDo: (id: number, action: "pause" | "resume" | "test"): string =>
      `${base}/forwarding/${id}/${action}`,
    endpointRotate: (id: number): string => `${base}/forwarding/${id}/rotate`,
    endpointRemove: (id: number): string => `${base}/forwarding/${id}/remove`,
    endpointResend: (id: number): string => `${base}/forwarding/${id}/resend`,
    endpointResendStop: (id: number, resend: number): string =>
      `${base}/forwarding/${id}/resends/${resend}/stop`,
    /** `test` marks the result of a test event that was just sent. */
    attempt: (
      id: number,
      attempt: number,
      address: { readonly test?: "1" } = {},
    ): string =>
      `${base}/forwarding/${id}/attempts/${attempt}${queryString(address)}`,
    /** The event stream after a position in the feed. */
    live: (
      after: { readonly text: string },
      alerts: string,
      message?: { readonly messageSid: string; readonly reports: number },
    ): string =>
      `${base}/live${queryString({ after: after.text, alerts, message: message?.messageSid, reports: message?.reports })}`,
    settings: `${base}/settings`,
    users: `${base}/settings/users`,
    user: (id: number): string => `${base}/settings/users/${id}`,
    userRole: (id: number): string => `${base}/settings/users/${id}/role`,
    userPassword: (id: number): string =>
      `${base}/settings/users/${id}/password`,
    userRemove: (id: number): string => `${base}/settings/users/${id}/remove`,
    tokens: `${base}/settings/tokens`,
    /** Where revoking a token is confirmed. */
    tokenRevoke: (id: number): string => `${base}/settings/tokens/${id}/revoke`,
    erase: `${base}/settings/erase`,
    eraseConfirm: `${base}/settings/erase/confirm`,
    eraseForget: `${base}/settings/erase/forget`,
    /** Where deleting the made-up messages is confirmed. */
    madeUp: `${base}/settings/made-up`,
    madeUpRemove: `${base}/settings/made-up/remove`,
    /** The document that describes the API. */
    openApi: `${base}/api/openapi.json`,
    /** A path with the origin, for a link that leaves this site. */
    absolute: (path: string, requestOrigin: string): string =>
      new URL(path, publicUrl ?? requestOrigin).href,
    /** The API's address for programs. */
    api: (requestOrigin: string): string =>
      `${publicUrl ?? requestOrigin}/api/v1`,
    account: `${base}/settings/account`,
    accountPassword: `${base}/settings/account/password`,
    sessionEnd: (id: number): string =>
      `${base}/settings/account/sessions/${id}/end`,
    otherSessionsEnd: `${base}/settings/account/sessions/end-others`,
    digest: `${base}/settings/digest`,
    digestRemove: `${base}/settings/digest/remove`,
    /** The link in a digest that unsubscribes its reader, who needn't sign in. */
    digestUnsubscribe: (userId: number, proof: string): string =>
      `${base}/digest/unsubscribe${queryString({ user: userId, proof })}`,
    audit: (page: { readonly older?: number } = {}): string =>
      `${base}/settings/audit${queryString(page)}`,
    /** `next` is where to go once signed in: a path of ours with its query. */
    login: (next?: string): string => `${base}/login${queryString({ next })}`,
    logout: `${base}/logout`,
    /** Where the first admin is created; the log shows `code`. */
    setup: (code?: string): string => `${base}/setup${queryString({ code })}`,
    /** What to paste into Twilio. */
    smsCallback: (requestOrigin: string): string =>
      urlForTwilio(publicUrl ?? requestOrigin, "sms"),
    whatsappCallback: (requestOrigin: string): string =>
      urlForTwilio(publicUrl ?? requestOrigin, "whatsapp"),
    eventsSink: (requestOrigin: string): string =>
      urlForTwilio(publicUrl ?? requestOrigin, "events"),
    isPublic: publicUrl !== undefined,
  };
}

function queryString(
  fields: Readonly<Record<string, string | number | undefined>>,
): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || value === ""
      ? []
      : [`${name}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}
