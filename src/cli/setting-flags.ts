import { Option } from "commander";
import { ConfigError, readConfig, type Config } from "../config/config.ts";
import type { ConfigSources } from "../config/given.ts";
import {
  flagOf,
  SETTINGS,
  type Setting,
  type SettingName,
} from "../config/settings.ts";
import { unknownSettings } from "../config/unknown-settings.ts";
import { readBoth, type Flags } from "./flags.ts";

export const ALL_SETTINGS = Object.keys(SETTINGS).filter(isSettingName);

function isSettingName(name: string): name is SettingName {
  return name in SETTINGS;
}

/** A setting that a command reads, with what to say about it there if not what `serve` says. */
export type SettingUse =
  SettingName | { readonly name: SettingName; readonly help: string };

export function settingNameOf(use: SettingUse): SettingName {
  return typeof use === "string" ? use : use.name;
}

/** The flag of a setting. Its help names the environment variable too. */
export function settingOption(use: SettingUse): Option {
  const setting: Setting<unknown> = SETTINGS[settingNameOf(use)];
  const { help } = typeof use === "string" ? setting : use;
  const placeholder = setting.secret ? "file" : setting.placeholder;
  const fallback = setting.defaultText ?? setting.default;
  const env = setting.secret
    ? `${setting.name}_FILE; the value itself: ${setting.name}`
    : `${setting.name}${setting.fromFile ? ` or ${setting.name}_FILE` : ""}`;
  return new Option(
    `--${flagOf(setting)} <${placeholder}>`,
    `${help}\n[env ${env}${fallback === undefined ? "" : `; default ${fallback}`}]`,
  );
}

/** Reads a command's settings; the others have no effect. Throws ConfigError. */
export function configOf(names: readonly SettingName[], flags: Flags): Config {
  const [config] = readBoth(
    () => readConfig(sourcesOf(names, flags)),
    () => requireKnownSettings(names),
  );
  return config;
}

/** What is given for a command's settings. */
export function sourcesOf(
  names: readonly SettingName[],
  flags: Flags,
): ConfigSources {
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
  return { flags: flagsGiven, env, isTerminal: process.stdout.isTTY };
}

/** Throws ConfigError when the environment has a variable that looks like a mistyped setting. */
function requireKnownSettings(names: readonly SettingName[]): void {
  const mistakes = unknownSettings(Object.keys(process.env), names);
  if (mistakes.length > 0) throw new ConfigError(mistakes);
}

/** A flag's name in commander's options. */
function camelCase(flag: string): string {
  return flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
