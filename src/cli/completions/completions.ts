import type { CommandGroup, CommandSpec } from "../command.ts";
import { nodeOf } from "../command-tree.ts";
import { bash } from "./bash.ts";
import { fish } from "./fish.ts";
import { zsh } from "./zsh.ts";

const SCRIPTS = { bash, zsh, fish };

export type Shell = keyof typeof SCRIPTS;

/** Returns the script that makes a shell complete smsledger's commands, flags and values. */
export function completionScript(
  shell: Shell,
  commands: readonly (CommandSpec | CommandGroup)[],
): string {
  return SCRIPTS[shell](commands.map((each) => nodeOf(each, "smsledger")));
}
