import { WEBHOOK_PATHS } from "../twilio/webhook-paths.ts";

/**
 * Where a status callback URL leads. `here`: to this server, with retries.
 * `without-retries`: here, but a callback that fails once is lost. `wrong-address`: to this
 * host, but not to the webhook. `elsewhere`: to another host. `none`: there is none.
 */
export type CallbackVerdict =
  "here" | "without-retries" | "wrong-address" | "elsewhere" | "none";

/** Judges a status callback URL of Twilio's configuration. `publicUrl` is PUBLIC_URL. */
export function callbackVerdict(
  callback: string | null,
  publicUrl: string,
): CallbackVerdict {
  if (callback === null || callback.trim() === "") return "none";
  const url = URL.parse(callback.trim());
  const own = new URL(publicUrl);
  if (url === null || url.hostname !== own.hostname) return "elsewhere";
  const base = own.pathname.replace(/\/+$/, "");
  const isWebhook = Object.values<string>(WEBHOOK_PATHS).some(
    (path) => url.pathname === base + path,
  );
  if (url.origin !== own.origin || !isWebhook) return "wrong-address";
  return retries(url.hash) ? "here" : "without-retries";
}

/** Whether the fragment asks for retries after any failure; how many is for the team to decide. */
function retries(hash: string): boolean {
  const overrides = new URLSearchParams(hash.slice(1));
  return Number(overrides.get("rc")) >= 1 && overrides.get("rp") === "all";
}
