import { randomBytes } from "node:crypto";
import type { By } from "../../accounts.ts";
import type { Stores } from "../../stores.ts";
import type { Db } from "../dialect.ts";
import type { Read } from "../message-reading.ts";
import * as channels from "./alert-channels.ts";
import { alertRuleById, alertRules } from "./alert-rules.ts";
import * as alerts from "./alerts.ts";
import { apiTokenByHash, apiTokenById, apiTokens } from "./api-tokens.ts";
import { auditEntries } from "./audit.ts";
import * as backfill from "./backfill.ts";
import { endpointById, endpoints, endpointSecrets } from "./endpoints.ts";
import { limitsWholeAt } from "./guesses.ts";
import { mutedCodes } from "./muted-codes.ts";
import { outboxBeside } from "./outbox-beside.ts";
import { priceOf } from "./prices.ts";
import { dueMessages, goneAt } from "./reconciled.ts";
import * as refusals from "./refusals.ts";
import { isSetupCode, secret } from "./secrets.ts";
import {
  isSessionKept,
  sessionsAmong,
  sessionsOf,
  visitorBySession,
} from "./sessions.ts";
import { digestOf, digests, digestsDue } from "./digests.ts";
import { tagNames } from "../tallies/cost-keys.ts";
import { costLines } from "../tallies/cost-lines.ts";
import { costReport } from "../tallies/costs.ts";
import { suppressionStore } from "./suppression-store.ts";
import * as views from "./views.ts";
import * as visitors from "./visitors.ts";
import type { Input, Output, Write, WriteName } from "./writes.ts";

/** What is kept beside messages, read through one connection and written through another. */
/** What an alert has that nobody has taken, or that is only acknowledged. */
const NOT_SNOOZED = { note: null, snoozedUntil: null };

export function keptBeside(
  db: Db,
  read: Read,
  write: Write,
): Pick<
  Stores,
  | "accounts"
  | "alerts"
  | "alertChannels"
  | "apiTokens"
  | "audit"
  | "backfills"
  | "reconciles"
  | "prices"
  | "costs"
  | "endpoints"
  | "outbox"
  | "refusals"
  | "digests"
  | "views"
  | "suppressions"
