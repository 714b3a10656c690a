import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import {
  placeOf,
  postgresSettings,
} from "../../../src/store/postgres/connection/settings.ts";
import { StoreUnusable } from "../../../src/store/store.ts";
import { tempDir } from "../../support/temp-dir.ts";

test("an address is read with all its parts", () => {
  const { password, ...others } = postgresSettings(
    "postgres://ana:p%40ss%2F%25@db.internal:5433/smsledger",
  );
  expect(password()).toBe("p@ss/%");
  expect(others).toEqual({
    hostname: "db.internal",
    socketFolder: undefined,
    port: 5_433,
    username: "ana",
    database: "smsledger",
    sslMode: "verify-full",
    rootCertificates: undefined,
  });
});

test("a password is read again from the file that the address came from", async () => {
  using folder = tempDir();
  const file = join(folder.path, "database-url");
  const url = "postgres://ana:old@db.internal/ledger";
  const { password } = postgresSettings(url, file);
  expect(password()).toBe("old");
  await Bun.write(file, "postgres://ana:n%40w@db.internal/ledger\n");
  expect(password()).toBe("n@w");
  await Bun.write(file, "");
  expect(password()).toBe("old");
});

test.each([
  ["postgres:///ledger?host=/run/postgresql&user=ana", 5_432],
  ["postgres:///ledger?host=/run/postgresql&port=5433&user=ana", 5_433],
  ["postgresql://ana@%2Frun%2Fpostgresql/ledger", 5_432],
])("%s is a Unix socket", (url, port) => {
  expect(postgresSettings(url)).toMatchObject({
    hostname: undefined,
    socketFolder: "/run/postgresql",
    port,
    username: "ana",
    database: "ledger",
    sslMode: "disable",
  });
});

test.each([
  ["postgres://ana@db.internal/ledger", "verify-full"],
  ["postgres://ana@10.0.0.5/ledger", "verify-full"],
  ["postgres://ana@localhost.example/ledger", "verify-full"],
  ["postgres://ana@localhost/ledger", "disable"],
  ["postgres://ana@127.0.0.1/ledger", "disable"],
  ["postgres://ana@[::1]/ledger", "disable"],
  ["postgres://ana@localhost/ledger?sslmode=verify-full", "verify-full"],
  ["postgres://ana@db.internal/ledger?sslmode=disable", "disable"],
  ["postgres://ana@db.internal/ledger?sslmode=require", "require"],
  ["postgres://ana@db.internal/ledger?sslmode=verify-ca", "verify-ca"],
] as const)("%s connects with sslmode %s", (url, sslMode) => {
  expect(postgresSettings(url).sslMode).toBe(sslMode);
});

test("an authority that sslrootcert names is checked, even if only require is asked for", async () => {
  using folder = tempDir();
  const file = join(folder.path, "ca.pem");
  await Bun.write(file, "-----BEGIN CERTIFICATE-----\n");
  const url = `postgres://ana@db.internal/ledger?sslrootcert=${file}`;
  expect(postgresSettings(url)).toMatchObject({
    sslMode: "verify-full",
    rootCertificates: "-----BEGIN CERTIFICATE-----\n",
  });
  expect(postgresSettings(`${url}&sslmode=require`).sslMode).toBe("verify-ca");
});

describe("an address that can't be used is refused with the reason, without its password", () => {
  test.each([
    ["postgres://ana:s3cret@/ledger", "isn't a valid address"],
    ["postgres://ana:s3cr/et@db/ledger", "isn't a valid address"],
    ["postgres://ana:s3cret@db:99999/ledger", "isn't a valid address"],
    ["postgres:///ledger?host=/run&port=0", "the port 0"],
    ["postgres:///ledger", "names no host"],
    ["postgres://ana:s3cret@db", "names no database"],
    ["postgres://ana:s3cret@db/", "names no database"],
    ["postgres://ana:%s3cret@db/ledger", "Write % as %25"],
    ["postgres://ana:s3cret@db/ledger?sslmode=prefer", "sslmode=prefer"],
    ["postgres://ana:s3cret@db/ledger?ssl=true", 'unknown parameter "ssl"'],
    [
      "postgres://ana:s3cret@db/ledger?sslrootcert=/nowhere/ca.pem",
      "Can't read /nowhere/ca.pem",
    ],
    [
      "postgres://ana:s3cret@db/ledger?sslrootcert=/etc/passwd",
      "has no certificate",
    ],
  ])("%s", (url, reason) => {
    const read = () => postgresSettings(url);
    expect(read).toThrow(StoreUnusable);
    expect(read).toThrow(reason);
    expect(read).not.toThrow("3cret");
  });
});

test("a place names neither user nor password", () => {
  expect(
    placeOf(postgresSettings("postgres://ana:s3cret@db.internal/ledger")),
  ).toBe('database "ledger" at db.internal:5432');
  expect(
    placeOf(postgresSettings("postgres:///ledger?host=/run/postgresql")),
  ).toBe('database "ledger" at /run/postgresql');
});
