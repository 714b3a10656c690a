import type { Argument, Option } from "commander";
import type { CommandGroup, CommandSpec } from "./command.ts";
import { nodeOf, withDescendants, type Node } from "./command-tree.ts";

export type Shell = keyof typeof SCRIPTS;

const SCRIPTS = { bash, zsh, fish };

/** Returns the script that makes a shell complete smsledger's commands, flags and values. */
export function completionScript(
  shell: Shell,
  commands: readonly (CommandSpec | CommandGroup)[],
): string {
  return SCRIPTS[shell](commands.map((each) => nodeOf(each, "smsledger")));
}

type Value = "file" | "unknown" | readonly string[];

/** What can be completed for a flag or an argument. */
function valueOf(each: Option | Argument): Value {
  if (each.argChoices !== undefined) return each.argChoices;
  const placeholder = "flags" in each ? each.flags : each.name();
  return /\b(?:file|folder)\b/.test(placeholder.replace(/^\S+ /, ""))
    ? "file"
    : "unknown";
}

/** The flags of a command. Without a command, it's `serve`. */
function flagsOf(node: Node): readonly Option[] {
  return [...node.options, ...node.settings];
}

function serveIn(nodes: readonly Node[]): readonly Option[] {
  return nodes.filter(({ name }) => name === "serve").flatMap(flagsOf);
}

/** The first sentence of a flag's help. */
function brief({ description }: Option): string {
  const [line = ""] = description.split("\n");
  return line.replace(/\. .*|\.$/s, "");
}

const long = (option: Option): string => option.long ?? option.flags;

function bash(nodes: readonly Node[]): string {
  const all = nodes.flatMap(withDescendants);
  const flags = all.flatMap(flagsOf).filter(({ required }) => required);
  const named = (wanted: "file" | "unknown"): string =>
    [...new Set(flags.filter((each) => valueOf(each) === wanted).map(long))]
      .map((flag) => `*" ${flag}"`)
      .join(" | ");
  const choices = all.flatMap((node) =>
    flagsOf(node).flatMap((option) => {
      const value = valueOf(option);
      return typeof value === "string"
        ? []
        : [`    "${node.path} ${long(option)}") words="${value.join(" ")}" ;;`];
    }),
  );
  const cases = all.map((node) => {
    const values = node.args.map(valueOf);
    const words = [
      ...node.children.map(({ name }) => name),
      ...values.flatMap((value) => (typeof value === "string" ? [] : value)),
      ...flagsOf(node).map(long),
      "--help",
    ];
    const files = values.includes("file") ? " files=yes" : "";
    return `      "${node.path}") words="${words.join(" ")}"${files} ;;`;
  });
  const top = [
    ...nodes.map(({ name }) => name),
    "help",
    "--help",
    "--version",
    ...serveIn(nodes).map(long),
  ];
  return `# bash completion for smsledger, written by: smsledger completions bash
_smsledger() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  local path=smsledger word words="" files=""
  # bash splits --flag=value into three words.
  if [[ $cur == "=" ]]; then
    cur=""
  elif [[ $prev == "=" ]]; then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    case "$path $word" in
      ${all.map(({ path }) => `"${path}"`).join(" | ")}) path+=" $word" ;;
    esac
  done
  case "$path $prev" in
${choices.join("\n")}
    ${named("file")}) files=yes ;;
    ${named("unknown")}) ;;
    *) case "$path" in
      smsledger) words="${top.join(" ")}" ;;
${cases.join("\n")}
    esac ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  if [[ $files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur")
  fi
}
complete -F _smsledger smsledger
`;
}

function zsh(nodes: readonly Node[]): string {
  return `#compdef smsledger
# zsh completion for smsledger, written by: smsledger completions zsh
${zshFunction("_smsledger", nodes, serveIn(nodes))}
if [[ $funcstack[1] == _smsledger ]]; then
  _smsledger "$@"
else
  compdef _smsledger smsledger
fi
`;
}

const ZSH_HELP = "'--help[Show help]'";

