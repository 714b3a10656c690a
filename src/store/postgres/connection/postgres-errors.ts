import { lookup } from "node:dns/promises";
import { StoreUnavailable, StoreUnusable } from "../../store.ts";
import { placeOf, type PostgresSettings } from "./settings.ts";

/** What a node takes of the server's connections at most, in all its pools. */
export const NODE_CONNECTIONS = 15;

/** The server didn't answer a query in time. Whether it did what it was asked isn't known. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** The connection ended during a COMMIT, and it can't be found out whether it was done. */
export class CommitUncertain extends Error {
  override readonly name = "CommitUncertain";
}

/** The connection ended before anything was committed. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}

/** The SQLSTATE that the server sent, or the driver's own code; undefined for other errors. */
export function codeOf(error: unknown): string | undefined {
  if (
    error instanceof NoAnswer ||
    error instanceof ConnectionLost ||
    error instanceof CommitUncertain
  )
    return error.name;
  if (error instanceof Bun.SQL.PostgresError)
    return error.errno ?? TLS_CODES.exec(error.message)?.[0] ?? error.code;
  // What a certificate that can't be verified throws.
  if (
    error instanceof Error &&
    "code" in error &&
    TLS_CODES.test(String(error.code))
  )
    return String(error.code);
  return undefined;
}

const TLS_CODES =
  /\b(?:UNABLE_TO_\w+|SELF_SIGNED_\w+|DEPTH_ZERO_\w+|CERT_\w+|ERR_TLS_CERT_\w+|INVALID_CA)\b/;

/** Whether the transaction was undone because of others at the same time: it can be done again. */
export function isConflict(error: unknown): boolean {
  return /^(?:40001|40P01)$/.test(codeOf(error) ?? "");
}

/** A lock that was waited for as long as `lock_timeout` allows. */
export const LOCK_NOT_AVAILABLE = "55P03";
/** A statement that took as long as `statement_timeout` allows. */
export const QUERY_CANCELED = "57014";

/** Whether an error is about tables or functions that the program takes to be there. */
export function concernsTables(error: unknown): boolean {
  return /^42(?!501)/.test(codeOf(error) ?? "");
}

/** Whether the connection ended, so that whatever its transaction did was undone. */
export function isConnectionLost(error: unknown): boolean {
  return LOST.test(codeOf(error) ?? "");
}

const LOST =
  /^(?:ConnectionLost|57P0[1235]|08(?!P01)\w{3}|25P03|ERR_POSTGRES_(?:CONNECTION_CLOSED|CONNECTION_RESET|IDLE_TIMEOUT|LIFETIME_TIMEOUT))$/;

/**
 * The error to throw for what a query threw: StoreUnavailable, with one sentence about what
 * happened and one about what to do, or StoreUnusable if waiting won't help. A mistake in the
 * program is returned as it is.
 */
export async function explained(
  settings: PostgresSettings,
  error: unknown,
): Promise<unknown> {
  const code = codeOf(error);
  if (code === undefined) return error;
  const found = SENTENCES.find(([codes]) => codes.test(code));
  if (found === undefined) return error;
  const [, words, isForGood] = found;
  const sentence =
    code === "ERR_POSTGRES_CONNECTION_REFUSED"
      ? await whyRefused(settings)
      : typeof words === "string"
        ? words
        : words(settings);
  const message = `The ${placeOf(settings)}: ${sentence}`;
  return isForGood
    ? new StoreUnusable(message, { cause: error })
    : new StoreUnavailable(message, { cause: error });
}

const LOOKUP_MS_MAX = 400;

/** The driver doesn't say whether the name or the port is wrong. */
async function whyRefused({
  hostname,
  socketFolder,
  port,
}: PostgresSettings): Promise<string> {
  if (hostname === undefined)
    return `there is no server at the socket ${socketFolder}/.s.PGSQL.${port}. Start it, or check DATABASE_URL.`;
  try {
    // A name server that doesn't answer says nothing.
    await Promise.race([lookup(hostname), Bun.sleep(LOOKUP_MS_MAX)]);
    return `nothing answers on port ${port}. Start the server, check that it listens on this address, or check DATABASE_URL.`;
  } catch {
    return `the host ${hostname} isn't known. Check DATABASE_URL and the name server.`;
  }
}

