import { sql } from "kysely";
import {
  channelPlace,
  CHANNELS,
  EVENT_STATUSES,
  statusRank,
  type Channel,
} from "../../../twilio/status.ts";
import { isMessageSidStart } from "../../../twilio/sid.ts";
import type { Condition, MessageFilter } from "../../filter.ts";
import {
  addressValue,
  isBeginning,
  timesOf,
} from "../../core/filter-values.ts";
import { addressesIn, addressesMeant } from "./address-search.ts";
import { allIds, idsBetween, type GappedRange } from "./message-ids.ts";
import {
  isAmong,
  not,
  ofValues,
  rowTest,
  type Meaning,
  type MessageTest,
} from "./condition-tests.ts";
import type { Db } from "../dialect.ts";
import { ofSids } from "./sid-search.ts";
import { ofSource } from "./source-search.ts";
import { ofTag } from "./tag-search.ts";

/** A filter as SQL. */
export type MessageTests = GappedRange & {
  readonly tests: readonly MessageTest[];
};

/** Undefined when no message can pass the filter. */
export async function messageTests(
  db: Db,
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

function isOfCountry(
  condition: Condition,
): condition is Extract<Condition, { field: "country" }> {
  return condition.field === "country" && !condition.negated;
}

/** `countries` are those of the whole filter, if it has any. */
async function meaningOf(
  db: Db,
  condition: Condition,
  countries: readonly string[] | undefined,
): Promise<Meaning> {
  const { negated } = condition;
  switch (condition.field) {
    case "status":
      return ofStatus(
        db,
        EVENT_STATUSES.filter(
          (status) => condition.values.includes(status) !== negated,
        ).map(statusRank),
      );
    case "channel":
      return ofChannel(
        db,
        CHANNELS.filter(
          (channel) => condition.values.includes(channel) !== negated,
        ),
      );
    case "source":
      return ofSource(condition.values, negated);
    case "code":
      return ofValues(
        db.dialect,
        "errorCode",
        "error_code",
        condition.values,
        negated,
      );
    case "country":
      return ofValues(
        db.dialect,
        "country",
        "country",
        condition.values,
        negated,
      );
    case "account":
    case "service":
      return ofOwner(db, condition.field, condition.values, negated);
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
      return ofTime(condition);
    case "tag":
      return ofTag(db, condition.name, condition.value, negated);
  }
}

async function ofOwner(
  db: Db,
  field: "account" | "service",
  sids: readonly string[],
  negated: boolean,
): Promise<Meaning> {
  const column = field === "account" ? "account_id" : "service_id";
  return ofValues(db.dialect, field, column, await sidIds(db, sids), negated);
}

function ofTime(
  condition: Extract<Condition, { field: "after" | "before" }>,
): Meaning {
  return rowTest(
    isBeginning(condition)
      ? sql`messages.first_event_at >= ${condition.at}`
      : sql`messages.first_event_at < ${condition.at}`,
  );
}

/** Takes ranks; a negated condition has the other ranks, so that it has an index too. */
function ofStatus({ dialect }: Db, ranks: readonly number[]): Meaning {
  if (ranks.length === EVENT_STATUSES.length) return "all";
  return ofValues(dialect, "status", "status", ranks, false);
}

/** Only channels other than SMS have an index. */
function ofChannel({ dialect }: Db, channels: readonly Channel[]): Meaning {
  const places = channels.map(channelPlace);
  if (places.length === CHANNELS.length) return "all";
  return channels.includes("sms")
    ? rowTest(isAmong(dialect, sql`messages.channel`, places))
    : ofValues(dialect, "channel", "channel", places, false);
}

type How = {
  readonly negated: boolean;
  readonly countries: readonly string[] | undefined;
};

/** A SID, a recipient's number or id, or the name of a recipient or a sender. */
async function ofWord(db: Db, text: string, how: How): Promise<Meaning> {
  if (isMessageSidStart(text)) return ofSids(db, [text], how.negated);
  if (addressValue(text).kind !== "name")
    return ofAddresses(db, "to", [text], how);
  const whole = { ...how, negated: false };
  const to = await ofAddresses(db, "to", [text], whole);
  const from = await ofAddresses(db, "from", [text], whole);
  if (to === "none") return ofAddresses(db, "from", [text], how);
  if (from === "none") return ofAddresses(db, "to", [text], how);
  if (to === "all" || from === "all") return how.negated ? "none" : "all";
  const isEither = sql`(${to.isTrue} OR ${from.isTrue})`;
  return rowTest(how.negated ? not(isEither) : isEither);
}

async function ofAddresses(
  db: Db,
  role: "to" | "from",
  values: readonly string[],
  { negated, countries }: How,
): Promise<Meaning> {
  const column = role === "to" ? "to_id" : "from_id";
  const meant = await addressesMeant(db, role, values);
  if ("ids" in meant) {
    // A message's country is its recipient's, so recipients in other countries don't matter.
    const ids =
      role === "to" && !negated && countries !== undefined
        ? await addressesIn(db, meant.ids, countries)
        : meant.ids;
    return ofValues(db.dialect, role, column, ids, negated);
  }
  const isTrue = sql`(SELECT ${meant.isMeant} FROM addresses
    WHERE addresses.id = ${sql.ref(`messages.${column}`)})`;
  return rowTest(negated ? not(isTrue) : isTrue);
}

/** The ids of those of these SIDs that are known. */
export async function sidIds(
  db: Db,
  sids: readonly string[],
): Promise<number[]> {
  const rows = await db
    .selectFrom("sids")
    .select("id")
    .where("sid", "in", [...sids])
    .execute();
  return rows.map((row) => row.id);
}
