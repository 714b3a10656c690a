import { withDescendants, type Node } from "../command-tree.ts";
import { choicesOf, flagsOf, long, takesFile, topFlags } from "./flags.ts";

export function bash(nodes: readonly Node[]): string {
  const all = nodes.flatMap(withDescendants);
  const top = [
    ...nodes.map(({ name }) => name),
    "help",
    "--help",
    "--version",
    ...topFlags(nodes).map(long),
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
${valueCases(all).join("\n")}
    *) case "$path" in
      smsledger) words="${top.join(" ")}" ;;
${all.map(commandCase).join("\n")}
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

/** What follows each flag that takes a value. */
function valueCases(nodes: readonly Node[]): readonly string[] {
  return nodes.flatMap((node) =>
    flagsOf(node)
      .filter(({ required }) => required)
      .map((flag) => {
        const words = choicesOf(flag).join(" ");
        const files = takesFile(flag) ? "files=yes " : "";
        return `    "${node.path} ${long(flag)}") words="${words}" ${files};;`;
      }),
  );
}

/** What follows a command. */
function commandCase(node: Node): string {
  const words = [
    ...node.children.map(({ name }) => name),
    ...node.args.flatMap(choicesOf),
    ...flagsOf(node).map(long),
    "--help",
  ];
  const files = node.args.some(takesFile) ? "files=yes " : "";
  return `      "${node.path}") words="${words.join(" ")}" ${files};;`;
}
