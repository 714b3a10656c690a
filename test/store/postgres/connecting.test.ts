import { expect, test } from "bun:test";
import { openDatabase } from "../../../src/store/postgres/connection/database.ts";
import { StoreUnavailable, StoreUnusable } from "../../../src/store/store.ts";
import { certificateAuthority } from "../../outbound/certificates.ts";
import { freePort } from "../../support/free-port.ts";
import {
  startPostgres,
  type PostgresServer,
} from "../../support/postgres-server.ts";

test("each way that a connection can fail has its own message", async () => {
  const port = freePort();
  await using server = await startPostgres({
    port,
    files: {
      "pg_hba.conf": `local all postgres trust
        host all ana,mo 127.0.0.1/32 scram-sha-256`,
    },
    settings: ["max_connections=12"],
  });
  await setUp(server);
  const at = (user: string, database: string, rest = "") =>
    `postgres://${user}@127.0.0.1:${port}/${database}${rest}`;
  expect(await failure(at("ana:right", "ledger"))).toBeUndefined();
  const failures: readonly (readonly [
    string,
    string,
    typeof StoreUnusable | typeof StoreUnavailable,
  ])[] = [
    [
      at("ana:wrong", "ledger"),
      "refuses the password of the user ana",
      StoreUnusable,
    ],
    [
      at("bo:any", "ledger"),
      "refuses the user bo from this address without TLS",
      StoreUnusable,
    ],
    [
      at("ana:right", "nowhere"),
      "it doesn't exist. Create it (createdb nowhere)",
      StoreUnusable,
    ],
    [at("mo:right", "ledger"), "the user mo has no permission", StoreUnusable],
    [
      at("ana:right", "ledger", "?sslmode=verify-full"),
      "doesn't offer TLS",
      StoreUnusable,
    ],
    [
      `postgres://ana@127.0.0.1:${freePort()}/ledger`,
      "nothing answers on port",
      StoreUnavailable,
    ],
    [
      "postgres://ana@nowhere.invalid/ledger",
      "the host nowhere.invalid isn't known",
      StoreUnavailable,
    ],
    [
      "postgres:///ledger?host=/nowhere",
      "no server at the socket /nowhere/.s.PGSQL.5432",
      StoreUnavailable,
    ],
  ];
  for (const [url, words, kind] of failures) {
    const error = await failure(url);
    expect(String(error)).toContain(words);
    expect(error).toBeInstanceOf(kind);
    expect(String(error)).not.toContain("right");
  }
});

test("a port that accepts connections and says nothing is reported within five seconds", async () => {
  using silent = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: () => undefined },
  });
  const error = await failure(`postgres://ana@127.0.0.1:${silent.port}/ledger`);
  expect(error).toBeInstanceOf(StoreUnavailable);
  expect(String(error)).toContain("the server doesn't answer");
});

test("a server's certificate is verified unless configured otherwise", async () => {
  using authority = await certificateAuthority();
  using another = await certificateAuthority();
  const { key, cert } = await authority.issue("DNS:localhost");
  const port = freePort();
  await using server = await startPostgres({
    port,
    files: {
      "server.key": key,
      "server.crt": cert,
      "pg_hba.conf": `local all postgres trust
        hostssl all ana 127.0.0.1/32 scram-sha-256`,
    },
    settings: ["ssl=on", "ssl_cert_file=server.crt", "ssl_key_file=server.key"],
  });
  await setUp(server);
  const connect = (host: string, parameters: string) =>
    failure(`postgres://ana:right@${host}:${port}/ledger?${parameters}`);
  const own = `sslrootcert=${authority.caFile}`;
  for (const [host, parameters, words] of [
    ["localhost", `sslmode=verify-full&${own}`, undefined],
    ["127.0.0.1", `sslmode=verify-ca&${own}`, undefined],
    ["127.0.0.1", "sslmode=require", undefined],
    [
      "127.0.0.1",
      `sslmode=verify-full&${own}`,
      "certificate isn't for 127.0.0.1",
    ],
    [
      "localhost",
      "sslmode=verify-full",
      "isn't signed by an authority that this machine trusts",
    ],
    [
      "localhost",
      `sslmode=verify-full&sslrootcert=${another.caFile}`,
      "isn't signed by an authority",
    ],
    [
      "127.0.0.1",
      `sslmode=require&sslrootcert=${another.caFile}`,
      "isn't signed by an authority",
    ],
    [
      "localhost",
      "sslmode=disable",
      "refuses the user ana from this address without TLS",
    ],
  ] as const) {
    const error = await connect(host, parameters);
    if (words === undefined) expect(error).toBeUndefined();
    else expect(String(error)).toContain(words);
  }
});

async function setUp({ urlOf }: PostgresServer): Promise<void> {
  await using sql = new Bun.SQL(urlOf("postgres"), { max: 1 });
  await sql.unsafe("CREATE ROLE ana LOGIN PASSWORD 'right'");
  await sql.unsafe("CREATE ROLE mo LOGIN PASSWORD 'right'");
  await sql.unsafe("CREATE DATABASE ledger OWNER ana");
}

/** What opening fails with. */
async function failure(url: string): Promise<unknown> {
  const database = openDatabase(url, { mayCreate: true });
  try {
    await database.opened;
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await database.close();
  }
}
