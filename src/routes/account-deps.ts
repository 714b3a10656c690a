import type { Access } from "../account/access.ts";
import type { PasswordHashing } from "../account/password-hashing.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../log/log.ts";
import type { Stores } from "../store/stores.ts";

export type AccountDeps = {
  readonly store: Pick<Stores, "accounts" | "audit">;
  readonly access: Access;
  readonly config: Config;
  readonly now: () => number;
  readonly hashing: PasswordHashing;
  readonly log: Log;
};
