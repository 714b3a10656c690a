/** Names of secrets: the key of form tokens and cookies, and the SHA-256 of the code that creates the first user. */
export const SECRET_KEY = "key";
export const SETUP_CODE_HASH = "setup code";
