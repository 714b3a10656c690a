import { randomBytes } from "node:crypto";
import type { Kysely } from "kysely";
import type { AccountStore } from "../../accounts.ts";
import { SECRET_KEY, SETUP_CODE_HASH } from "./account-tables.ts";
import * as reader from "./account-reader.ts";
import type { Schema } from "../schema.ts";
import type { Input, Output, WriteName } from "../../sqlite/writer/writes.ts";

type Read = <T>(query: () => Promise<T>) => Promise<T>;
/** Does one of `WRITES`; resolves once it is on disk, rejects with StoreUnavailable when nothing of it was done. */
export type Write = <N extends WriteName>(
  name: N,
  input: Input<N>,
) => Promise<Output<N>>;

/** Accounts that are read through one connection and written through another. */
export function accountStore(
  db: Kysely<Schema>,
  read: Read,
  write: Write,
): AccountStore {
  return {
    hasPasswords: () => read(() => reader.hasPasswords(db)),
    users: () => read(() => reader.users(db)),
    userById: (id) => read(() => reader.userById(db, id)),
    visitorByName: (name) => read(() => reader.visitorByName(db, name)),
    passwordOf: (name) => read(() => reader.passwordOf(db, name)),
    async visitorBySession(tokenHash, now) {
      const found = await read(() =>
        reader.visitorBySession(db, tokenHash, now),
      );
      if (
        found === undefined &&
        (await read(() => reader.isSessionKept(db, tokenHash)))
      )
        await write("removeEndedSessions", { at: now, all: false });
      return found;
    },
    sessionsOf: (userId, now) => read(() => reader.sessionsOf(db, userId, now)),
    async stillThere({ sessions, users }, now) {
      return {
        sessions:
          sessions.length === 0
            ? []
            : await read(() => reader.sessionsAmong(db, sessions, now)),
        users:
          users.length === 0
            ? []
            : await read(() => reader.usersAmong(db, users)),
      };
    },
    async secretKey() {
      const known = await read(() => reader.secret(db, SECRET_KEY));
      return (
        known ?? (await write("keepSecretKey", randomBytes(32).toString("hex")))
      );
    },
    addUser: (user, by) => write("addUser", { user, by }),
    addProxyUser: async (name, by) =>
      (await write("addProxyUser", { name, by })) ?? undefined,
    setSetupCode: (codeHash) => write("setSetupCode", codeHash),
    isSetupCode: async (codeHash) =>
      (await read(() => reader.secret(db, SETUP_CODE_HASH))) === codeHash,
    addFirstUser: async (user, codeHash, by) =>
      (await write("addFirstUser", { ...user, codeHash, by })) ?? undefined,
    setRole: async (userId, role, by) =>
      (await write("setRole", { userId, role, by })) ?? undefined,
    setPassword: async (change, by) =>
      (await write("setPassword", { ...change, by })) ?? undefined,
    removeUser: async (userId, by) =>
      (await write("removeUser", { userId, by })) ?? undefined,
    takeGuess: (ways, at) => write("takeGuess", { ways, at }),
    limitsWholeAt: (keys) => read(() => reader.limitsWholeAt(db, keys)),
    signIn: (session, by) => write("signIn", { session, by }),
    noteUse: (use, at) => write("noteUse", { ...use, at }),
    signOut: (sessionId, by) => write("signOut", { sessionId, by }),
    endSession: (userId, sessionId, by) =>
      write("endSession", { userId, sessionId, by }),
    endOtherSessions: (userId, keptSession, by) =>
      write("endOtherSessions", { userId, keptSession, by }),
  };
}
