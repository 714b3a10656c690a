import { ConfigError, type Config } from "../config/config.ts";
import { isLoopback } from "../config/setting-values.ts";
import type { AccountStore } from "../store/accounts.ts";
import { sha256 } from "../account/secret-keys.ts";
import { newToken } from "../account/sign-in.ts";

/**
 * Resolves to whether the first user is still missing. Throws ConfigError if strangers
 * could then be the first to reach the set-up page.
 */
export async function requireUserBeyondLoopback(
  accounts: Pick<AccountStore, "hasPasswords">,
  config: Pick<Config, "signIn" | "host">,
): Promise<boolean> {
  if (config.signIn !== "password" || (await accounts.hasPasswords()))
    return false;
  requireLoopbackFirst(config);
  return true;
}

/** Throws ConfigError if a server without users may not start with these settings. */
export function requireLoopbackFirst({
  signIn,
  host,
}: Pick<Config, "signIn" | "host">): void {
  if (signIn !== "password" || host === "localhost" || isLoopback(host)) return;
  throw new ConfigError([
    "HOST: there are no users yet, so it must be a loopback address such as 127.0.0.1. " +
      "To listen on other addresses, first create a user: smsledger user add NAME",
  ]);
}

/** Makes the code for creating the first user, which replaces any earlier code of this node. Rejects with StoreUnavailable. */
export async function newSetupCode(
  accounts: Pick<AccountStore, "setSetupCode">,
  node = "",
): Promise<string> {
  const code = newToken();
  await accounts.setSetupCode(sha256(code), node);
  return code;
}
