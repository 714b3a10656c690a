import {
  ConfigError,
  readConfig,
  type Config,
} from "../../src/config/config.ts";

export type Given = Readonly<Record<string, string | undefined>>;

/** Returns the mistakes, if any. */
export function read(
  env: Given,
  flags: Given = {},
  isTerminal = false,
): Config {
  return readConfig({ env, flags, isTerminal });
}

/**
 * Starts the real server on a free loopback port with its own database, without sign-in.
 * Settings are given as in the environment; `search` limits searches for messages. Hold it
 * with `await using`.
 */
export function mistakesIn(env: Given, flags: Given = {}): readonly string[] {
  try {
    read(env, flags);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
}
