import { WEBHOOK_PATHS } from "../src/webhook/routes.ts";
import { basePathOf } from "../src/setting-values.ts";
import { assetPath, type AssetName } from "../src/assets.ts";

/** What every page needs to know of the installation it belongs to. */
export type Site = {
  readonly urls: Urls;
  readonly version: string;
  /** False: no callback can be proven yet, and every page says so. */
  readonly hasAuthToken: boolean;
};

/** The query of a list of messages, as its address carries it. Empty fields are left out. */
export type MessagesAddress = {
  readonly status?: string;
  readonly code?: string | number;
  readonly q?: string;
  /** The page older than this id, or newer than it. */
  readonly before?: number;
  readonly after?: number;
};

export type Urls = ReturnType<typeof createUrls>;

/**
 * Every address that a page links to, with the base path that `publicUrl` may have.
 * Values are encoded here, so that a view never builds an address itself.
 */
export function createUrls(publicUrl: string | undefined) {
  const base = basePathOf(publicUrl);
  return {
    /** "" or a path such as "/sms", without a slash at the end. */
    base,
    asset: (name: AssetName): string => base + assetPath(name),
    messages: (address: MessagesAddress = {}): string =>
      `${base}/messages${queryString(address)}`,
    message: (sid: string): string =>
      `${base}/messages/${encodeURIComponent(sid)}`,
    errors: (period?: string): string =>
      `${base}/errors${queryString({ period })}`,
    /**
     * What to paste into Twilio. The fragment asks for five tries on any failure: by
     * default only a failed connection is tried again, and a callback that fails is lost.
     */
    smsCallback: (requestOrigin: string): string =>
      `${publicUrl ?? requestOrigin}${WEBHOOK_PATHS.sms}#rc=5&rp=all`,
    whatsappPath: base + WEBHOOK_PATHS.whatsapp,
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
