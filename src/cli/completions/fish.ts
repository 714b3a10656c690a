import type { Argument, Option } from "commander";
import type { Node } from "../command-tree.ts";
import {
  brief,
  choicesOf,
  flagsOf,
  long,
  quoted,
  takesFile,
  topFlags,
} from "./flags.ts";

export function fish(nodes: readonly Node[]): string {
  const top = "__fish_use_subcommand";
  const lines = [
    ...nodes.map((node) => commandLine(top, node)),
    ...topFlags(nodes).map((flag) => flagLine(top, flag)),
    ...nodes.flatMap((node) => linesAfter(node, [])),
  ];
  return `# fish completion for smsledger, written by: smsledger completions fish
complete -c smsledger -f
complete -c smsledger -l help -d 'Show help'
${lines.join("\n")}
`;
}

/** Completes what follows a command; `seen` is the condition that its group has been typed. */
function linesAfter(node: Node, seen: readonly string[]): readonly string[] {
  const conditions = [...seen, `__fish_seen_subcommand_from ${node.name}`];
  const names = node.children.map(({ name }) => name).join(" ");
  const before = [...conditions, `not __fish_seen_subcommand_from ${names}`];
  const condition = conditions.join("; and ");
  return [
    ...node.children.map((child) => commandLine(before.join("; and "), child)),
    ...node.children.flatMap((child) => linesAfter(child, conditions)),
    ...flagsOf(node).map((flag) => flagLine(condition, flag)),
    ...node.args
      .map(values)
      .filter((each) => each !== "")
      .map((each) => line(condition, each)),
  ];
}

function commandLine(condition: string, { name, summary }: Node): string {
  return line(condition, `-a ${name} -d ${quoted(summary)}`);
}

function flagLine(condition: string, flag: Option): string {
  const value = flag.required
    ? ` ${takesFile(flag) ? "-r" : "-x"} ${values(flag)}`
    : "";
  return line(
    condition,
    `-l ${long(flag).slice(2)}${value} -d ${quoted(brief(flag))}`,
  );
}

function values(each: Option | Argument): string {
  if (takesFile(each)) return "-F";
  const choices = choicesOf(each).join(" ");
  return choices === "" ? "" : `-a ${quoted(choices)}`;
}

function line(condition: string, rest: string): string {
  return `complete -c smsledger -n ${quoted(condition)} ${rest}`;
}
