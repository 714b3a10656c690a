import type { Database } from "bun:sqlite";
import { ACTIONS } from "../../audit.ts";
import type { RestoredAccess } from "../../backups.ts";
import { hasTable } from "../connection/values.ts";

type User = {
  readonly key: string;
  readonly name: string;
  readonly role: string;
  readonly password: string | null;
};
type Token = { readonly name: string; readonly hash: string };

type Endpoint = {
  readonly key: string;
  readonly name: string;
  readonly url: string;
  readonly secret: string;
  readonly state: string;
};

type AlertChannel = {
  readonly name: string;
  readonly kind: string;
  readonly settings: string;
  readonly isOn: number;
};

type Digest = { readonly userId: number; readonly name: string };

type Access = {
  readonly users: readonly User[];
  readonly tokens: readonly Token[];
  readonly endpoints: readonly Endpoint[];
  readonly channels: readonly AlertChannel[];
  /** Named by their email addresses. */
  readonly digests: readonly Digest[];
  readonly erased: readonly { readonly at: number; readonly subject: string }[];
};

const NONE: Access = {
  users: [],
  tokens: [],
  endpoints: [],
  channels: [],
  digests: [],
  erased: [],
};

/**
 * Prevents access that was revoked from coming back in `copy`, which is about to replace
 * `old`: all sessions end, and only API tokens that are valid in both stay. Users stay, as
 * whoever restores may need them, but are reported.
 */
export function settleAccess(
  copy: Database,
  old: Database | undefined,
): RestoredAccess {
  const before = old && readOrNothing(old);
  const backup = accessOf(copy);
  const { users, tokens, erased } = before ?? NONE;
  const tokenHashes = new Set(tokens.map(({ hash }) => hash));
  const revoked = backup.tokens.filter(({ hash }) => !tokenHashes.has(hash));
  endSessions(copy, revoked);
  const stale = before ? changedSince(backup.endpoints, before.endpoints) : [];
  pause(copy, stale);
  const muted = before ? offSince(backup.channels, before.channels) : [];
  turnOff(copy, muted);
  const ended = before ? endedSince(backup.digests, before.digests) : [];
  end(copy, ended);
  const find = (among: readonly User[], { key }: User) =>
    among.find((other) => other.key === key);
  const changed = (is: (now: User, then: User) => boolean): User[] =>
    backup.users.filter((then) => {
      const now = find(users, then);
      return now !== undefined && is(now, then);
    });
  const backupHashes = new Set(backup.tokens.map(({ hash }) => hash));
  const known = new Set(backup.erased.map(({ at }) => at));
  return {
    isCompared: before !== undefined,
    usersBack: names(backup.users.filter((user) => !find(users, user))),
    usersGone: names(users.filter((user) => !find(backup.users, user))),
    passwordsBack: names(changed((a, b) => a.password !== b.password)),
    rolesBack: changed((a, b) => a.role !== b.role),
    tokensRevoked: names(revoked),
    tokensGone: names(tokens.filter(({ hash }) => !backupHashes.has(hash))),
    endpointsPaused: names(stale),
    channelsOff: names(muted),
    digestsEnded: names(ended),
    numbersBack: [
      ...new Set(
        erased.filter(({ at }) => !known.has(at)).map(({ subject }) => subject),
      ),
    ],
  };
}

function names(all: readonly { readonly name: string }[]): string[] {
  return all.map(({ name }) => name);
}

function endSessions(copy: Database, revoked: readonly Token[]): void {
  if (hasTable(copy, "sessions")) copy.run("DELETE FROM sessions");
  for (const { hash } of revoked)
    copy.run("DELETE FROM api_tokens WHERE hash = ?", [hash]);
}

/** The active endpoints of a backup that weren't active, or not there, or sent elsewhere later. */
function changedSince(
  backup: readonly Endpoint[],
  later: readonly Endpoint[],
): Endpoint[] {
  return backup.filter(
    ({ key, url, secret, state }) =>
      state === "active" &&
      !later.some(
        (now) =>
          now.key === key &&
          now.url === url &&
          now.secret === secret &&
          now.state === "active",
      ),
  );
}

function pause(copy: Database, endpoints: readonly Endpoint[]): void {
  for (const { key } of endpoints)
    copy.run(
      "UPDATE endpoints SET state = 'paused', revision = revision + 1 WHERE name_key = ?",
      [key],
    );
}

/** The channels of a backup that are on and weren't later, or not there, or sent elsewhere. */
function offSince(
  backup: readonly AlertChannel[],
  later: readonly AlertChannel[],
): AlertChannel[] {
  return backup.filter(
    ({ name, kind, settings, isOn }) =>
      isOn === 1 &&
      !later.some(
        (now) =>
          now.name === name &&
          now.kind === kind &&
          now.settings === settings &&
          now.isOn === 1,
      ),
  );
}

function turnOff(copy: Database, channels: readonly AlertChannel[]): void {
  for (const { name } of channels)
    copy.run("UPDATE alert_channels SET is_on = 0 WHERE name = ?", [name]);
}

/** The digests of a backup that their users have ended since, or get at another address. */
function endedSince(
  backup: readonly Digest[],
  later: readonly Digest[],
): Digest[] {
  return backup.filter(
    ({ userId, name }) =>
      !later.some((now) => now.userId === userId && now.name === name),
  );
}

function end(copy: Database, digests: readonly Digest[]): void {
  for (const { userId } of digests)
    copy.run("DELETE FROM digests WHERE user_id = ?", [userId]);
}

/** Undefined when it's damaged, or so new that its tables differ. */
function readOrNothing(old: Database): Access | undefined {
  try {
    return accessOf(old);
  } catch {
    return undefined;
  }
}

/** Older versions don't have all of these tables; then nothing is in them. */
function accessOf(db: Database): Access {
  return {
    users: rows<User>(
      db,
      "users",
      "SELECT name_key AS key, name, role, password_hash AS password FROM users ORDER BY name_key",
    ),
    tokens: rows<Token>(
      db,
      "api_tokens",
      "SELECT name, hash FROM api_tokens ORDER BY name",
    ),
    endpoints: rows<Endpoint>(
      db,
      "endpoints",
      "SELECT name_key AS key, name, url, secret, state FROM endpoints ORDER BY name_key",
    ),
    channels: rows<AlertChannel>(
      db,
      "alert_channels",
      "SELECT name, kind, settings, is_on AS isOn FROM alert_channels ORDER BY name",
    ),
    digests: rows<Digest>(
      db,
      "digests",
      "SELECT user_id AS userId, address AS name FROM digests ORDER BY address",
    ),
    erased: rows<{ at: number; subject: string }>(
      db,
      "audit",
      `SELECT at, subject FROM audit
         WHERE action IN ('${ACTIONS.erased}', '${ACTIONS.beganToErase}') ORDER BY id`,
    ),
  };
}

function rows<Row>(db: Database, table: string, sql: string): Row[] {
  if (!hasTable(db, table)) return [];
  using statement = db.prepare<Row, []>(sql);
  return statement.all();
}
