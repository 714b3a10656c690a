import { getMessage, listMessages } from "../routes/api/messages.ts";
import {
  acknowledgeAlert,
  getAlert,
  listAlerts,
  snoozeAlert,
} from "../routes/api/alerts.ts";
import { listAttempts, testEndpoint } from "../routes/api/attempts.ts";
import * as endpoints from "../routes/api/endpoints.ts";
import { getCompleteness } from "../routes/api/completeness.ts";
import { getCosts } from "../routes/api/costs.ts";
import { listErrors } from "../routes/api/errors.ts";
import { listEvents } from "../routes/api/events.ts";
import type { Operation } from "../routes/api/operation.ts";
import * as resends from "../routes/api/resends.ts";
import { getStats } from "../routes/api/stats.ts";
import {
  listSuppressionChanges,
  listSuppressions,
  removeSuppression,
} from "../routes/api/suppressions.ts";
import { apiReference } from "../routes/api-reference.tsx";
import { listViews } from "../routes/api/views.ts";
import { WEBHOOK_PATHS } from "../twilio/webhook-paths.ts";
import type { SignIn } from "../config/settings.ts";
import type { Handlers } from "./handlers.ts";
import {
  admin,
  beforePassword,
  called,
  existsWith,
  findablePages,
  forServices,
  fromAnywhere,
  get,
  member,
  open,
  operationRoute,
  post,
  token,
  webhook,
  withPasswords,
  withUsers,
  type Route,
} from "./route-kinds.ts";

/**
 * Every route of the product with this value of SIGN_IN: its path below the base path, who may
 * use it, what answers. The gate, the 405s, the OpenAPI document, the pages that the search
 * finds and the tests' list of routes are made from it.
 */
