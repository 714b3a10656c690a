import { sql } from "kysely";
import { nameKey, type By } from "../../accounts.ts";
import {
  ENDPOINTS_MAX,
  type AddedEndpoint,
  type Endpoint,
  type EndpointRefusal,
  type EndpointSecrets,
  type EndpointSettings,
} from "../../endpoints.ts";
import { FeedPosition } from "../../feed-position.ts";
import { endpointTarget } from "../../outbox.ts";
import type { Db } from "../dialect.ts";
import { readLedger } from "../reading/feed.ts";
import { addAuditEntry } from "./audit.ts";
import { addTarget, removeTarget } from "./targets.ts";

export async function addEndpoint(
  db: Db,
  endpoint: EndpointSettings & { readonly secret: string },
  by: By,
): Promise<AddedEndpoint> {
  const known = await db.selectFrom("endpoints").select("name_key").execute();
  const name_key = nameKey(endpoint.name);
  if (known.some((each) => each.name_key === name_key))
    return { refusal: "name taken" };
  if (known.length >= ENDPOINTS_MAX) return { refusal: "too many" };
  const { lastEventId } = await readLedger(db);
  const { id } = await db
    .insertInto("endpoints")
    .values({
      ...settingsColumns(endpoint),
      name_key,
      secret: endpoint.secret,
      previous_secret: null,
      previous_until: null,
      state: "active",
      disabled_reason: null,
      state_changed_at: by.at,
      created_at: by.at,
      created_by: by.actor,
      revision: 1,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await addTarget(db, endpointTarget(id), lastEventId);
  await note(db, by, "added the endpoint", endpoint.name);
  return { id };
}

export async function changeEndpoint(
  db: Db,
  id: number,
  settings: Partial<EndpointSettings>,
  by: By,
): Promise<EndpointRefusal | undefined> {
  const found = await find(db, id);
  if (!found) return "no such endpoint";
  const changed = { ...found.settings, ...settings };
  const name_key = nameKey(changed.name);
  const other = await db
    .selectFrom("endpoints")
    .select("id")
    .where("name_key", "=", name_key)
    .where("id", "<>", id)
    .executeTakeFirst();
  if (other) return "name taken";
  await db
    .updateTable("endpoints")
    .set((eb) => ({
      ...settingsColumns(changed),
      name_key,
      revision: eb("revision", "+", 1),
    }))
    .where("id", "=", id)
    .execute();
  await note(db, by, "changed the endpoint", changed.name);
  return undefined;
}

export async function setEndpointState(
  db: Db,
  id: number,
  state: "active" | "paused",
  by: By,
): Promise<EndpointRefusal | undefined> {
  const found = await find(db, id);
  if (!found) return "no such endpoint";
  if (found.state === state) return undefined;
  await db
    .updateTable("endpoints")
    .set((eb) => ({
      state,
      disabled_reason: null,
      state_changed_at: by.at,
      revision: eb("revision", "+", 1),
    }))
    .where("id", "=", id)
    .execute();
  // Otherwise it would be disabled again by the first failure.
  if (state === "active")
    await db
      .updateTable("targets")
      .set({ failing_since: null, held_until: null })
      .where("target", "=", endpointTarget(id))
      .execute();
  const action =
    state === "paused" ? "paused the endpoint" : "resumed the endpoint";
  await note(db, by, action, found.settings.name);
  return undefined;
}

export async function rotateEndpoint(
  db: Db,
  id: number,
  change: { readonly secret: string; readonly previousUntil: number },
  by: By,
): Promise<EndpointRefusal | undefined> {
  const found = await find(db, id);
  if (!found) return "no such endpoint";
  await db
    .updateTable("endpoints")
    .set((eb) => ({
      previous_secret: eb.ref("secret"),
      previous_until: change.previousUntil,
      secret: change.secret,
      revision: eb("revision", "+", 1),
    }))
    .where("id", "=", id)
    .execute();
  await note(db, by, "rotated the secret of the endpoint", found.settings.name);
  return undefined;
}

/** Returns whether there was one. What belongs to it is removed by `removeLeftovers`. */
export async function removeEndpoint(
  db: Db,
  id: number,
  by: By,
): Promise<boolean> {
  const found = await find(db, id);
  if (!found) return false;
  await db.deleteFrom("endpoints").where("id", "=", id).execute();
  await removeTarget(db, endpointTarget(id));
  await note(db, by, "removed the endpoint", found.settings.name);
  return true;
}

export async function endpoints(db: Db): Promise<Endpoint[]> {
  const ledger = await readLedger(db);
  const rows = await selectEndpoints(db).orderBy("name_key").execute();
  return rows.map((row) => endpointOf(row, ledger.id));
}

export async function endpointById(
  db: Db,
  id: number,
): Promise<Endpoint | undefined> {
  const ledger = await readLedger(db);
  const row = await selectEndpoints(db)
    .where("endpoints.id", "=", id)
    .executeTakeFirst();
  return row && endpointOf(row, ledger.id);
}

export async function endpointSecrets(
  db: Db,
  id: number,
): Promise<EndpointSecrets | undefined> {
  const row = await db
    .selectFrom("endpoints")
    .select(["secret", "previous_secret", "previous_until"])
    .where("id", "=", id)
    .executeTakeFirst();
  if (!row) return undefined;
  const { secret, previous_secret, previous_until } = row;
  const previous =
    previous_secret === null || previous_until === null
      ? undefined
      : { secret: previous_secret, until: previous_until };
  return { secret, previous };
}

function note(db: Db, by: By, action: string, subject: string): Promise<void> {
  return addAuditEntry(db, { kind: "change", ...by, action, subject });
}

async function find(db: Db, id: number) {
  const row = await db
    .selectFrom("endpoints")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return row && { settings: settingsOf(row), state: row.state };
}

function settingsColumns(settings: EndpointSettings) {
  return {
    name: settings.name,
    url: settings.url,
    filter: settings.filter,
    events: settings.events && JSON.stringify(settings.events),
    rate_per_second: settings.ratePerSecond,
    concurrency: settings.concurrency,
  };
}

function settingsOf(row: ReturnType<typeof settingsColumns>): EndpointSettings {
  const events: readonly string[] | null =
    row.events === null ? null : JSON.parse(row.events);
  return {
    name: row.name,
    url: row.url,
    filter: row.filter,
    events,
    ratePerSecond: row.rate_per_second,
    concurrency: row.concurrency,
  };
}

/** Everything but the secrets. */
function selectEndpoints(db: Db) {
  return db
    .selectFrom("endpoints")
    .innerJoin("targets", (join) =>
      join.on(
        "targets.target",
        "=",
        sql`'endpoint:' || endpoints.id`.$castTo<
          ReturnType<typeof endpointTarget>
        >(),
      ),
    )
    .select([
      "endpoints.id",
      "name",
      "url",
      "filter",
      "events",
      "rate_per_second",
      "concurrency",
      "previous_until",
      "state",
      "disabled_reason",
      "state_changed_at",
      "created_at",
      "created_by",
      "revision",
      "events_cursor",
      "failing_since",
      "last_success_at",
      "held_until",
    ]);
}

type EndpointRecord = Awaited<
  ReturnType<ReturnType<typeof selectEndpoints>["execute"]>
>[number];

function endpointOf(row: EndpointRecord, ledger: string): Endpoint {
  return {
    ...settingsOf(row),
    id: row.id,
    state: row.state,
    disabledReason: row.disabled_reason ?? undefined,
    stateChangedAt: row.state_changed_at,
    createdAt: row.created_at,
    createdBy: row.created_by,
    previousUntil: row.previous_until ?? undefined,
    revision: row.revision,
    position: new FeedPosition(ledger, row.events_cursor),
    failingSince: row.failing_since ?? undefined,
    lastSuccessAt: row.last_success_at ?? undefined,
    heldUntil: row.held_until ?? undefined,
  };
}
