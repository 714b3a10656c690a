import { Option } from "commander";
import type { Flags } from "./flags.ts";
import { readConfig, type Config } from "../config/config.ts";
import { flagOf, SETTINGS, type Setting } from "../config/settings.ts";

export type SettingName = keyof typeof SETTINGS;

export const ALL_SETTINGS = Object.keys(SETTINGS).filter(isSettingName);

function isSettingName(name: string): name is SettingName {
  return name in SETTINGS;
}

/** The flag of a setting. Its help names the environment variable too. */
export function settingOption(name: SettingName): Option {
  const setting: Setting<unknown> = SETTINGS[name];
  const placeholder = setting.secret ? "file" : setting.placeholder;
  const fallback = setting.defaultText ?? setting.default;
  const env = setting.secret
    ? `${setting.name}_FILE; the value itself: ${setting.name}`
    : setting.name;
  return new Option(
    `--${flagOf(setting)} <${placeholder}>`,
    `${setting.help}\n[env ${env}${fallback === undefined ? "" : `; default ${fallback}`}]`,
  );
}

/** Reads a command's settings; the others have no effect. Throws ConfigError. */
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

/** A flag's name in commander's options. */
function camelCase(flag: string): string {
  return flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
