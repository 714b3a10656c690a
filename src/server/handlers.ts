import type { Access } from "../account/access.ts";
import { createNoticeSender } from "../alerts/channels/notice-sender.ts";
import {
  createTestChannel,
  type TestChannel,
} from "../alerts/channels/test-channel.ts";
import { createMailer } from "../mail/mailer.ts";
import type { OpenAlerts } from "../alerts/open-alerts.ts";
import { OpenStreams } from "../account/open-streams.ts";
import { PasswordHashing } from "../account/password-hashing.ts";
import type { Config } from "../config/config.ts";
import { createSendTest } from "../forwarding/test-event.ts";
import { serveAsset } from "../http/assets.ts";
import { LiveHub } from "../live/hub.ts";
import type { Log } from "../log/log.ts";
import { Operations } from "../ops/operations.ts";
import type { RequestCounts } from "../ops/request-counts.ts";
import { createOutbound, type Outbound } from "../outbound/outbound.ts";
import type { CallbackCounts } from "../receiver/callback-counts.ts";
import { createReceivers } from "../receiver/receiver.ts";
import type { RefusalLog } from "../refusals/refusal-log.ts";
import { Api } from "../routes/api/api.ts";
import { alertChannelHandlers } from "../routes/alert-channels.tsx";
import { alertRuleHandlers } from "../routes/alert-rules.tsx";
import { alertHandlers } from "../routes/alerts.tsx";
import { apiTokenHandlers } from "../routes/api-tokens.tsx";
import { auditHandler } from "../routes/audit.tsx";
import { digestHandlers } from "../routes/digest.tsx";
import { Downloads } from "../routes/downloads.ts";
import { eraseHandlers } from "../routes/erase.tsx";
import { errorHandlers } from "../routes/errors.tsx";
import { endpointChangeHandlers } from "../routes/endpoint-changes.tsx";
import { resendHandlers } from "../routes/endpoint-resends.tsx";
import { forwardingHandlers } from "../routes/forwarding.tsx";
import { generalSettingsHandler } from "../routes/general-settings.tsx";
import { liveHandler } from "../routes/live.ts";
import { loginHandlers } from "../routes/login.tsx";
import { madeUpHandlers } from "../routes/made-up.tsx";
import { messageExportHandlers } from "../routes/message-exports.ts";
import { listPartHandlers } from "../routes/message-list-parts.tsx";
import { messageHandlers } from "../routes/messages.tsx";
import { numberHandlers } from "../routes/numbers.tsx";
import { operationsHandlers } from "../routes/operations.ts";
import { overviewHandler } from "../routes/overview.tsx";
import { ownAccountHandlers } from "../routes/own-account.tsx";
import { refusalHandlers } from "../routes/refusals.tsx";
import { reportHandler } from "../routes/report.tsx";
import { completenessHandler } from "../routes/completeness.tsx";
import { savedViewHandlers } from "../routes/saved-views.tsx";
import { searchHandlers } from "../routes/search.tsx";
import { costHandlers } from "../routes/costs.tsx";
import { senderHandlers } from "../routes/senders.tsx";
import { setupHandlers } from "../routes/setup.tsx";
import { suppressionHandlers } from "../routes/suppressions.tsx";
import { userHandlers, userPasswordHandlers } from "../routes/users.tsx";
import type { FindablePage } from "../search/pages.ts";
import { maskedStore } from "../store/masked.ts";
import type { Stores } from "../store/stores.ts";
import { SenderChecks } from "../senders/sender-checks.ts";
import { createApiClient } from "../twilio-api/client.ts";
import { Erasures } from "../upkeep/erasures.ts";
import { MadeUpRemoval } from "../upkeep/made-up-removal.ts";

export type HandlerDeps = {
  readonly store: Stores;
  readonly config: Config;
  readonly log: Log;
  readonly version: string;
  readonly now: () => number;
  readonly stopping: AbortSignal;
  readonly access: Access;
  readonly callbacks: CallbackCounts;
  readonly requests: RequestCounts;
  readonly refusals: RefusalLog;
  readonly openAlerts: OpenAlerts;
  /** See `instanceId`. */
  readonly instance: string;
};