export function routeTable(on: Handlers, signIn: SignIn): readonly Route[] {
  const {
    messages,
    numbers,
    errors,
    alerts,
    refusals,
    account,
    users,
    tokens,
  } = on;
  const { alertChannels, alertRules, api, erase, forwarding, operations } = on;
  const { suppressions } = on;

  const does = (path: string, operation: Operation) =>
    operationRoute(path, operation, (asked) => api.answer(operation, asked));
  const apiRoutes = [
    does("/api/v1/messages", listMessages),
    does("/api/v1/messages/:sid", getMessage),
    does("/api/v1/events", listEvents),
    does("/api/v1/stats", getStats),
    does("/api/v1/errors", listErrors),
    does("/api/v1/views", listViews),
    does("/api/v1/completeness", getCompleteness),
    does("/api/v1/costs", getCosts),
    does("/api/v1/suppressions", listSuppressions),
    does("/api/v1/suppressions/changes", listSuppressionChanges),
    does("/api/v1/suppressions/:number/:channel", removeSuppression),
    does("/api/v1/alerts", listAlerts),
    does("/api/v1/alerts/:id", getAlert),
    does("/api/v1/alerts/:id/acknowledge", acknowledgeAlert),
    does("/api/v1/alerts/:id/snooze", snoozeAlert),
    does("/api/v1/endpoints", endpoints.listEndpoints),
    does("/api/v1/endpoints", endpoints.createEndpoint),
    does("/api/v1/endpoints/:id", endpoints.getEndpoint),
    does("/api/v1/endpoints/:id", endpoints.updateEndpoint),
    does("/api/v1/endpoints/:id", endpoints.deleteEndpoint),
    does("/api/v1/endpoints/:id/pause", endpoints.pauseEndpoint),
    does("/api/v1/endpoints/:id/resume", endpoints.resumeEndpoint),
    does("/api/v1/endpoints/:id/rotate", endpoints.rotateEndpointSecret),
    does("/api/v1/endpoints/:id/test", testEndpoint),
    does("/api/v1/endpoints/:id/attempts", listAttempts),
    does("/api/v1/endpoints/:id/resends", resends.listResends),
    does("/api/v1/endpoints/:id/resends", resends.createResend),
    does("/api/v1/endpoints/:id/resends/preview", resends.previewOfResend),
    does("/api/v1/endpoints/:id/resends/:resend/stop", resends.stopResend),
  ];

  // prettier-ignore
  const routes: readonly Route[] = [
    // What Twilio posts to: its signature is checked, and nothing else runs.
    webhook(WEBHOOK_PATHS.sms,                         on.receivers.sms),
    webhook(WEBHOOK_PATHS.whatsapp,                    on.receivers.whatsapp),
    webhook(WEBHOOK_PATHS.events,                      on.receivers.events),

    get ("/",                                  member, on.overview, called("Overview", "home dashboard health delivery rate chart")),

    get ("/messages",                          member, messages.list, called("Messages", "list filter find export csv")),
    get ("/messages/suggest",                  member, messages.suggest),
    get ("/messages/live",                     member, messages.news),
    get ("/messages/export-progress",          member, messages.exportProgress),
    get ("/messages/views",                    member, on.views.list, called("Saved views", "filters tabs bookmarks")),
    post("/messages/views",                    member, on.views.add),
    get ("/messages/views/:id",                member, on.views.one),
    get ("/messages/views/:id/edit",           member, on.views.edit),
    post("/messages/views/:id/edit",           member, on.views.change),
    get ("/messages/views/:id/remove",         member, on.views.confirmRemove),
    post("/messages/views/:id/remove",         member, on.views.remove),
    get ("/messages/:sid",                     member, messages.one),
    get ("/messages.csv",                      member, messages.csv),
    get ("/messages.jsonl",                    member, messages.jsonl),

    get ("/errors",                            member, errors.list, called("Errors", "error codes failures")),
    get ("/errors/dictionary",                 member, errors.dictionary, called("Error code reference", "look up dictionary meaning")),
    get ("/errors/:code",                      member, errors.one),
    post("/errors/:code/mute",                 member, errors.mute),
    post("/errors/:code/unmute",               member, errors.unmute),

    get ("/numbers",                           member, numbers.list, called("Numbers", "recipients phone keep failing")),
    get ("/numbers/:number",                   member, numbers.one),
    get ("/numbers.csv",                       member, numbers.csv),
    get ("/numbers.json",                      member, numbers.json),

    get ("/do-not-send",                       member, suppressions.list, called("Do not send", "list suppressions stop opted out unsubscribed blocked")),
    get ("/do-not-send.csv",                   member, suppressions.csv),
    get ("/do-not-send.json",                  member, suppressions.json),
    get ("/do-not-send/:recipient/:channel/remove",
                                               admin,  suppressions.confirmRemove),
    post("/do-not-send/:recipient/:channel/remove",
                                               admin,  suppressions.remove),

    get ("/alerts",                            member, alerts.list, called("Alerts", "incidents problems firing history")),
    get ("/alerts/rules",                      member, alertRules.list, called("Alert rules", "thresholds muted codes")),
    post("/alerts/rules",                      admin,  alertRules.add),
    get ("/alerts/rules/new",                  admin,  alertRules.fresh, called("New alert rule", "add create")),
    post("/alerts/rules/preview",              admin,  alertRules.previewNew),
    get ("/alerts/rules/:id",                  member, alertRules.one),
    post("/alerts/rules/:id",                  admin,  alertRules.change),
    post("/alerts/rules/:id/preview",          admin,  alertRules.preview),
    post("/alerts/rules/:id/switch",           admin,  alertRules.switch),
    get ("/alerts/rules/:id/remove",           admin,  alertRules.confirmRemove),
    post("/alerts/rules/:id/remove",           admin,  alertRules.remove),

    get ("/alerts/channels",                   member, alertChannels.list, called("Notification channels", "add email slack teams discord ntfy pagerduty webhook notify")),
    post("/alerts/channels",                   admin,  alertChannels.add),
    get ("/alerts/channels/new",               admin,  alertChannels.fresh),
    get ("/alerts/channels/:id",               admin,  alertChannels.one),
    post("/alerts/channels/:id",               admin,  alertChannels.change),
    post("/alerts/channels/:id/switch",        admin,  alertChannels.switch),
    post("/alerts/channels/:id/test",          admin,  alertChannels.test),
    get ("/alerts/channels/:id/remove",        admin,  alertChannels.confirmRemove),
    post("/alerts/channels/:id/remove",        admin,  alertChannels.remove),

    get ("/alerts/:id",                        member, alerts.one),
    post("/alerts/:id/acknowledge",            member, alerts.acknowledge),
    post("/alerts/:id/snooze",                 member, alerts.snooze),
    post("/alerts/:id/reopen",                 member, alerts.reopen),

    get ("/completeness",                      member, on.completeness, called("Completeness", "missed outcomes callbacks reconcile backfill")),
    get ("/report",                            member, on.report, called("Delivery by month", "report target month rate manager")),

    get ("/costs",                             member, on.costs.show, called("Costs", "prices charges money spend fees segments")),
    get ("/costs.csv",                         member, on.costs.csv),
    get ("/costs.json",                        member, on.costs.json),

    get ("/refusals",                          member, refusals.list, called("Refusals", "refused callbacks signature 403")),
    get ("/refusals/:id",                      member, refusals.one),
    post("/refusals/seen",                     member, refusals.markSeen),

    get ("/forwarding",                        member, forwarding.list, called("Forwarding", "endpoints webhooks deliveries")),
    post("/forwarding",                        admin,  forwarding.add),
    get ("/forwarding/new",                    admin,  forwarding.showNew, called("New endpoint", "add create forwarding webhook")),
    get ("/forwarding/:id",                    member, forwarding.one),
    get ("/forwarding/:id/attempts/:attempt",  member, forwarding.attempt),
    get ("/forwarding/:id/edit",               admin,  forwarding.showEdit),
    post("/forwarding/:id/edit",               admin,  forwarding.edit),
    post("/forwarding/:id/pause",              admin,  forwarding.pause),
    post("/forwarding/:id/resume",             admin,  forwarding.resume),
    post("/forwarding/:id/test",               admin,  forwarding.test),
    get ("/forwarding/:id/rotate",             admin,  forwarding.confirmRotate),
    post("/forwarding/:id/rotate",             admin,  forwarding.rotate),
    get ("/forwarding/:id/remove",             admin,  forwarding.confirmRemove),
    post("/forwarding/:id/remove",             admin,  forwarding.remove),
    get ("/forwarding/:id/resend",             admin,  on.resends.show),
    post("/forwarding/:id/resend",             admin,  on.resends.start),
    post("/forwarding/:id/resends/:resend/stop",
                                               admin,  on.resends.stop),

    // The event stream that tells open pages that something was recorded.
    get ("/live",                              member, on.live),

    get ("/settings",                          member, on.settings, called("Settings", "general twilio callback url setup version database backups")),
    get ("/settings/account",                  member, account.show,             withUsers, beforePassword, called("Your account", "change password sessions devices sign out")),
    post("/settings/account/password",         member, account.changePassword,   withUsers, beforePassword),
    post("/settings/account/sessions/:id/end", member, account.endSession,       withUsers),
    post("/settings/account/sessions/end-others",
                                               member, account.endOtherSessions, withUsers),

    get ("/settings/users",                    admin,  users.list,               withUsers, called("Users", "add invite people team roles admins members")),
    post("/settings/users",                    admin,  users.add,                withPasswords),
    get ("/settings/users/:id",                admin,  users.one,                withUsers),
    post("/settings/users/:id/role",           admin,  users.setRole,            withUsers),
    post("/settings/users/:id/password",       admin,  users.setPassword,        withPasswords),
    get ("/settings/users/:id/remove",         admin,  users.confirmRemove,      withUsers),
    post("/settings/users/:id/remove",         admin,  users.remove,             withUsers),

    get ("/settings/tokens",                   admin,  tokens.list, called("API tokens", "add create access program")),
    post("/settings/tokens",                   admin,  tokens.add),
    get ("/settings/tokens/:id/revoke",        admin,  tokens.confirmRevoke),
    post("/settings/tokens/:id/revoke",        admin,  tokens.revoke),

    get ("/settings/digest",                   member, on.digest.show, called("Email digest", "daily weekly mail report")),
    post("/settings/digest",                   member, on.digest.save),
    post("/settings/digest/remove",            member, on.digest.remove),
    get ("/digest/unsubscribe",                open,   on.digest.askUnsubscribe),
    // Mail programs post it, as RFC 8058 says; the address has a proof.
    post("/digest/unsubscribe",                open,   on.digest.unsubscribe,    fromAnywhere),

    get ("/settings/api",                      member, apiReference(apiRoutes), called("API reference", "developers openapi curl json token")),
    get ("/settings/senders",                  admin,  on.senders.show, called("Senders", "messaging services check twilio configuration")),
    post("/settings/senders/check",            admin,  on.senders.check),

    get ("/settings/audit",                    admin,  on.audit, called("Audit list", "log changes who when history")),

    get ("/settings/erase",                    admin,  erase.show, called("Erase a number", "forget delete person privacy gdpr")),
    post("/settings/erase",                    admin,  erase.search),
    post("/settings/erase/confirm",            admin,  erase.confirm),
    post("/settings/erase/forget",             admin,  erase.forget),

    get ("/settings/made-up",                  admin,  on.madeUp.show, called("Made-up messages", "delete test simulated demo")),
    post("/settings/made-up/remove",           admin,  on.madeUp.remove),

    get ("/login",                             open,   on.login.show,            withPasswords),
    post("/login",                             open,   on.login.signIn,          withPasswords),
    post("/logout",                            open,   on.login.signOut,         withPasswords),
    get ("/setup",                             open,   on.setup.show,            withPasswords),
    post("/setup",                             open,   on.setup.addFirstUser,    withPasswords),
    get ("/assets/:hash/:name",                open,   on.asset),

    ...apiRoutes,
    get ("/api/openapi.json",                  open,   api.describe(apiRoutes)),
    get ("/api/v1",                            open,   api.notFound),
    get ("/api/v1/*",                          open,   api.notFound),

    get ("/livez",                             open,   operations.live,          forServices),
    get ("/readyz",                            open,   operations.ready,         forServices),
    get ("/metrics",                           token,  operations.metrics,       forServices),
  ];

  // The pages that it finds are those above.
  const existing = routes.filter(existsWith(signIn));
  const search = on.search(findablePages(existing));
  return [
    ...existing,
    get("/search", member, search.page),
    get("/search/suggest", member, search.suggest),
  ];
}
