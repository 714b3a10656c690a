import { createHmac, randomUUID } from "node:crypto";
import type { Config } from "../config/config.ts";
import { isPostgresUrl } from "../config/setting-values.ts";

/**
 * Returns the id by which `doctor` tells whether an address leads to this server: a random one
 * for this run. Nodes of one PostgreSQL database have the same one, as a proxy leads to any of
 * them. Anyone can read it, so nothing can be learned from it without a token or key.
 */
export function instanceId({
  databaseUrl,
  authTokens,
  sharedKeys,
}: Pick<Config, "databaseUrl" | "authTokens" | "sharedKeys">): string {
  const [secret] = [
    ...authTokens.map(({ token }) => token),
    ...sharedKeys.map((key) => key.secret),
  ];
  if (!isPostgresUrl(databaseUrl) || secret === undefined) return randomUUID();
  const { host, pathname } = new URL(databaseUrl);
  return createHmac("sha256", secret)
    .update(`${host}${pathname}`)
    .digest("hex");
}