> {
  const query =
    <Asked extends readonly unknown[], Answer>(
      run: (db: Db, ...asked: Asked) => Promise<Answer>,
    ) =>
    (...asked: Asked): Promise<Answer> =>
      read(() => run(db, ...asked));
  const written =
    <N extends WriteName>(name: N) =>
    (...input: Input<N>): Promise<Output<N>> =>
      write(name, ...input);
  const removed = async (
    name: "removeEndpoint" | "removeAlertChannel",
    id: number,
    by: By,
  ): Promise<boolean> => {
    const existed = await write(name, id, by);
    while (await write("removeLeftovers"));
    return existed;
  };
  return {
    accounts: {
      hasPasswords: query(visitors.hasPasswords),
      users: query(visitors.users),
      userById: query(visitors.userById),
      visitorByName: query(visitors.visitorByName),
      passwordOf: query(visitors.passwordOf),
      async visitorBySession(tokenHash, now) {
        const found = await read(() => visitorBySession(db, tokenHash, now));
        if (!found && (await read(() => isSessionKept(db, tokenHash))))
          await write("removeEndedSessions", { now, wasSetBack: false });
        return found;
      },
      sessionsOf: query(sessionsOf),
      stillThere: query(async (_, { sessions, users }, now) => ({
        sessions: await sessionsAmong(db, sessions, now),
        users: await visitors.usersAmong(db, users),
      })),
      async secretKey() {
        const known = await read(() => secret(db, "key"));
        return known ?? write("keepSecretKey", randomBytes(32).toString("hex"));
      },
      addUser: written("addUser"),
      addProxyUser: written("addProxyUser"),
      setSetupCode: written("setSetupCode"),
      isSetupCode: query(isSetupCode),
      addFirstUser: written("addFirstUser"),
      setRole: written("setRole"),
      setPassword: written("setPassword"),
      removeUser: written("removeUser"),
      takeGuess: written("takeGuess"),
      limitsWholeAt: query(limitsWholeAt),
      signIn: written("signIn"),
      noteUse: written("noteUse"),
      signOut: written("signOut"),
      endSession: written("endSession"),
      endOtherSessions: written("endOtherSessions"),
    },
    audit: { add: written("addAuditEntry"), list: query(auditEntries) },
    refusals: {
      add: written("addRefusals"),
      list: query(refusals.refusals),
      byId: query(refusals.refusalById),
      fixableAfter: query(refusals.fixableRefusalsAfter),
      unlistedSince: query(refusals.refusalsUnlistedSince),
      seenAt: query(refusals.refusalsSeenAt),
      markSeen: written("markRefusalsSeen"),
    },
    suppressions: suppressionStore(db, read, write),
    digests: {
      of: query(digestOf),
      list: query(digests),
      due: query(digestsDue),
      put: written("putDigest"),
      remove: written("removeDigest"),
      save: written("saveDigest"),
    },
    views: {
      list: query(views.views),
      byId: query(views.viewById),
      add: written("addView"),
      change: written("changeView"),
      remove: written("removeView"),
    },
    backfills: {
      note: query(backfill.backfillNote),
      want: written("wantBackfill"),
      next: query(backfill.nextBackfillDay),
      addPage: written("addBackfillPage"),
      days: query(backfill.backfillDays),
    },
    prices: { save: written("savePrices"), of: query(priceOf) },
    costs: {
      report: query(costReport),
      linesOf: query(costLines),
      tagNames: query(tagNames),
    },
    reconciles: {
      add: written("addInFlight"),
      due: query(dueMessages),
      save: written("saveAsked"),
      goneAt: query(goneAt),
    },
    apiTokens: {
      add: written("addApiToken"),
      list: query(apiTokens),
      byId: query(apiTokenById),
      byHash: query(apiTokenByHash),
      setLastUsed: written("setApiTokenLastUsed"),
      remove: written("removeApiToken"),
    },
    endpoints: {
      add: written("addEndpoint"),
      list: query(endpoints),
      byId: query(endpointById),
      change: written("changeEndpoint"),
      setState: written("setEndpointState"),
      rotate: written("rotateEndpoint"),
      remove: (id, by) => removed("removeEndpoint", id, by),
      secretsOf: query(endpointSecrets),
    },
    alerts: {
      rules: query(alertRules),
      ruleById: query(alertRuleById),
      addRule: written("addAlertRule"),
      changeRule: written("changeAlertRule"),
      removeRule: written("removeAlertRule"),
      open: query(alerts.openAlerts),
      list: query(alerts.alerts),
      byId: query(alerts.alertById),
      history: query(alerts.alertHistory),
      acknowledge: (id, note, ...input) =>
        write(
          "handleAlert",
          id,
          { ...NOT_SNOOZED, state: "acknowledged", note },
          ...input,
        ),
      snooze: (id, snoozedUntil, note, ...input) =>
        write(
          "handleAlert",
          id,
          { state: "snoozed", note, snoozedUntil },
          ...input,
        ),
      reopen: (id, ...input) =>
        write("handleAlert", id, { ...NOT_SNOOZED, state: "firing" }, ...input),
      mutedCodes: query(mutedCodes),
      muteCode: written("muteCode"),
      unmuteCode: written("unmuteCode"),
      evaluatorRecord: query(alerts.evaluatorRecord),
      addPending: written("addPendingAlerts"),
      advance: written("advanceAlerts"),
    },
    alertChannels: {
      list: query(channels.alertChannels),
      byId: query(channels.alertChannelById),
      settingsOf: query(channels.alertChannelSettings),
      add: written("addAlertChannel"),
      change: written("changeAlertChannel"),
      remove: (id, by) => removed("removeAlertChannel", id, by),
    },
    outbox: outboxBeside(query, write),
  };
}
