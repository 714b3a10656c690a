import { Argument, type Option } from "commander";
import type { CommandGroup, CommandSpec } from "./command.ts";
import { settingOption } from "./setting-flags.ts";

/** The table of commands, laid out for completions and the manual page. */
export type Node = {
  /** The words that call it, such as "smsledger user add". */
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly notes: string | undefined;
  readonly args: readonly Argument[];
  /** Its own flags, without those of its settings. */
  readonly options: readonly Option[];
  readonly settings: readonly Option[];
  readonly children: readonly Node[];
};

export function nodeOf(spec: CommandSpec | CommandGroup, parent: string): Node {
  const path = `${parent} ${spec.name}`;
  const { name, summary, notes } = spec;
  if ("commands" in spec) {
    const children = spec.commands.map((each) => nodeOf(each, path));
    const none = { args: [], options: [], settings: [] };
    return { path, name, summary, notes, children, ...none };
  }
  const { args = [], options = [], settings = [] } = spec;
  return {
    path,
    name,
    summary,
    notes,
    args: args.map((arg) =>
      typeof arg === "string" ? new Argument(arg) : arg,
    ),
    options,
    settings: settings.map((use) => settingOption(use)),
    children: [],
  };
}

/** A node and all below it. */
export function withDescendants(node: Node): readonly Node[] {
  return [node, ...node.children.flatMap(withDescendants)];
}
