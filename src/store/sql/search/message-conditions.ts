import { sql, type Kysely } from "kysely";
import {
  channelPlace,
  CHANNELS,
  EVENT_STATUSES,
  statusRank,
  type Channel,
} from "../../../twilio/status.ts";
import { isMessageSidStart } from "../../../twilio/sid.ts";
import type { Condition, MessageFilter } from "../../filter.ts";
import { addressesIn, addressesMeant, isName } from "./address-search.ts";
import { allIds, idsBetween, type GappedRange } from "./message-ids.ts";
import {
  isAmong,
  not,
  ofValues,
  rowTest,
  type Meaning,
  type MessageTest,
} from "./condition-tests.ts";
import type { Schema } from "../schema.ts";
import { ofSids } from "./sid-search.ts";
import { ofTag } from "./tag-search.ts";

/** A filter, ready to search by. */
export type MessageTests = GappedRange & {
  readonly tests: readonly MessageTest[];
};

/** Undefined when no message can pass the filter. */
export async function messageTests(
  db: Kysely<Schema>,
  filter: MessageFilter,
): Promise<MessageTests | undefined> {
  const tests: MessageTest[] = [];
  const country = filter.find(isOfCountry);
  for (const condition of filter) {
    const meaning = await meaningOf(db, condition, country?.values);
    if (meaning === "none") return undefined;
    if (meaning !== "all") tests.push(meaning);
  }
  const { after, before } = timesOf(filter);
  return {
    ...(await idsBetween(db, await allIds(db), after, before)),
    tests,
  };
}

/** The latest beginning and the earliest end. */
export function timesOf(filter: MessageFilter) {
  let after: number | undefined;
  let before: number | undefined;
  for (const condition of filter) {
    if (condition.field !== "after" && condition.field !== "before") continue;
    const { at } = condition;
    if (isBeginning(condition)) after = Math.max(after ?? at, at);
    else before = Math.min(before ?? at, at);
  }
  return { after, before };
}

function isBeginning({ field, negated }: Condition): boolean {
  return (field === "after") !== negated;
}

function isOfCountry(
  condition: Condition,
): condition is Extract<Condition, { field: "country" }> {
  return condition.field === "country" && !condition.negated;
}

/** `countries` are those that the whole filter keeps to, if any. */
async function meaningOf(
  db: Kysely<Schema>,
  condition: Condition,
  countries: readonly string[] | undefined,
): Promise<Meaning> {
  const { negated } = condition;
  switch (condition.field) {
    case "status":
      return ofStatus(
        EVENT_STATUSES.filter(
          (status) => condition.values.includes(status) !== negated,
        ).map(statusRank),
      );
    case "channel":
      return ofChannel(
        CHANNELS.filter(
          (channel) => condition.values.includes(channel) !== negated,
        ),
      );
    case "code":
      return ofValues("errorCode", "error_code", condition.values, negated);
    case "country":
      return ofValues("country", "country", condition.values, negated);
    case "account":
    case "service": {
      const column =
        condition.field === "account" ? "account_id" : "service_id";
      const ids = await sidIds(db, condition.values);
      return ofValues(condition.field, column, ids, negated);
    }
    case "to":
    case "from":
      return ofAddresses(db, condition.field, condition.values, {
        negated,
        countries,
      });
    case "sid":
      return ofSids(db, condition.values, negated);
    case "word":
      return ofWord(db, condition.text, { negated, countries });
    case "after":
    case "before":
      return rowTest(
        isBeginning(condition)
          ? sql`messages.first_event_at >= ${condition.at}`
          : sql`messages.first_event_at < ${condition.at}`,
      );
    case "tag":
      return ofTag(db, condition.name, condition.value, negated);
  }
}

/** Ranks; negated is the rest of them, so that it has an index too. */
function ofStatus(ranks: readonly number[]): Meaning {
  if (ranks.length === EVENT_STATUSES.length) return "all";
  return ofValues("status", "status", ranks, false);
}

/** Places; only where SMS is none of them there is an index. */
function ofChannel(channels: readonly Channel[]): Meaning {
  const places = channels.map(channelPlace);
  if (places.length === CHANNELS.length) return "all";
  return channels.includes("sms")
    ? rowTest(isAmong(sql`messages.channel`, places))
    : ofValues("channel", "channel", places, false);
}

type How = {
  readonly negated: boolean;
  readonly countries: readonly string[] | undefined;
};

/** A SID, a recipient's number or id, or the name of a recipient or a sender. */
async function ofWord(
  db: Kysely<Schema>,
  text: string,
  how: How,
): Promise<Meaning> {
  if (isMessageSidStart(text)) return ofSids(db, [text], how.negated);
  if (!isName(text)) return ofAddresses(db, "to", [text], how);
  const whole = { ...how, negated: false };
  const to = await ofAddresses(db, "to", [text], whole);
  const from = await ofAddresses(db, "from", [text], whole);
  if (to === "none") return ofAddresses(db, "from", [text], how);
  if (from === "none") return ofAddresses(db, "to", [text], how);
  if (to === "all" || from === "all") return how.negated ? "none" : "all";
  const isEither = sql`(${to.isTrue} OR ${from.isTrue})`;
  return rowTest(how.negated ? not(isEither) : isEither, to.reads);
}

async function ofAddresses(
  db: Kysely<Schema>,
  role: "to" | "from",
  values: readonly string[],
  { negated, countries }: How,
): Promise<Meaning> {
  const column = role === "to" ? "to_id" : "from_id";
  const meant = await addressesMeant(db, role, values);
  if ("ids" in meant) {
    // A message's country is its recipient's: the messages of others need not be looked for.
    const ids =
      role === "to" && !negated && countries !== undefined
        ? await addressesIn(db, meant.ids, countries)
        : meant.ids;
    return ofValues(role, column, ids, negated);
  }
  const isTrue = sql`(SELECT ${meant.isMeant} FROM addresses
    WHERE addresses.id = ${sql.ref(`messages.${column}`)})`;
  return rowTest(negated ? not(isTrue) : isTrue, "address");
}

/** The ids of those of these SIDs that are known. */
export async function sidIds(
  db: Kysely<Schema>,
  sids: readonly string[],
): Promise<number[]> {
  const rows = await db
    .selectFrom("sids")
    .select("id")
    .where("sid", "in", [...sids])
    .execute();
  return rows.map((row) => row.id);
}
