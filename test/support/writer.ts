/**
 * The writer, in a thread that opens one database after another; see `threads.ts`. SQLite
 * closes a database only with its last statement, so closing finalizes all, as the end of
 * a thread does.
 */
import { Database, type Statement } from "bun:sqlite";
import "../../src/store/sqlite/writer/writer.ts";

// Not weakly: one that is garbage is finalized only some time later.
const statements = new WeakMap<Database, Statement[]>();
// Applied to the databases below.
// oxlint-disable-next-line typescript/unbound-method
const { prepare, close } = Database.prototype;

Object.assign(Database.prototype, {
  prepare(this: Database, ...given: Parameters<typeof prepare>) {
    const statement = prepare.apply(this, given);
    const ofDatabase = statements.get(this) ?? [];
    statements.set(this, ofDatabase);
    ofDatabase.push(statement);
    return statement;
  },
  close(this: Database, ...given: Parameters<typeof close>) {
    for (const statement of statements.get(this) ?? []) statement.finalize();
    close.apply(this, given);
  },
});
