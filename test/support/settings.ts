import {
  ConfigError,
  readConfig,
  type Config,
} from "../../src/config/config.ts";

export type Given = Readonly<Record<string, string | undefined>>;

/** Reads the settings from an environment and flags. */
export function read(
  env: Given,
  flags: Given = {},
  isTerminal = false,
): Config {
  return readConfig({ env, flags, isTerminal });
}

/** Returns the mistakes, if any. */
export function mistakesIn(env: Given, flags: Given = {}): readonly string[] {
  try {
    read(env, flags);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
}
