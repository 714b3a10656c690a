import type { ConfigSources } from "../config/given.ts";
import {
  settingsInForce,
  type SettingInForce,
} from "../config/settings-in-force.ts";
import { print, printJson } from "./output.ts";
import { textTable } from "./text-table.ts";
import { DONE } from "./exit-status.ts";

/** Prints each setting, its value unless it's secret, and where that comes from. Returns the exit status. */
export function showConfig(sources: ConfigSources, asJson: boolean): number {
  const settings = settingsInForce(sources);
  if (asJson) printJson(settings);
  else
    print(
      textTable([
        ["setting", "value", "from"],
        ...settings.map((each) => [each.name, valueOf(each), originOf(each)]),
      ]),
    );
  return DONE;
}

function valueOf({ value, source }: SettingInForce): string {
  if (value !== null) return value;
  return source === "not set" ? "-" : "(secret)";
}

function originOf({ source, flag, file }: SettingInForce): string {
  if (source === "flag") return flag;
  return source === "file" ? `the file ${file}` : source;
}
