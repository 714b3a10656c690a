import { Option, type Command } from "commander";
import type { Flags } from "./flags.ts";
import { readConfig, type Config } from "../config/config.ts";
import { flagOf, SETTINGS } from "../config/settings.ts";

type SettingName = keyof typeof SETTINGS;

/** Is given the exit status of the command that ran. */
export type SetStatus = (status: number) => void;

export const ALL_SETTINGS = Object.keys(SETTINGS).filter(isSettingName);

function isSettingName(name: string): name is SettingName {
  return name in SETTINGS;
}

/** Adds the flags of settings to a command, each with its environment twin in the help. */
export function withSettings(
  command: Command,
  names: readonly SettingName[],
): Command {
  for (const name of names) {
    const setting = SETTINGS[name];
    const placeholder = setting.secret ? "file" : setting.placeholder;
    const fallback = setting.defaultText ?? setting.default;
    const env = setting.secret
      ? `${setting.name}_FILE; the value itself: ${setting.name}`
      : setting.name;
    command.addOption(
      new Option(
        `--${flagOf(setting)} <${placeholder}>`,
        `${setting.help}\n[env ${env}${fallback === undefined ? "" : `; default ${fallback}`}]`,
      ),
    );
  }
  return command;
}

/** Reads the settings that a command has; the others have no say. Throws ConfigError. */
export function configOf(names: readonly SettingName[], flags: Flags): Config {
  const flagsGiven: Record<string, string> = {};
  const env: Record<string, string | undefined> = {};
  for (const name of names) {
    const setting = SETTINGS[name];
    const flag = flagOf(setting);
    const value = flags[camelCase(flag)];
    if (typeof value === "string") flagsGiven[flag] = value;
    for (const variable of [setting.name, `${setting.name}_FILE`])
      env[variable] = process.env[variable];
  }
  return readConfig({
    flags: flagsGiven,
    env,
    isTerminal: process.stdout.isTTY,
  });
}

/** A flag's name as commander hands it over. */
function camelCase(flag: string): string {
  return flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
