import type { Db } from "../dialect.ts";

/** The names of secrets: the key of form tokens and cookies, and the SHA-256 of each code that creates the first user. */
type SecretName = "key" | "setup code";

export async function secret(
  db: Db,
  name: SecretName,
): Promise<string | undefined> {
  const row = await db
    .selectFrom("secrets")
    .select("value")
    .where("name", "=", name)
    .executeTakeFirst();
  return row?.value;
}

/** Returns the key that is kept, which is this one if there was none. */
export async function keepSecretKey(db: Db, key: string): Promise<string> {
  await db
    .insertInto("secrets")
    .values({ name: "key", value: key })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return (await secret(db, "key")) ?? key;
}

/** Of nodes that are gone, the oldest ones end. */
const SETUP_CODES_MAX = 10;

/** Keeps a code, which replaces an earlier one of the same node. */
export async function keepSetupCode(
  db: Db,
  codeHash: string,
  node = "",
): Promise<void> {
  const others = (await setupCodes(db)).filter((each) => each.node !== node);
  const value = [...others, { codeHash, node }]
    .slice(-SETUP_CODES_MAX)
    .map((each) => `${each.codeHash} ${each.node}`.trim())
    .join("\n");
  await db
    .insertInto("secrets")
    .values({ name: "setup code", value })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
    .execute();
}

export async function removeSetupCode(db: Db): Promise<void> {
  await db.deleteFrom("secrets").where("name", "=", "setup code").execute();
}

export async function isSetupCode(db: Db, codeHash: string): Promise<boolean> {
  return (await setupCodes(db)).some((each) => each.codeHash === codeHash);
}

/** A line for each code: its SHA-256 and, where there are several nodes, whose it is. */
async function setupCodes(db: Db) {
  const text = await secret(db, "setup code");
  return (text?.split("\n") ?? []).map((line) => {
    const [codeHash = "", node = ""] = line.split(" ");
    return { codeHash, node };
  });
}
