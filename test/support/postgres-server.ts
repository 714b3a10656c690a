import { SQL } from "bun";
import { chownSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { until } from "./until.ts";

/** Where Debian has the programs, newest version first; elsewhere they are on the PATH. */
const DEBIAN = "/usr/lib/postgresql";

export type PostgresServer = AsyncDisposable & {
  /** The folder of its socket, for `postgres:///name?host=`. */
  readonly folder: string;
  /** The process of the server, to stop and continue. */
  readonly pid: number;
  /** The address of a database on it. */
  readonly urlOf: (database: string) => string;
};

export type PostgresServerOptions = {
  /** More settings, as `name=value`. */
  readonly settings?: readonly string[];
  /** Whether what it commits survives the end of its processes' machine; slower. */
  readonly isDurable?: boolean;
};

/**
 * Starts a PostgreSQL server with an empty folder, reached only through a socket in it. It
 * ends, and its folder goes, with this process at the latest, however that ends: a shell
 * waits for the end of its standard input.
 */
export async function startPostgres({
  settings = [],
  isDurable = false,
}: PostgresServerOptions = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "smsledger-pg-"));
  const user = unprivilegedUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const options = [
    "listen_addresses=",
    `unix_socket_directories=${folder}`,
    "max_connections=200",
    ...(isDurable
      ? []
      : ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]),
    ...settings,
  ].map((setting) => `-c ${setting}`);
  const script = `
    cd "${folder}"
    "$1/initdb" -D data -U postgres --auth=trust --no-sync -E UTF8 --locale=C --locale-provider=icu --icu-locale=en >initdb.log || exit 1
    "$1/postgres" -D data ${options.join(" ")} >log 2>&1 </dev/null &
    server=$!
    echo $server
    cat >/dev/null
    kill -QUIT $server
    wait $server
    cd /; rm -rf "${folder}"`;
  const shell = Bun.spawn(
    [...(user?.command ?? []), "sh", "-c", script, "sh", programs()],
    { stdin: "pipe", stdout: "pipe", stderr: "inherit" },
  );
  shell.unref();
  const pid = await firstLine(shell.stdout);
  const urlOf = (database: string): string => urlIn(folder, database);
  await untilReady(urlOf("postgres"));
  return {
    folder,
    pid: Number(pid),
    urlOf,
    async [Symbol.asyncDispose]() {
      await shell.stdin.end();
      await shell.exited;
    },
  };
}

let shared: Promise<PostgresServer> | undefined;

/**
 * An empty database on a server that tests share: the one that `bun run test` started, or
 * else one for this process. It's dropped when disposed of.
 */
export async function newPostgresDatabase(): Promise<
  AsyncDisposable & { readonly url: string }
> {
  const folder = process.env["SMSLEDGER_TEST_POSTGRES"];
  const urlOf =
    folder === undefined
      ? (await (shared ??= startPostgres())).urlOf
      : (name: string) => urlIn(folder, name);
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`;
  const run = async (command: string): Promise<void> => {
    await using sql = new SQL(urlOf("postgres"), { max: 1 });
    await sql.unsafe(command);
  };
  await run(`CREATE DATABASE ${name}`);
  return {
    url: urlOf(name),
    [Symbol.asyncDispose]: () => run(`DROP DATABASE ${name} WITH (FORCE)`),
  };
}

function urlIn(folder: string, database: string): string {
  return `postgres:///${database}?host=${folder}&user=postgres`;
}

/** PostgreSQL doesn't run as root. */
function unprivilegedUser() {
  if (process.geteuid?.() !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    const line = readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .find((each) => each.startsWith(`${name}:`));
    if (line === undefined) continue;
    const [, , uid, gid] = line.split(":");
    return {
      uid: Number(uid),
      gid: Number(gid),
      command: [
        "setpriv",
        `--reuid=${uid}`,
        `--regid=${gid}`,
        "--clear-groups",
      ],
    };
  }
  throw new Error("There is no user to run PostgreSQL as.");
}

function programs(): string {
  const [newest] = [
    ...new Bun.Glob("*/bin/initdb").scanSync({ cwd: DEBIAN, absolute: true }),
  ].toSorted(
    (a, b) =>
      Number.parseInt(b.slice(DEBIAN.length + 1)) -
      Number.parseInt(a.slice(DEBIAN.length + 1)),
  );
  const initdb = newest ?? Bun.which("initdb");
  if (initdb === null)
    throw new Error(
      "These tests need PostgreSQL's server. On Debian: apt-get install postgresql",
    );
  return dirname(initdb);
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  for await (const chunk of stream)
    return new TextDecoder().decode(chunk).trim();
  throw new Error("PostgreSQL's initdb failed.");
}

async function untilReady(url: string): Promise<void> {
  await until(async () => {
    await using sql = new SQL(url, { max: 1 });
    return sql.unsafe("SELECT 1").then(
      () => true,
      () => false,
    );
  });
}
