import { duration } from "../../../words/amounts.ts";
import { fine, note, wrong, type Finding } from "../../../words/finding.ts";
import { StoreUnusable } from "../../store.ts";
import type { Connection } from "../connection/pool.ts";
import { NODE_CONNECTIONS } from "../connection/postgres-errors.ts";
import { isLoopback, type PostgresSettings } from "../connection/settings.ts";

type Query = Connection["query"];

/** The oldest that it has run on. */
const VERSION_MIN = 14;
/** It's tested with the first, and has been with the last. */
const TESTED = [15, 18] as const;
/** A clock this far off is worth a look. */
const CLOCK_OFF_MS = 5_000;

type Server = {
  readonly version: number;
  readonly versionText: string;
  readonly encoding: string;
  readonly fsync: string;
  readonly fullPageWrites: string;
  readonly isReplica: number;
  readonly isReadOnly: string;
  readonly connections: number;
  readonly now: number;
  readonly tls: string | null;
};

/** What the role may have of the server's connections: the least of three limits. */
const CONNECTIONS = `least(
    current_setting('max_connections')::integer
      - current_setting('superuser_reserved_connections')::integer
      - coalesce(current_setting('reserved_connections', true), '0')::integer,
    (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user),
    (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()))`;

const READ = `SELECT current_setting('server_version_num')::integer / 10000 AS version,
    split_part(current_setting('server_version'), ' ', 1) AS "versionText",
    current_setting('server_encoding') AS encoding,
    current_setting('fsync') AS fsync,
    current_setting('full_page_writes') AS "fullPageWrites",
    pg_is_in_recovery() AS "isReplica",
    current_setting('transaction_read_only') AS "isReadOnly",
    ${CONNECTIONS} AS connections,
    (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now,
    (SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl) AS tls`;

/** Checks the server: its version, the settings that matter, TLS, and its clock. */
export async function serverFindings(
  query: Query,
  settings: PostgresSettings,
): Promise<Finding[]> {
  const askedAt = Date.now();
  const [server] = await query<Server>(READ);
  if (server === undefined) throw new StoreUnusable("The server said nothing.");
  const aheadMs = server.now - (askedAt + Date.now()) / 2;
  return [
    versionFinding(server),
    ...durabilityFindings(server),
    ...useFindings(server),
    connectionsFinding(server.connections),
    ...tlsFindings(settings, server.tls),
    ...clockFindings(aheadMs),
  ];
}

export function versionFinding({
  version,
  versionText,
}: Pick<Server, "version" | "versionText">): Finding {
  const words = `The server is PostgreSQL ${versionText}`;
  const [from, to] = TESTED;
  if (version < VERSION_MIN)
    return wrong(
      `${words}, which is too old.`,
      `Upgrade it to version ${from} or newer.`,
    );
  if (version < from || version > to)
    return note(
      `${words}. smsledger was tested with ${from} to ${to}.`,
      version < from
        ? "Upgrade it: PostgreSQL supports each version for five years."
        : "See whether a newer smsledger is tested with it.",
    );
  return fine(`${words}.`);
}

/** What is answered 200 must survive a crash of the server. */
export function durabilityFindings({
  fsync,
  fullPageWrites,
}: Pick<Server, "fsync" | "fullPageWrites">): Finding[] {
  const findings: Finding[] = [];
  if (fsync !== "on")
    findings.push(
      wrong(
        "The server's setting fsync is off: when its machine crashes, callbacks that were answered 200 are lost, and the database can be damaged.",
        "Set fsync = on in postgresql.conf, and reload the server.",
      ),
    );
  if (fullPageWrites !== "on")
    findings.push(
      wrong(
        "The server's setting full_page_writes is off: when its machine crashes, the database can be damaged.",
        "Set full_page_writes = on in postgresql.conf, and reload the server. Only a file system that never writes part of a page, such as ZFS, does without.",
      ),
    );
  return findings.length > 0
    ? findings
    : [fine("What the server has committed survives a crash of its machine.")];
}

export function useFindings({
  encoding,
  isReplica,
  isReadOnly,
}: Pick<Server, "encoding" | "isReplica" | "isReadOnly">): Finding[] {
  const findings: Finding[] = [];
  if (encoding !== "UTF8")
    findings.push(
      wrong(
        `The database's encoding is ${encoding}, which can't store every text.`,
        "Create another one: createdb --encoding=UTF8 --template=template0",
      ),
    );
  if (isReplica)
    findings.push(
      wrong(
        "The server is a replica, which only allows reading.",
        "Name the primary in DATABASE_URL.",
      ),
    );
  else if (isReadOnly === "on")
    findings.push(
      wrong(
        "The server only allows reading: default_transaction_read_only is on.",
        "Turn it off for this database and this user.",
      ),
    );
  return findings;
}

export function connectionsFinding(connections: number): Finding {
  const words = `The server allows this user ${connections} connections, and a node takes up to ${NODE_CONNECTIONS}`;
  const nodes = Math.floor(connections / NODE_CONNECTIONS);
  const advice =
    "Raise max_connections there, or the limit of the user (ALTER ROLE … CONNECTION LIMIT) or of the database.";
  if (nodes === 0) return wrong(`${words}.`, advice);
  return nodes === 1
    ? note(`${words}: enough for one node only.`, advice)
    : fine(`${words}: enough for ${nodes} nodes, if nobody else uses it.`);
}

/** Only where others could listen. */
export function tlsFindings(
  { hostname, sslMode }: Pick<PostgresSettings, "hostname" | "sslMode">,
  tls: string | null,
): Finding[] {
  if (hostname === undefined || isLoopback(hostname)) return [];
  if (tls === null)
    return [
      note(
        "The connection to the server isn't encrypted, so phone numbers cross the network readable to others.",
        "Turn TLS on at the server (ssl = on), and remove sslmode=disable from DATABASE_URL. On a network that is yours alone, there's nothing to do.",
      ),
    ];
  if (sslMode === "require")
    return [
      note(
        `The connection to the server is encrypted (${tls}), but its certificate isn't checked: another machine could pretend to be the server.`,
        "Use sslmode=verify-full in DATABASE_URL, with sslrootcert for an authority of your own.",
      ),
    ];
  return [
    fine(
      `The connection to the server is encrypted (${tls}), and its certificate is checked.`,
    ),
  ];
}

/** Whose turn it is is decided by the server's clock alone, but a node's can't be right if they differ. */
export function clockFindings(aheadMs: number): Finding[] {
  const off = Math.abs(aheadMs);
  if (off < CLOCK_OFF_MS) return [];
  return [
    note(
      `The server's clock is ${duration(off)} ${aheadMs > 0 ? "ahead of" : "behind"} this machine's.`,
      "Set both by NTP. Callbacks get their times from the node that receives them.",
    ),
  ];
}
