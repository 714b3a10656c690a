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

const HELP = "'--help[Show help]'";

export function zsh(nodes: readonly Node[]): string {
  return `#compdef smsledger
# zsh completion for smsledger, written by: smsledger completions zsh
${functionFor("_smsledger", nodes, topFlags(nodes))}
if [[ $funcstack[1] == _smsledger ]]; then
  _smsledger "$@"
else
  compdef _smsledger smsledger
fi
`;
}

/** Returns a function for a list of commands, after those for the groups in it. */
function functionFor(
  name: string,
  nodes: readonly Node[],
  flags: readonly Option[],
): string {
  const groups = nodes.filter(({ children }) => children.length > 0);
  const below = groups.map((group) =>
    functionFor(`${name}_${group.name}`, group.children, []),
  );
  const commands = nodes.map((node) =>
    quoted(`${node.name}:${node.summary.replaceAll(":", "\\:")}`),
  );
  const cases = nodes.map((node) => {
    const isGroup = node.children.length > 0;
    const call = isGroup ? `${name}_${node.name}` : `_arguments ${specs(node)}`;
    return `      ${node.name}) ${call} ;;`;
  });
  return `${below.join("")}${name}() {
  local curcontext=$curcontext state
  local -a commands=(${commands.join(" ")})
  _arguments -C -A '-*' ${[...flags.map(flagSpec), HELP].join(" ")} '1:command:->command' '*::argument:->argument' && return
  case $state in
    command) _describe command commands ;;
    argument) case $words[1] in
${cases.join("\n")}
    esac ;;
  esac
}
`;
}

/** What _arguments is given for a command. */
function specs(node: Node): string {
  const args = node.args.flatMap((arg, index) =>
    action(arg) === " "
      ? []
      : [quoted(`${index + 1}:${arg.name()}:${action(arg)}`)],
  );
  return [...flagsOf(node).map(flagSpec), HELP, ...args].join(" ");
}

function flagSpec(flag: Option): string {
  const text = brief(flag).replace(/[[\]:\\]/g, "\\$&");
  return quoted(
    flag.required
      ? `${long(flag)}=[${text}]:value:${action(flag)}`
      : `${long(flag)}[${text}]`,
  );
}

/** How a value is completed: a space is for one that can't be. */
function action(each: Option | Argument): string {
  if (takesFile(each)) return "_files";
  return choicesOf(each).length > 0 ? `(${choicesOf(each).join(" ")})` : " ";
}
