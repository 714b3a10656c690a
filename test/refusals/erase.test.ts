import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { writableTablesOf } from "../../src/store/sqlite/connection/tables.ts";
import { migrate } from "../../src/store/sqlite/migrations/migrations.ts";
import { eraseFromRefusals } from "../../src/store/sql/tables/erased-refusals.ts";
import { addRefusals } from "../../src/store/sql/tables/refusals-added.ts";
import { AT, refusalOf } from "./sample-refusals.ts";

test("erasing finds user IDs and names, and numbers that an older version didn't mask", async () => {
  using db = new Database(":memory:", { strict: true });
  migrate(db);
  const { tables } = writableTablesOf(db);
  const values = [
    "US.••••••18",
    "ev••••••om",
    "1/415/555/0123",
    "\u0661\u0664\u0661\u0665\u0665\u0665\u0665\u0660\u0661\u0662\u0663",
    "ACME",
  ];
  await addRefusals(tables, {
    refusals: values.map((value, index) => {
      const { sent, ...rest } = refusalOf({ address: `10.0.0.${index}` });
      return { ...rest, sent: { ...sent, params: [["X", value]] as const } };
    }),
    unlisted: 0,
    now: AT,
  });
  expect(await eraseFromRefusals(tables, "US.13491208655302741918")).toBe(1);
  expect(await eraseFromRefusals(tables, "eve@example.com")).toBe(1);
  expect(await eraseFromRefusals(tables, "14155550123")).toBe(2);
  expect(await eraseFromRefusals(tables, "acme")).toBe(1);
});

test("erasing a number removes the posted data of every refusal that may contain it, and keeps the rest", async () => {
  using db = new Database(":memory:", { strict: true });
  migrate(db);
  const { tables } = writableTablesOf(db);
  const of = (To: string, address: string) => {
    const { sent, ...rest } = refusalOf({ address });
    return {
      ...rest,
      sent: {
        ...sent,
        params: [["To", To]] as const,
        query: [["a", "1"]] as const,
      },
    };
  };
  await addRefusals(tables, {
    refusals: [
      of("+141••••••23", "10.0.0.1"),
      of("whatsapp:+141••••••23", "10.0.0.2"),
      of("••••••23", "10.0.0.3"),
      of("+141••••••24", "10.0.0.4"),
    ],
    unlisted: 0,
    now: AT,
  });
  expect(await eraseFromRefusals(tables, "+14155550123")).toBe(3);
  const facts = db
    .query<{ facts: string }, []>("SELECT facts FROM refusals ORDER BY id")
    .all()
    .map((row) => JSON.parse(row.facts));
  expect(
    facts.map(({ address, sent }) => [
      address,
      sent.params,
      sent.query,
      sent.isCut,
    ]),
  ).toEqual([
    ["10.0.0.1", [], [], true],
    ["10.0.0.2", [], [], true],
    ["10.0.0.3", [], [], true],
    ["10.0.0.4", [["To", "+141••••••24"]], [["a", "1"]], false],
  ]);
  expect(await eraseFromRefusals(tables, "+14155550123")).toBe(0);
  expect(await eraseFromRefusals(tables, "40404")).toBe(0);
});
