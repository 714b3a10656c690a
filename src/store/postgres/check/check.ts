import { byteWords } from "../../../words/amounts.ts";
import { fine, note, wrong, type Finding } from "../../../words/finding.ts";
import type { CheckCircumstances, DatabaseCheck } from "../../engine.ts";
import { checkedTables } from "../../sql/tables/checked-tables.ts";
import { StoreUnavailable, StoreUnusable } from "../../store.ts";
import { hasOwnSettings } from "../connection/database.ts";
import { openPool, type Connection } from "../connection/pool.ts";
import { explained, VIA_POOLER } from "../connection/postgres-errors.ts";
import { placeOf, type PostgresSettings } from "../connection/settings.ts";
import { tablesOf } from "../connection/tables.ts";
import { requireOurs, SCHEMA_VERSION } from "../migrations/migrations.ts";
import { recordingFindings } from "./recording.ts";
import { roleFindings } from "./role.ts";
import { serverFindings } from "./server.ts";
import { readSize, tableFindings } from "./tables.ts";

type Checked = Omit<DatabaseCheck, "findings">;

const NOT_READ: Checked = {
  bytes: 0,
  bytesPerDay: undefined,
  users: undefined,
  upkeep: undefined,
  endpoints: undefined,
};

/** Checks a database and its server without changing them; see `Engine`. */
export async function checkDatabase(
  settings: PostgresSettings,
  circumstances: CheckCircumstances,
): Promise<DatabaseCheck> {
  const pool = openPool(settings, { max: 1 });
  const findings: Finding[] = [];
  try {
    const isWhole = await pool.use((connection) =>
      checkInto(findings, connection, settings, circumstances),
    );
    if (!isWhole) return { ...NOT_READ, findings };
    const size = await pool.use(({ query }) =>
      readSize(query, circumstances.now),
    );
    return { findings, ...size, ...(await checkedTables(tablesOf(pool))) };
  } catch (error) {
    const reason = await explained(settings, error);
    if (
      !(reason instanceof StoreUnusable) &&
      !(reason instanceof StoreUnavailable)
    )
      throw reason;
    // What was found before may be the reason.
    findings.push(wrong(reason.message));
    return { ...NOT_READ, findings };
  } finally {
    await pool.close();
  }
}

/** Adds what it finds; resolves to whether the tables can be read. */
async function checkInto(
  findings: Finding[],
  connection: Connection,
  settings: PostgresSettings,
  { now, isServerRunning }: CheckCircumstances,
): Promise<boolean> {
  const { query } = connection;
  if (!(await hasOwnSettings(connection)))
    throw new StoreUnusable(`The ${placeOf(settings)}: ${VIA_POOLER}`);
  findings.push(...(await serverFindings(query, settings)));
  findings.push(...(await roleFindings(query)));
  const version = await requireOurs(connection);
  if (version !== SCHEMA_VERSION) {
    findings.push(otherSchema(version, settings));
    return false;
  }
  const { bytes, bytesPerDay = 0 } = await readSize(query, now);
  const growth =
    bytesPerDay > 0
      ? ` At last week's rate, it grows by ${byteWords(bytesPerDay)} a day.`
      : "";
  findings.push(
    fine(
      `The ${placeOf(settings)} is an smsledger database, ${byteWords(bytes)}.${growth}`,
    ),
    ...(await tableFindings(query)),
    ...(await recordingFindings(query, isServerRunning)),
  );
  return true;
}

function otherSchema(schema: number, settings: PostgresSettings): Finding {
  return note(
    schema === 0
      ? `The ${placeOf(settings)} is empty.`
      : `The database was written by an older version (schema ${schema}; this version has ${SCHEMA_VERSION}).`,
    schema === 0
      ? "A node creates the tables when it starts."
      : "A node upgrades it when it starts. Make a backup first.",
  );
}
