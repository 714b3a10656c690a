import type { Config } from "../config/config.ts";
import { tokensFor } from "../twilio/auth-tokens.ts";
import type { Algorithm } from "../twilio/signature.ts";
import { distinct, type Variant } from "./cause.ts";
import type { Cause } from "../store/diagnosis.ts";

/**
 * Returns tokens, and keys whose header was lost, that may have signed a callback
 * without signature settings. Tokens already tried have no cause. Only keys sign with
 * SHA-256.
 */
export function tokenVariants(
  { authTokens, sharedKeys }: Pick<Config, "authTokens" | "sharedKeys">,
  accountSid: string | undefined,
  algorithm: Algorithm,
): Variant[] {
  const keys = sharedKeys.map(({ secret }): Variant => ({
    value: secret,
    causes: ["settings-lost"],
    isLikely: true,
  }));
  if (algorithm !== "sha1") return distinct(keys);
  const tried = tokensFor(authTokens, accountSid);
  return distinct([
    ...tried.map((value): Variant => ({ value, causes: [], isLikely: true })),
    ...authTokens.map(({ token }): Variant => ({
      value: token,
      causes: ["account"],
      isLikely: true,
    })),
    ...authTokens.flatMap(({ token }) => miswritten(token, tried)),
    ...keys,
  ]);
}

function miswritten(token: string, tried: readonly string[]): Variant[] {
  const isTried = tried.includes(token);
  const as = (cause: Cause, ...values: readonly string[]): Variant[] =>
    values.map((value) => ({
      value,
      causes: isTried ? [cause] : [cause, "account"],
      isLikely: isTried,
    }));
  return [
    ...as("token-quotes", ...unwrapped(token)),
    ...as("token-case", token.toLowerCase()),
    // White space around a configured token is dropped, so the signer had it.
    ...as("token-space", `${token}\n`, `${token}\r\n`, `${token} `),
    ...as("token-space", ` ${token}`, `"${token}"`, `'${token}'`),
  ];
}

/** Returns the token without what may have been copied along: quotes, a name, or an account SID before it. */
function unwrapped(token: string): string[] {
  const quoted = /^(["'`])(.+)\1$/.exec(token)?.[2];
  const bare = token.replaceAll(/^["'`;:]+|["'`;:]+$/g, "");
  const afterName = /[:=]["'`]?([^:="'`]+)["'`]?$/.exec(token)?.[1];
  return [quoted, bare, afterName].flatMap((each) => each || []);
}
