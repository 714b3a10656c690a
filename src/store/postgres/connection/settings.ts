import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { StoreUnusable } from "../../store.ts";

/** How to reach a database, from a `postgres://` URL. */
export type PostgresSettings = {
  /** A host's name or address; undefined for a Unix socket. */
  readonly hostname: string | undefined;
  /** The folder of a Unix socket. */
  readonly socketFolder: string | undefined;
  readonly port: number;
  readonly username: string;
  /** The password as it is now. */
  readonly password: () => string;
  readonly database: string;
  readonly sslMode: SslMode;
  /** Certificates that can sign the server's, as PEM; without them, those that the system trusts. */
  readonly rootCertificates: string | undefined;
};

/** As libpq's `sslmode`, without the modes that fall back to plain text without a word. */
const SSL_MODES = ["disable", "require", "verify-ca", "verify-full"] as const;
type SslMode = (typeof SSL_MODES)[number];

const PARAMETERS = ["host", "port", "user", "sslmode", "sslrootcert"];
const EXAMPLE = "postgres://user:password@host:5432/database";
const DEFAULT_PORT = 5_432;

/**
 * Reads a `postgres://` URL. A Unix socket is `postgres:///database?host=/run/postgresql`.
 * The password is read again from `file`, if the URL came from one, for each connection.
 * Throws StoreUnusable, which never repeats the password.
 */
export function postgresSettings(
  databaseUrl: string,
  file?: string,
): PostgresSettings {
  const url = parsed(databaseUrl);
  const { searchParams: parameters } = url;
  for (const name of parameters.keys())
    if (!PARAMETERS.includes(name))
      throw new StoreUnusable(
        `DATABASE_URL has the unknown parameter "${name}". Known are ${PARAMETERS.join(", ")}.`,
      );
  const host = parameters.get("host") ?? decoded(url.hostname);
  if (host === "")
    throw new StoreUnusable(
      `DATABASE_URL names no host. Write ${EXAMPLE}, or postgres:///database?host=/run/postgresql for a Unix socket.`,
    );
  const database = decoded(url.pathname.slice(1));
  if (database === "")
    throw new StoreUnusable(
      `DATABASE_URL names no database. Write ${EXAMPLE}.`,
    );
  const isSocket = host.startsWith("/");
  const hostname = isSocket ? undefined : host.replace(/^\[(.*)\]$/, "$1");
  const password = decoded(url.password);
  const sslMode = sslModeOf(parameters.get("sslmode"), hostname);
  const rootCertificates = parameters.get("sslrootcert");
  return {
    hostname,
    socketFolder: isSocket ? host : undefined,
    port: portOf(parameters.get("port") ?? url.port),
    username:
      parameters.get("user") ?? (decoded(url.username) || userInfo().username),
    password: () => (file && passwordIn(file)) || password,
    database,
    sslMode:
      sslMode === "require" && rootCertificates !== null
        ? "verify-ca"
        : sslMode,
    rootCertificates:
      rootCertificates === null ? undefined : certificatesIn(rootCertificates),
  };
}

/** Names a database in messages: without the user and the password. */
export function placeOf({
  hostname,
  socketFolder,
  port,
  database,
}: PostgresSettings): string {
  return `database "${database}" at ${socketFolder ?? `${hostname}:${port}`}`;
}

/** The password of the URL in a file; undefined while the file can't be read, as when it's being replaced. */
function passwordIn(file: string): string | undefined {
  try {
    return decodeURIComponent(
      new URL(readFileSync(file, "utf8").trim()).password,
    );
  } catch {
    return undefined;
  }
}

function parsed(databaseUrl: string): URL {
  try {
    return new URL(databaseUrl);
  } catch {
    // The URL has the password, so it isn't repeated, and neither is the error, which has it.
    throw new StoreUnusable(
      `DATABASE_URL isn't a valid address. Write ${EXAMPLE}; in the user and the password, write @ as %40, / as %2F, : as %3A and % as %25.`,
    );
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new StoreUnusable(
      "DATABASE_URL has a % that doesn't begin an escape such as %40. Write % as %25.",
    );
  }
}

function portOf(text: string): number {
  if (text === "") return DEFAULT_PORT;
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  throw new StoreUnusable(
    `DATABASE_URL has the port ${text}. It must be a number from 1 to 65535.`,
  );
}

function sslModeOf(mode: string | null, hostname: string | undefined): SslMode {
  if (mode === null)
    return hostname === undefined || isLoopback(hostname)
      ? "disable"
      : "verify-full";
  const known = SSL_MODES.find((each) => each === mode);
  if (known === undefined)
    throw new StoreUnusable(
      `DATABASE_URL has sslmode=${mode}. Use ${SSL_MODES.join(", ")}; without one, it's verify-full, or disable on this machine.`,
    );
  return known;
}

/** Whether a host's name is one of this machine. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|::1)$/i.test(hostname);
}

function certificatesIn(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new StoreUnusable(
      `Can't read ${file}, which sslrootcert in DATABASE_URL names. Check the path and its permissions.`,
      { cause: error },
    );
  }
  if (!text.includes("-----BEGIN CERTIFICATE-----"))
    throw new StoreUnusable(
      `${file}, which sslrootcert in DATABASE_URL names, has no certificate. It must be in PEM format.`,
    );
  return text;
}
