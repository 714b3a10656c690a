import type { Command } from "commander";
import { nearest } from "../words/nearest.ts";

/** What commands are called in other products, and ours for the same. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  check: ["doctor"],
  create: ["add"],
  delete: ["remove", "revoke"],
  dump: ["export"],
  health: ["healthcheck"],
  ls: ["list"],
  new: ["add"],
  rm: ["remove", "revoke"],
  run: ["serve"],
  server: ["serve"],
  settings: ["config"],
  show: ["list"],
  start: ["serve"],
};

/** Ends with wrong usage when `argv` names a command that doesn't exist. Says which one was probably meant. */
export function requireKnownCommand(
  program: Command,
  argv: readonly string[],
): void {
  let group = program;
  for (const [index, name] of argv.entries()) {
    if (name.startsWith("-") || group.commands.length === 0) return;
    const found = group.commands.find((each) => each.name() === name);
    if (found === undefined) {
      if (index === 0 && name === "help")
        return requireKnownCommand(program, argv.slice(1));
      return group.error(mistake(group, argv.slice(0, index), name));
    }
    group = found;
  }
}

function mistake(
  group: Command,
  path: readonly string[],
  name: string,
): string {
  const names = group.commands.map((each) => each.name());
  const others = Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name] : [];
  const meant =
    names.find((each) => others?.includes(each)) ??
    nearest(name.toLowerCase(), names);
  const unknown = `error: unknown command '${[...path, name].join(" ")}'`;
  return meant === undefined
    ? unknown
    : `${unknown}\n(Did you mean ${["smsledger", ...path, meant].join(" ")}?)`;
}