/** A function for a list of commands, after those for the groups in it. */
function zshFunction(
  name: string,
  nodes: readonly Node[],
  flags: readonly Option[],
): string {
  const groups = nodes.filter(({ children }) => children.length > 0);
  const below = groups.map((group) =>
    zshFunction(`${name}_${group.name}`, group.children, []),
  );
  const commands = nodes.map((node) =>
    quoted(`${node.name}:${node.summary.replaceAll(":", "\\:")}`),
  );
  const cases = nodes.map((node) =>
    node.children.length > 0
      ? `      ${node.name}) ${name}_${node.name} ;;`
      : `      ${node.name}) _arguments ${zshArguments(node)} ;;`,
  );
  return `${below.join("")}${name}() {
  local curcontext=$curcontext state
  local -a commands=(${commands.join(" ")})
  _arguments -C -A '-*' ${[...flags.map(zshFlag), ZSH_HELP].join(" ")} '1:command:->command' '*::argument:->argument' && return
  case $state in
    command) _describe command commands ;;
    argument) case $words[1] in
${cases.join("\n")}
    esac ;;
  esac
}
`;
}

function zshArguments(node: Node): string {
  const args = node.args.flatMap((arg, index) => {
    const value = valueOf(arg);
    if (value === "unknown") return [];
    return [quoted(`${index + 1}:${arg.name()}:${zshValue(value)}`)];
  });
  return [...flagsOf(node).map(zshFlag), ZSH_HELP, ...args].join(" ");
}

function zshFlag(option: Option): string {
  const text = brief(option).replace(/[[\]:\\]/g, "\\$&");
  const value = option.required ? `:value:${zshValue(valueOf(option))}` : "";
  return quoted(`${long(option)}${value && "="}[${text}]${value}`);
}

function zshValue(value: Value): string {
  if (value === "file") return "_files";
  return value === "unknown" ? " " : `(${value.join(" ")})`;
}

function fish(nodes: readonly Node[]): string {
  const top = "__fish_use_subcommand";
  const lines = [
    ...nodes.map((node) => fishCommand(top, node)),
    ...serveIn(nodes).map((option) => fishFlag(top, option)),
    ...nodes.flatMap((node) => fishBelow(node, [])),
  ];
  return `# fish completion for smsledger, written by: smsledger completions fish
complete -c smsledger -f
complete -c smsledger -l help -d 'Show help'
${lines.join("\n")}
`;
}

/** What follows a command. */
function fishBelow(node: Node, seen: readonly string[]): readonly string[] {
  const conditions = [...seen, `__fish_seen_subcommand_from ${node.name}`];
  const names = node.children.map(({ name }) => name).join(" ");
  const before = [...conditions, `not __fish_seen_subcommand_from ${names}`];
  const condition = conditions.join("; and ");
  return [
    ...node.children.map((child) => fishCommand(before.join("; and "), child)),
    ...node.children.flatMap((child) => fishBelow(child, conditions)),
    ...flagsOf(node).map((option) => fishFlag(condition, option)),
    ...node.args.flatMap((arg) => {
      const value = valueOf(arg);
      if (value === "unknown") return [];
      return [
        `complete -c smsledger -n ${quoted(condition)} ${value === "file" ? "-F" : `-a ${quoted(value.join(" "))}`}`,
      ];
    }),
  ];
}

function fishCommand(condition: string, { name, summary }: Node): string {
  return `complete -c smsledger -n ${quoted(condition)} -a ${name} -d ${quoted(summary)}`;
}

function fishFlag(condition: string, option: Option): string {
  const value = valueOf(option);
  const values =
    typeof value === "string" ? "" : ` -a ${quoted(value.join(" "))}`;
  const takes = option.required
    ? value === "file"
      ? " -r -F"
      : ` -x${values}`
    : "";
  return `complete -c smsledger -n ${quoted(condition)} -l ${long(option).slice(2)}${takes} -d ${quoted(brief(option))}`;
}

/** In single quotes, for zsh and fish. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
