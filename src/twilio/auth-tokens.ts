/** Account SID: `AC` and 32 hex digits. */
const ACCOUNT_SID = /^AC[0-9a-fA-F]{32}$/;

/** One auth token; with an `accountSid` it is tried only for that account's callbacks. */
export type AuthToken = {
  readonly token: string;
  readonly accountSid: string | undefined;
};

/**
 * Reads `token1,token2,AC…=token3`. White space around a token is dropped, as it is
 * easily pasted along. Throws an Error whose message never repeats what was given.
 */
export function parseAuthTokens(text: string): readonly AuthToken[] {
  return text.split(",").map((entry, index) => {
    const equals = entry.indexOf("=");
    const accountSid =
      equals === -1 ? undefined : entry.slice(0, equals).trim();
    const token = entry.slice(equals + 1).trim();
    const place = `entry ${index + 1}`;
    if (accountSid !== undefined && !ACCOUNT_SID.test(accountSid)) {
      throw new Error(
        `${place} is bound to something that isn't an account SID (AC and 32 hexadecimal digits)`,
      );
    }
    if (token === "") throw new Error(`${place} is empty`);
    if (!/^[\x21-\x7e]+$/.test(token))
      throw new Error(
        `${place} has white space or other characters that an auth token can't have`,
      );
    return { token, accountSid };
  });
}

/** The tokens to try for a callback that says it is of `accountSid`. */
export function tokensFor(
  authTokens: readonly AuthToken[],
  accountSid: string | undefined,
): string[] {
  const tried = authTokens.filter(
    (each) => each.accountSid === undefined || each.accountSid === accountSid,
  );
  return tried.map((each) => each.token);
}
