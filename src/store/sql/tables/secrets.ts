import type { Db } from "../dialect.ts";

/** The names of secrets: the key of form tokens and cookies, and the SHA-256 of the code that creates the first user. */
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

export async function keepSetupCode(db: Db, codeHash: string): Promise<void> {
  await db
    .insertInto("secrets")
    .values({ name: "setup code", value: codeHash })
    .onConflict((conflict) =>
      conflict.column("name").doUpdateSet({ value: codeHash }),
    )
    .execute();
}

export async function removeSetupCode(db: Db): Promise<void> {
  await db.deleteFrom("secrets").where("name", "=", "setup code").execute();
}

export async function isSetupCode(db: Db, codeHash: string): Promise<boolean> {
  return (await secret(db, "setup code")) === codeHash;
}
