/**
 * Users, their sessions, how often passwords may be guessed, and what must stay secret:
 * the key of form tokens and cookies, and the hash of the code that the first user is
 * made with. Tokens and codes are kept as SHA-256, passwords as argon2id.
 */
export const ACCOUNT_TABLES = `
  CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('admin', 'member')),
    password_hash TEXT,
    is_password_temporary INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER
  ) STRICT;

  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id),
    device TEXT NOT NULL,
    address TEXT,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX sessions_user ON sessions (user_id);

  CREATE TABLE guess_limits (
    key TEXT PRIMARY KEY,
    whole_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX guess_limits_whole_at ON guess_limits (whole_at);

  CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** Names of secrets. */
export const SECRET_KEY = "key";
export const SETUP_CODE_HASH = "setup code";