/** Without its settings, a connection waits without end, or loses what it reported as committed. */
export const VIA_POOLER = `a pooler in between, such as PgBouncer, doesn't pass on the settings of connections. Connect to the server itself; a node takes up to ${NODE_CONNECTIONS} connections.`;

type Sentence = readonly [
  codes: RegExp,
  words: string | ((settings: PostgresSettings) => string),
  /** Whether it stays so until someone changes a setting or the database. */
  isForGood?: true,
];

/** Source: postgresql.org/docs/current/errcodes-appendix.html */
const SENTENCES: readonly Sentence[] = [
  [/^ERR_POSTGRES_CONNECTION_REFUSED$/, "the connection was refused."],
  [
    /^(?:ERR_POSTGRES_CONNECTION_TIMEOUT|NoAnswer)$/,
    "the server doesn't answer. Check that it runs and that a firewall doesn't drop the connection.",
  ],
  [
    /^CommitUncertain$/,
    "the connection ended while a change was being committed. Check whether it was made before you repeat it.",
  ],
  [
    /^ERR_POSTGRES_TLS_NOT_AVAILABLE$/,
    "the server doesn't offer TLS. Turn it on there (ssl = on), or add sslmode=disable to DATABASE_URL if you trust the network.",
    true,
  ],
  [
    /^(?:ERR_TLS_CERT_ALTNAME_INVALID|CERT_HOSTNAME_MISMATCH)$/,
    ({ hostname }) =>
      `the server's certificate isn't for ${hostname}. Use a name that it's for in DATABASE_URL, or sslmode=verify-ca.`,
    true,
  ],
  [
    /^CERT_HAS_EXPIRED$/,
    "the server's certificate has expired. Renew it, and check this machine's clock.",
    true,
  ],
  [
    TLS_CODES,
    "the server's certificate isn't signed by an authority that this machine trusts. Name the authority's certificate in DATABASE_URL: sslrootcert=/path/ca.pem.",
    true,
  ],
  [
    /^28P01$/,
    ({ username }) =>
      `the server refuses the password of the user ${username}. Check DATABASE_URL.`,
    true,
  ],
  [
    /^28/,
    ({ username, sslMode }) =>
      `the server refuses the user ${username} from this address${sslMode === "disable" ? " without TLS" : ""}. Create the user, allow it in pg_hba.conf, or check DATABASE_URL.`,
    true,
  ],
  [/^08P01$/, VIA_POOLER, true],
  [
    /^3D000$/,
    ({ database }) =>
      `it doesn't exist. Create it (createdb ${database}), or check DATABASE_URL.`,
    true,
  ],
  [
    /^42501$/,
    ({ username }) =>
      `the user ${username} has no permission for it. Grant it the tables and the schema.`,
    true,
  ],
  [
    /^(?:42P01|42703|42883|3F000)$/,
    "a table is missing or was changed by another program. Restore a backup.",
    true,
  ],
  [
    /^53300$/,
    "the server has no free connection. Raise max_connections there, or use fewer nodes.",
  ],
  [/^(?:53100|53400)$/, "the server's disk is full. Free some space there."],
  [/^53/, "the server is out of memory. Check its log."],
  [
    /^25006$/,
    "the server only allows reading, as a replica does. Connect to the primary.",
  ],
  [
    /^57014$/,
    "the query took too long, so the server canceled it. Check the server's load and what locks its tables.",
  ],
  [
    /^(?:40001|40P01|55P03)$/,
    "others changed the same rows again and again. Try again.",
  ],
  [/^57P03$/, "the server is starting or stopping. Try again in a moment."],
  [
    LOST,
    "the server ended the connection, as it does when it restarts. Try again in a moment.",
  ],
  [
    /^(?:XX00[12]|58030)$/,
    "the server can't read or write its disk. Check the disk and the server's log.",
  ],
];
