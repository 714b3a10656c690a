import type { Config } from "../config/config.ts";
import { CannotListen } from "./listen.ts";
import { isLoopback } from "../config/setting-values.ts";
import type { AccountStore } from "../store/accounts.ts";
import { sha256 } from "../account/secret-keys.ts";
import { newToken } from "../account/sign-in.ts";

/**
 * Resolves to whether the first user is still missing. Throws CannotListen if strangers
 * could then be the first to reach the set-up page.
 */
export async function requireUserBeyondLoopback(
  accounts: Pick<AccountStore, "hasPasswords">,
  { signIn, host }: Pick<Config, "signIn" | "host">,
): Promise<boolean> {
  if (signIn !== "password" || (await accounts.hasPasswords())) return false;
  if (host === "localhost" || isLoopback(host)) return true;
  throw new CannotListen(
    "There are no users yet, so HOST must be a loopback address such as 127.0.0.1. " +
      "To listen on other addresses, create the first user before: smsledger user add NAME --role admin",
  );
}

/** Makes the code for creating the first user, which replaces any earlier code. Rejects with StoreUnavailable. */
export async function newSetupCode(
  accounts: Pick<AccountStore, "setSetupCode">,
): Promise<string> {
  const code = newToken();
  await accounts.setSetupCode(sha256(code));
  return code;
}
