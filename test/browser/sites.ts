import { start } from "../cli/program.ts";
import { compiledBinary } from "../support/compiled-binary.ts";
import { tempDir } from "../support/temp-dir.ts";
import { AUTH_TOKEN, twilioClient } from "../support/twilio-client.ts";
import { sampleSid } from "./sample-callbacks.ts";

export type BinarySite = Awaited<ReturnType<typeof startBinary>>;

/**
 * Starts the compiled program on a free loopback port, in an empty folder and without
 * sign-in, with `serve` or another command that serves. Hold it with `await using`.
 */
export async function startBinary(
  env: Readonly<Record<string, string>> = {},
  command: "serve" | "demo" = "serve",
) {
  const folder = tempDir();
  const server = await start([await compiledBinary()], [command], {
    cwd: folder.path,
    env: {
      TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
      PORT: "0",
      SIGN_IN: "none",
      ...env,
    },
  });
  return {
    origin: server.origin,
    twilio: twilioClient(server.origin),
    /** Its log so far. */
    output: server.output,
    /** Stops it as its supervisor does; resolves when it has ended. */
    async stop(): Promise<void> {
      server.kill("SIGTERM");
      await server.ended();
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

/** Every page that needs no data, by the name of its screenshot. */
export const PAGES_WITHOUT_DATA: Readonly<Record<string, string>> = {
  overview: "/",
  messages: "/messages",
  errors: "/errors",
  error: "/errors/30003",
  "error-unknown": "/errors/99123",
  dictionary: "/errors/dictionary",
  "dictionary-nothing": "/errors/dictionary?q=zzzz",
  views: "/messages/views",
  search: "/search",
  "search-nothing": "/search?q=zzzz",
  numbers: "/numbers",
  "do-not-send": "/do-not-send",
  "do-not-send-nothing": "/do-not-send?reason=gone",
  forwarding: "/forwarding",
  "endpoint-new": "/forwarding/new",
  refusals: "/refusals",
  completeness: "/completeness",
  report: "/report",
  costs: "/costs",
  "costs-mistake": "/costs?q=status:failed",
  alerts: "/alerts",
  "alert-rules": "/alerts/rules",
  "alert-channels": "/alerts/channels",
  "not-found": "/nothing-here",
};

/** Every page of the sample callbacks, in each of its states. */
export const PAGES_OF_SAMPLE: Readonly<Record<string, string>> = {
  overview: "/",
  "overview-hour": "/?range=1h",
  "overview-quarter": "/?range=90d",
  "overview-mistake": "/?range=never",
  "overview-filtered": "/?range=7d&q=country:US&compare=week",
  "overview-filter-mistake": "/?q=status:failed",
  messages: "/messages",
  "messages-filtered": "/messages?q=status:failed,undelivered+-country:US",
  "messages-nothing": "/messages?q=sid:SMffffffff",
  "messages-mistake": "/messages?q=status:gone+colour:red",
  "message-delivered": `/messages/${sampleSid(0)}`,
  "message-read": `/messages/${sampleSid(2)}`,
  "message-undelivered": `/messages/${sampleSid(4)}?q=status:undelivered`,
  errors: "/errors",
  "errors-mistake": "/errors?range=never",
  error: "/errors/30003",
  "error-unseen": "/errors/30001",
  "error-do-not-send": "/errors/30005",
  dictionary: "/errors/dictionary?q=landline",
  "search-number": "/search?q=0123",
  "search-words": "/search?q=carrier",
  numbers: "/numbers",
  "numbers-do-not-send": "/numbers?verdict=do-not-send",
  "numbers-send-again": "/numbers?verdict=send-again",
  "do-not-send": "/do-not-send",
  "do-not-send-number": "/do-not-send?number=%2B14155550123",
  "do-not-send-unknown": "/do-not-send?number=%2B19995550100",
  number: "/numbers/%2B14155550123",
  "number-unknown": "/numbers/%2B19995550100",
};

/** Pages that show what a hostile sender signed. */
export const PAGES_OF_HOSTILE: Readonly<Record<string, string>> = {
  overview: "/",
  messages: "/messages",
  "message-script": `/messages/${sampleSid(10_000)}`,
  "message-right-to-left": `/messages/${sampleSid(10_003)}`,
  "message-long": `/messages/${sampleSid(10_005)}`,
  errors: "/errors",
  error: "/errors/99123",
  search: `/search?q=${encodeURIComponent("<script")}`,
  numbers: "/numbers",
  "do-not-send": "/do-not-send",
  number: `/numbers/${encodeURIComponent("<script>alert(1)</script>")}`,
};

/** Settings pages, with an admin as the only user. */
export const PAGES_OF_SETTINGS: Readonly<Record<string, string>> = {
  general: "/settings",
  users: "/settings/users",
  user: "/settings/users/1",
  "user-remove": "/settings/users/1/remove",
  tokens: "/settings/tokens",
  account: "/settings/account",
  digest: "/settings/digest",
  erase: "/settings/erase",
  "made-up": "/settings/made-up",
  audit: "/settings/audit",
  senders: "/settings/senders",
  api: "/settings/api",
};

/** Pages that look best with the demo's week of messages. */
export const PAGES_OF_DEMO: Readonly<Record<string, string>> = {
  overview: "/",
  "overview-week": "/?range=7d",
  messages: "/messages",
  errors: "/errors?range=7d",
  error: "/errors/30003?range=7d",
  numbers: "/numbers",
  "do-not-send": "/do-not-send",
};
