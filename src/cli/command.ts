import { say } from "./output.ts";
import { Argument, Command, Option } from "commander";
import type { Config } from "../config/config.ts";
import type { Flags } from "./flags.ts";
import type { SettingName } from "../config/settings.ts";
import {
  configOf,
  settingNameOf,
  settingOption,
  type SettingUse,
} from "./setting-flags.ts";

/** A command: what `--help` says about it, and what it does. */
export type CommandSpec = {
  readonly name: string;
  readonly summary: string;
  /** What it used to be called. The old name still works, and says what the new one is. */
  readonly formerName?: string;
  /** Each as `<name>`, or with the choices it has. */
  readonly args?: readonly (string | Argument)[];
  readonly options?: readonly Option[];
  /** Settings that it reads. Each has a flag and an environment variable; the others have no effect. */
  readonly settings?: readonly SettingUse[];
  /** Settings that it reads from the environment only. */
  readonly environment?: readonly SettingName[];
  /** Printed below the options. */
  readonly notes?: string;
  /** Resolves to the exit status. Wrong usage is thrown as a ConfigError. */
  readonly run: (call: Call) => Promise<number> | number;
};

/** Commands under one name, such as `user add` and `user list`. */
export type CommandGroup = Pick<CommandSpec, "name" | "summary" | "notes"> & {
  readonly commands: readonly (CommandSpec | CommandGroup)[];
};

/** How a command was called. */
export type Call = {
  readonly args: readonly string[];
  readonly flags: Flags;
  /** Reads the command's settings. Throws ConfigError. */
  readonly config: () => Config;
};

/** Of commands that only need the database. */
export const DATABASE: readonly SettingUse[] = [
  { name: "databaseUrl", help: "The server's database." },
];
/** Of commands that call the server. */
export const ADDRESS: readonly SettingUse[] = [
  { name: "host", help: "The server's HOST." },
  { name: "port", help: "The server's PORT." },
];
export const WHILE_RUNNING = "Works while the server is running.";
export const YES = new Option("--yes", "Don't ask for confirmation.");
export const JSON_OUTPUT = new Option("--json", "Print JSON.");

/** Whether `JSON_OUTPUT` was given. */
export function wantsJson(flags: Flags): boolean {
  return flags["json"] === true;
}

/** Adds a command, or a group of them, to `parent`. `setStatus` gets the exit status of the one that runs. */
export function addCommand(
  parent: Command,
  spec: CommandSpec | CommandGroup,
  setStatus: (status: number) => void,
): void {
  if ("commands" in spec) {
    const group = described(parent.command(spec.name), spec);
    for (const each of spec.commands) addCommand(group, each, setStatus);
    return;
  }
  addAction(parent.command(spec.name), spec, setStatus);
  const { name, formerName } = spec;
  if (formerName === undefined) return;
  const [former, current] = [formerName, name].map(
    (each) => `${parent.name()} ${each}`,
  );
  addAction(parent.command(formerName, { hidden: true }), spec, setStatus).hook(
    "preAction",
    () => say(`${former} is deprecated. Use ${current} instead.`),
  );
}

function addAction(
  command: Command,
  spec: CommandSpec,
  setStatus: (status: number) => void,
): Command {
  const { args = [], options = [], settings = [], run } = spec;
  const names = [...settings.map(settingNameOf), ...(spec.environment ?? [])];
  for (const arg of args)
    command.addArgument(typeof arg === "string" ? new Argument(arg) : arg);
  for (const option of options) command.addOption(option);
  for (const use of settings) command.addOption(settingOption(use));
  return described(command, spec).action(async () => {
    const flags: Flags = command.opts();
    const config = (): Config => configOf(names, flags);
    setStatus(await run({ args: command.args, flags, config }));
  });
}

function described(
  command: Command,
  { summary, notes }: Pick<CommandSpec, "summary" | "notes">,
): Command {
  command.description(summary);
  return notes === undefined
    ? command
    : command.addHelpText("after", `\n${notes}`);
}
