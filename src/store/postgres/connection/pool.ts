import { SQL } from "bun";
import { NoAnswer } from "./postgres-errors.ts";
import type { PostgresSettings } from "./settings.ts";
import { convertRows } from "./values.ts";

/** How long a query waits for a connection and for its answer, together. */
const DEADLINE_MS = 4_500;
/** A little less, so that a server that isn't silent gives the reason, and its connection stays. */
export const STATEMENT_TIMEOUT_MS = 4_000;
/** A transaction whose node stalls lets go of its locks after this, before others give up waiting. */
const IDLE_TRANSACTION_MS = 3_000;

export type Rows<Row> = Row[] & {
  readonly command: string | null;
  /** How many rows were read or written. */
  readonly count: number;
};

export type QueryOptions = {
  /** Instead of DEADLINE_MS. Set `statement_timeout` too. */
  readonly deadlineMs?: number;
};

/** One connection, for whoever reserved it. */
export type Connection = {
  /**
   * Runs a query with `$1` for the first parameter. Without parameters, it can have several
   * statements, and returns what the last one does. `int8`, `numeric` and booleans arrive as
   * numbers. Rejects with NoAnswer when the server is silent; the connection is closed then.
   * Other errors are the driver's; see `explained`.
   */
  readonly query: <Row = Record<string, unknown>>(
    text: string,
    parameters?: readonly unknown[],
    options?: QueryOptions,
  ) => Promise<Rows<Row>>;
  readonly release: () => void;
};

export type Pool = {
  /** Takes a connection out of the pool; rejects with NoAnswer when none becomes free. */
  reserve(): Promise<Connection>;
  /** Reserves a connection for some work. */
  use<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** Closes the connections; queries that run get a second to end. */
  close(): Promise<void>;
};

export type PoolOptions = {
  readonly max: number;
  /** Settings of each connection, beside those of every pool. */
  readonly parameters?: Readonly<Record<string, string | number>>;
};

/**
 * Connects when a connection is first needed, and again only when all are in use: the
 * driver's own pool connects as often as it may at once. Every setting is given here, so
 * that no variable of the environment changes one.
 */
export function openPool(
  settings: PostgresSettings,
  { max, parameters }: PoolOptions,
): Pool {
  const own = optionsOf(settings, parameters);
  const all: SQL[] = [];
  /** The one that was used last is used next. */
  const free: SQL[] = [];
  const waiting: ((sql: SQL) => void)[] = [];
  let isClosed = false;
  const connect = (): SQL => {
    const sql = new SQL(own);
    all.push(sql);
    // It says so to whoever uses it.
    if (isClosed) void sql.close();
    return sql;
  };
  const take = (signal: AbortSignal): SQL | Promise<SQL> => {
    const sql = free.pop();
    if (sql !== undefined) return sql;
    if (all.length < max || isClosed) return connect();
    const { promise, resolve, reject } = Promise.withResolvers<SQL>();
    waiting.push(resolve);
    signal.addEventListener("abort", () => {
      const place = waiting.indexOf(resolve);
      if (place !== -1) waiting.splice(place, 1);
      reject(signal.reason);
    });
    return promise;
  };
  const giveBack = (sql: SQL): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(sql);
    else next(sql);
  };
  const reserve = (): Promise<Connection> => reserved(take, giveBack);
  return {
    reserve,
    async use(work) {
      const connection = await reserve();
      try {
        return await work(connection);
      } finally {
        connection.release();
      }
    },
    async close() {
      isClosed = true;
      const closing = all.map((sql) => sql.close({ timeout: 1 }));
      for (const next of waiting.splice(0)) next(connect());
      await Promise.all(closing);
    },
  };
}

/** Of one connection. */
function optionsOf(
  settings: PostgresSettings,
  parameters: PoolOptions["parameters"],
): Bun.SQL.Options {
  const { hostname, socketFolder, port, username, password, database } =
    settings;
  return {
    adapter: "postgres",
    ...(hostname === undefined ? { path: socketFolder } : { hostname }),
    port,
    username,
    password,
    database,
    tls: tlsOf(settings),
    channelBinding: settings.sslMode === "disable" ? "disable" : "prefer",
    max: 1,
    connectionTimeout: DEADLINE_MS / 1_000,
    connection: {
      application_name: "smsledger",
      // Whatever the server's default is.
      synchronous_commit: "on",
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
      // Queries read little; compiling one takes longer than that.
      jit: "off",
      ...parameters,
    },
  };
}

async function reserved(
  take: (signal: AbortSignal) => SQL | Promise<SQL>,
  giveBack: (sql: SQL) => void,
): Promise<Connection> {
  const from = performance.now();
  const noConnection = new NoAnswer("No connection became free.");
  const ending = new AbortController();
  const { signal } = ending;
  const timer = setTimeout(() => ending.abort(noConnection), DEADLINE_MS);
  const [sql, own] = await connected(take, giveBack, signal).finally(() =>
    clearTimeout(timer),
  );
  // What was spent on the connection is missing for its first query.
  let leftMs = DEADLINE_MS - (performance.now() - from);
  return {
    async query<Row>(
      text: string,
      parameters: readonly unknown[] = [],
      { deadlineMs }: QueryOptions = {},
    ) {
      const query =
        parameters.length === 0
          ? own.unsafe<Row[]>(text)
          : own.unsafe<Row[]>(text, [...parameters]);
      const ms = deadlineMs ?? Math.max(1, leftMs);
      leftMs = DEADLINE_MS;
      const result = await inTime(query, ms, () => own.close({ timeout: 0 }));
      const rows = lastOf(result);
      if (rows.command === "ROLLBACK" && /^\s*commit/i.test(text))
        throw new TypeError(
          "A transaction in which a query failed was committed.",
        );
      convertRows(rows, rows.columns ?? []);
      return rows;
    },
    release() {
      void own.release();
      giveBack(sql);
    },
  };
}

async function connected(
  take: (signal: AbortSignal) => SQL | Promise<SQL>,
  giveBack: (sql: SQL) => void,
  signal: AbortSignal,
) {
  const sql = await take(signal);
  try {
    return [sql, await sql.reserve({ signal })] as const;
  } catch (error) {
    giveBack(sql);
    throw error;
  }
}

type Result<Row> = Row[] & Bun.SQL.ResultMetadata;

function lastOf<Row>(result: Result<Row>): Result<Row> {
  const last: unknown = result.at(-1);
  return isResultOf<Row>(last) ? last : result;
}

/** Several statements have a result each; a row is never an array. */
function isResultOf<Row>(value: unknown): value is Result<Row> {
  return Array.isArray(value);
}

/** Rejects with NoAnswer when a query takes longer, after closing its connection. */
async function inTime<T>(
  query: Promise<T>,
  ms: number,
  close: () => Promise<void>,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new NoAnswer("The server didn't answer in time."));
    void close();
  }, ms);
  try {
    return await Promise.race([query, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** `rejectUnauthorized` is given, as a variable of the environment could turn checks off otherwise. */
function tlsOf({
  sslMode,
  rootCertificates,
}: PostgresSettings): Bun.SQL.TLSOptions | "disable" | "require" {
  if (sslMode === "disable" || sslMode === "require") return sslMode;
  return {
    rejectUnauthorized: true,
    ...(rootCertificates !== undefined && { ca: rootCertificates }),
    ...(sslMode === "verify-ca" && { checkServerIdentity: () => undefined }),
  };
}
