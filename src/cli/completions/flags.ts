import type { Argument, Option } from "commander";
import type { Node } from "../command-tree.ts";

export function flagsOf(node: Node): readonly Option[] {
  return [...node.options, ...node.settings];
}

/** The flags without a command, which are those of `serve`. */
export function topFlags(nodes: readonly Node[]): readonly Option[] {
  return nodes.filter(({ name }) => name === "serve").flatMap(flagsOf);
}

export function long(option: Option): string {
  return option.long ?? option.flags;
}

/** Returns the first sentence of a flag's help. */
export function brief({ description }: Option): string {
  const [line = ""] = description.split("\n");
  return line.replace(/\. .*|\.$/s, "");
}

/** The values that a flag or an argument can have, if there's a list of them. */
export function choicesOf(each: Option | Argument): readonly string[] {
  return each.argChoices ?? [];
}

export function takesFile(each: Option | Argument): boolean {
  return "flags" in each
    ? /<(?:file|folder)\b/.test(each.flags)
    : each.name() === "file";
}

/** Returns text in single quotes, for zsh and fish. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