export type Handlers = ReturnType<typeof createHandlers>;

/** For tests of what is sent; closed with the server. */
function outboundOf({ config, version, stopping }: HandlerDeps): Outbound {
  const outbound = createOutbound({ allow: config.forwardAllow, version });
  stopping.addEventListener("abort", () => outbound.close());
  return outbound;
}

function senderChecksOf({ config, ...deps }: HandlerDeps) {
  const { twilioApi, publicUrl } = config;
  const client =
    twilioApi && createApiClient(twilioApi, { ...deps, attemptsMax: 2 });
  deps.stopping.addEventListener("abort", () => client?.close());
  return {
    publicUrl,
    checks: new SenderChecks({ ...deps, client, publicUrl }),
  };
}

function testChannelOf(deps: HandlerDeps, outbound: Outbound): TestChannel {
  const { publicUrl, mail } = deps.config;
  const mailer = mail && createMailer(mail);
  const sender = createNoticeSender({ ...deps, outbound, mailer, publicUrl });
  return createTestChannel({ ...deps, sender });
}

/** Creates the route handlers, each with only what it needs. */
export function createHandlers(whole: HandlerDeps) {
  const { config, callbacks, refusals, requests } = whole;
  // Callbacks are recorded with whole numbers; what pages and exports read is masked
  // once, here.
  const store = config.masksNumbers ? maskedStore(whole.store) : whole.store;
  const deps = { ...whole, store };
  const { accounts, audit } = store;

  const { openAlerts } = deps;
  const hub = new LiveHub({
    ...deps,
    alertsMark: () => openAlerts.mark(),
  });
  const streams = new OpenStreams({ ...deps, accounts });
  const downloads = new Downloads({ ...deps, audit, streams });
  const operations = new Operations({
    ...deps,
    requests,
    listeners: () => hub.listeners,
    exports: () => downloads.running,
  });
  const ofAccounts = { ...deps, hashing: new PasswordHashing() };
  const ofLists = { ...deps, downloads };
  const outbound = outboundOf(whole);
  const sendTest = createSendTest({ ...whole, outbound });
  const testChannel = testChannelOf(whole, outbound);

  return {
    receivers: createReceivers({
      ...whole,
      counts: callbacks,
    }),
    overview: overviewHandler(deps),
    messages: {
      ...messageHandlers(deps),
      ...listPartHandlers(ofLists),
      ...messageExportHandlers(ofLists),
    },
    views: savedViewHandlers(deps),
    search: (pages: readonly FindablePage[]) =>
      searchHandlers({ ...deps, masksNumbers: config.masksNumbers, pages }),
    errors: errorHandlers(deps),
    numbers: numberHandlers(ofLists),
    alerts: alertHandlers(deps),
    alertChannels: alertChannelHandlers({ ...deps, testChannel }),
    alertRules: alertRuleHandlers(deps),
    suppressions: suppressionHandlers(ofLists),
    refusals: refusalHandlers({ ...deps, refusalLog: refusals }),
    forwarding: {
      ...forwardingHandlers(deps),
      ...endpointChangeHandlers({ ...deps, sendTest }),
    },
    // A filter matches whole numbers; what these pages show of events is their number.
    resends: resendHandlers(whole),
    live: liveHandler(hub, streams),
    settings: generalSettingsHandler({ ...deps, operations }),
    account: ownAccountHandlers(ofAccounts),
    users: { ...userHandlers(ofAccounts), ...userPasswordHandlers(ofAccounts) },
    tokens: apiTokenHandlers(deps),
    digest: digestHandlers(deps),
    audit: auditHandler(deps),
    completeness: completenessHandler(deps),
    report: reportHandler(deps),
    costs: costHandlers(ofLists),
    senders: senderHandlers({ ...deps, ...senderChecksOf(whole) }),
    erase: eraseHandlers(new Erasures(deps)),
    madeUp: madeUpHandlers(new MadeUpRemoval(deps)),
    login: loginHandlers(ofAccounts),
    setup: setupHandlers(ofAccounts),
    // Each token says whether it sees numbers masked.
    api: new Api({ ...whole, sendTest }),
    operations: operationsHandlers({ ...deps, operations }),
    asset: serveAsset,
  };
}
