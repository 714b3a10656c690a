import type { Option } from "commander";
import type { CommandGroup, CommandSpec } from "./command.ts";
import { nodeOf, withDescendants, type Node } from "./command-tree.ts";
import { ALL_SETTINGS, settingOption } from "./setting-flags.ts";

/** Returns the manual page, smsledger(1), in the macros of man(7). */
export function manualPage(
  version: string,
  description: string,
  commands: readonly (CommandSpec | CommandGroup)[],
): string {
  const nodes = commands
    .map((each) => nodeOf(each, "smsledger"))
    .flatMap(withDescendants);
  return `.TH SMSLEDGER 1 "" "smsledger ${roff(version)}" "User Commands"
.nh
.ad l
.SH NAME
smsledger \\- ${roff(description.replace(/^\w|\.$/g, (each) => (each === "." ? "" : each.toLowerCase())))}
.SH SYNOPSIS
.B smsledger
.RI [ command ]
.RI [ options ]
.SH COMMANDS
Without a command, smsledger runs
.BR serve .
${nodes.map(section).join("")}.SH SETTINGS
A flag takes precedence over the environment variable.
${ALL_SETTINGS.map((name) => item(settingOption(name))).join("")}.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
Failed.
.TP
.B 2
Wrong usage.
`;
}

/** A command and its own flags. Those of its settings are named, and described once, below. */
function section({
  path,
  summary,
  notes,
  args,
  options,
  settings,
}: Node): string {
  const called = [
    path,
    ...args.map((arg) => `<${arg.name()}>`),
    ...(options.length + settings.length > 0 ? ["[options]"] : []),
  ];
  const flags = settings.map(({ long }) => `\\fB${roff(long ?? "")}\\fR`);
  return `.SS "${roff(called.join(" "))}"
${paragraphs(summary)}${notes === undefined ? "" : `.PP\n${paragraphs(notes)}`}${options.map(item).join("")}${flags.length === 0 ? "" : `.PP\nSettings: ${flags.join(", ")}\n`}`;
}

function item({ flags, description }: Option): string {
  const [flag = "", value] = flags.split(" ");
  const shown = `.BR ${roff(flag)}${value === undefined ? "" : ` " \\fI${roff(value)}\\fR"`}`;
  return `.TP\n${shown}\n${paragraphs(description)}`;
}

/** Each line ends where it ends in \`--help\`. */
function paragraphs(text: string): string {
  const lines = text.split("\n").map((line) => roff(line.trimStart()));
  return `${lines.join("\n.br\n")}\n`;
}

/** Text without what roff takes for a command, or for another character. */
function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll('"', "\\(dq")
    .replaceAll("…", "\\&...")
    .replace(/^[.']/, "\\&$&");
}
