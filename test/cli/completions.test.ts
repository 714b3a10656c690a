import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { requireTool, runTool } from "../deploy/tools.ts";
import { tempDir } from "../support/temp-dir.ts";
import { PROGRAM, run } from "./program.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

const folder = tempDir();
const scriptOf = (shell: Shell): string => join(folder.path, shell);

beforeAll(async () => {
  for (const shell of SHELLS) {
    requireTool(shell, shell);
    const args = ["completions", shell];
    const { status, stdout, stderr } = await run(PROGRAM, args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    await Bun.write(scriptOf(shell), stdout);
  }
});
afterAll(() => folder[Symbol.dispose]());

/** Resolves to the completions that `shell` offers at the end of `line`. */
async function offered(shell: "bash" | "fish", line: string) {
  const { status, said } = await runTool(
    shell === "fish"
      ? ["fish", "--no-config", "-c", FISH, scriptOf(shell), line]
      : ["bash", "--norc", "-c", BASH, "bash", scriptOf(shell), ...words(line)],
  );
  expect(status).toBe(0);
  return said.split("\n").flatMap((each) => each.split("\t")[0] || []);
}

const FISH = "source $argv[1]; complete -C $argv[2]";
const BASH = `
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_smsledger; printf '%s\\n' "\${COMPREPLY[@]}"`;

/** Splits a line into words as bash does. */
function words(line: string): readonly string[] {
  return line.split(/ |(=)/).filter((word) => word !== undefined);
}

/**
 * Resolves to what each line becomes in zsh, at a terminal, after Tab is pressed at its
 * end.
 */
async function completed(lines: readonly string[]): Promise<string[]> {
  const script = scriptOf("zsh");
  const { said } = await runTool(["zsh", "-f", "-c", ZSH, script, ...lines]);
  return [...said.matchAll(/ LINE<(.*)>/g)].map(([, line = ""]) => line);
}

/** Control-X then shows the line, and Control-U clears it. */
const ZSH = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'show() { printf " LI%s<%s>" NE "$BUFFER" }; zle -N show; bindkey "^X" show'
zpty -w shell "autoload -Uz compinit; compinit -u -D; source $0"
for line; do
  zpty -w -n shell "$line"$'\\t\\x18'
  zpty -r shell out '* LINE<*>'
  print -r -- "$out"
  zpty -w -n shell $'\\x15'
done
zpty -d shell`;

for (const shell of ["bash", "fish"] as const) {
  describe(`in ${shell}`, () => {
    test("commands are completed, and after a group its commands", async () => {
      expect(await offered(shell, "smsledger ex")).toEqual(["export"]);
      expect(await offered(shell, "smsledger token a")).toEqual(["add"]);
      expect(await offered(shell, "smsledger token ex")).toEqual([]);
    });

    test("a command's flags are completed, and without a command those of serve", async () => {
      expect(await offered(shell, "smsledger user add --ro")).toEqual([
        "--role",
      ]);
      expect(await offered(shell, "smsledger --po")).toEqual(["--port"]);
      expect(await offered(shell, "smsledger export --po")).toEqual([]);
    });

    test("the choices of flags and arguments are completed", async () => {
      const roles = ["admin", "member"];
      const line = "smsledger user add --role ";
      expect(await offered(shell, line)).toEqual(roles);
      expect(await offered(shell, `${line}me`)).toEqual(["member"]);
      expect(await offered(shell, "smsledger completions f")).toEqual(["fish"]);
    });

    test("file names are completed only where a file is expected", async () => {
      for (const line of ["backup", "restore", "export --database-url"])
        expect(await offered(shell, `smsledger ${line} /etc/host`)).toContain(
          "/etc/hosts",
        );
      for (const line of ["erase", "serve --port"])
        expect(await offered(shell, `smsledger ${line} /etc/host`)).toEqual([]);
    });
  });
}

test("bash completes a value after an equals sign too", async () => {
  const line = "smsledger user add --role=";
  expect(await offered("bash", line)).toEqual(["admin", "member"]);
  expect(await offered("bash", `${line}ad`)).toEqual(["admin"]);
});

test("zsh completes commands, flags, choices and files", async () => {
  const lines = {
    us: "user ",
    "user pass": "user password ",
    "--po": "--port=",
    "user add --ro": "user add --role=",
    "user add --role ad": "user add --role admin ",
    "completions f": "completions fish ",
    "backup /etc/hostn": "backup /etc/hostname ",
  };
  const full = (line: string): string => `smsledger ${line}`;
  expect(await completed(Object.keys(lines).map(full))).toEqual(
    Object.values(lines).map(full),
  );
});
