import { given, secretFile, type ConfigSources, type Given } from "./given.ts";
import { defaultOf, flagOf, SETTINGS, type Setting } from "./settings.ts";

/** A setting as it is in effect, without secrets. */
export type SettingInForce = {
  readonly name: string;
  readonly flag: string;
  /** Null when it has none, or is secret. */
  readonly value: string | null;
  readonly source: Given["source"] | "default" | "not set";
  /** The file that a secret was read from. */
  readonly file: string | null;
};

/** Every setting, in the order of the documentation. The settings must be valid. */
export function settingsInForce(
  sources: ConfigSources,
): readonly SettingInForce[] {
  return Object.values<Setting<unknown>>(SETTINGS).map((setting) => {
    const found = given(setting, sources);
    const fallback = defaultOf(setting, sources.isTerminal);
    const value = found?.text ?? fallback;
    return {
      name: setting.name,
      flag: `--${flagOf(setting)}`,
      value:
        setting.secret || value === undefined
          ? null
          : (setting.shown?.(value) ?? value),
      source: found?.source ?? (fallback === undefined ? "not set" : "default"),
      file: secretFile(setting, sources) ?? null,
    };
  });
}
