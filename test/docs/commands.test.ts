import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CommanderError, Help, type Command } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { isTarget, TARGETS } from "../../deploy/release/runtimes.ts";
import { commandLine } from "../../src/cli/program.ts";
import { flagOf, SETTINGS } from "../../src/config/settings.ts";
import {
  codeBlocks,
  CURRENT_DOCUMENTS,
  documentOf,
  inlineCode,
  PROJECT,
  textOf,
} from "./documents.ts";

type Example = {
  readonly path: string;
  readonly args: readonly string[];
  /** Set for inline code, where a command can be named without its arguments. */
  readonly isNamed: boolean;
};

/** The program, by any of the names it's run by. */
const PROGRAM =
  /^.*(?<![\w/.-])(?:\.\/|\/usr\/local\/bin\/)?smsledger(?:-linux-x64)?(?= |$)(.*)/;

const OTHER_PROGRAM =
  /\b(?:systemctl|journalctl|useradd|install|rclone|litestream)\b/;

/** Returns the arguments of the smsledger command in a shell line, or undefined. */
function argsOf(line: string): string[] | undefined {
  const rest = OTHER_PROGRAM.test(line) ? undefined : PROGRAM.exec(line)?.[1];
  const [command] = rest?.split(/ +#| *[|;>)]| && |(?<=")'/, 1) ?? [];
  return command
    ?.match(/'[^']*'|\S+/g)
    ?.map((word) => word.replaceAll("'", ""));
}

const EXAMPLES: readonly Example[] = CURRENT_DOCUMENTS.flatMap(
  ({ path, text }) => {
    const lines = codeBlocks(text, "sh").flatMap((block) =>
      block.replaceAll(/\\\n */g, "").split("\n"),
    );
    const example = (isNamed: boolean) => (line: string) => {
      const args = argsOf(line);
      return args === undefined ? [] : [{ path, args, isNamed }];
    };
    return [
      ...lines.flatMap(example(false)),
      ...inlineCode(text)
        .filter((code) => code !== "smsledger")
        .flatMap(example(true)),
    ];
  },
);

/** Returns the real command line, with commands that only record their arguments. */
function commandLineForParsing(ran: (command: Command) => void): Command {
  const program = commandLine("0.0.0", () => undefined);
  for (const command of [program, ...commandsBelow(program)]) {
    command.configureOutput({
      writeOut: () => undefined,
      writeErr: () => undefined,
    });
    if (command.commands.length === 0) command.action(() => ran(command));
  }
  return program;
}

function commandsBelow(command: Command): Command[] {
  return command.commands.flatMap((each) => [each, ...commandsBelow(each)]);
}

/** Returns the commands, without help and former names. */
function runnableCommands(command: Command): Command[] {
  const below = new Help()
    .visibleCommands(command)
    .filter((each) => each.name() !== "help");
  return below.length === 0 ? [command] : below.flatMap(runnableCommands);
}

function pathOf(command: Command): string {
  const { parent } = command;
  return parent === null
    ? ""
    : [pathOf(parent), command.name()].join(" ").trim();
}

/**
 * Parses an example and returns the command that it runs, or undefined for help and command
 * groups.
 */
function commandOf({ args, isNamed }: Example): string | undefined {
  let path: string | undefined;
  const program = commandLineForParsing((command) => (path = pathOf(command)));
  try {
    const isServe = args[0] === undefined || args[0].startsWith("--");
    program.parse(isServe ? ["serve", ...args] : args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const isNameOnly = isNamed && error.code === "commander.missingArgument";
    if (error.exitCode !== 0 && !isNameOnly && !/help/.test(error.code))
      throw error;
    if (isNameOnly) return args.join(" ");
  }
  if (path !== undefined && !CURRENT_NAMES.has(path))
    throw new Error("This is a former name.");
  return path;
}

const CURRENT_NAMES = new Set(
  runnableCommands(commandLine("0.0.0", () => undefined)).map(pathOf),
);

test("every documented command exists and accepts its arguments and flags", () => {
  expect(EXAMPLES.length).toBeGreaterThan(50);
  const mistakes = EXAMPLES.flatMap((example) => {
    try {
      commandOf(example);
      return [];
    } catch (error) {
      const reason = error instanceof Error ? error.message : "";
      return [`${example.path}: ${example.args.join(" ")}: ${reason}`];
    }
  });
  expect(mistakes).toEqual([]);
});

test("every command and each of its own flags is documented", () => {
  const shown = new Set(EXAMPLES.map(commandOf));
  const flags = new Set(
    CURRENT_DOCUMENTS.flatMap(({ text }) => text.match(/--[a-z-]+/g) ?? []),
  );
  const ofSettings = Object.values(SETTINGS).map(
    (setting) => `--${flagOf(setting)}`,
  );
  const commands = runnableCommands(commandLine("0.0.0", () => undefined));
  const missing = commands.flatMap((command) => [
    ...(shown.has(pathOf(command)) ? [] : [pathOf(command)]),
    ...command.options
      .map(({ long }) => long ?? "")
      .filter((flag) => !flags.has(flag) && !ofSettings.includes(flag))
      .map((flag) => `${pathOf(command)} ${flag}`),
  ]);
  expect(missing).toEqual([]);
});

test("every shell and YAML block can be parsed", () => {
  for (const { path, text } of CURRENT_DOCUMENTS) {
    for (const block of codeBlocks(text, "sh")) {
      const { stderr } = Bun.spawnSync(["sh", "-n"], {
        stdin: Buffer.from(block),
      });
      expect([path, stderr.toString()]).toEqual([path, ""]);
    }
    for (const block of codeBlocks(text, "yaml"))
      expect(Bun.YAML.parse(block)).toBeObject();
  }
});

test("every documented project script exists and runs with the pinned Bun", () => {
  const pinned = `bun@${packageJson.devDependencies.bun}`;
  for (const { path, text } of CURRENT_DOCUMENTS) {
    for (const [, name = ""] of text.matchAll(
      /(?:bun@[\d.]+ |`|\bbun )run ([a-z][a-z:]*)/g,
    ))
      expect([path, name, Object.hasOwn(packageJson.scripts, name)]).toEqual([
        path,
        name,
        true,
      ]);
    for (const [version] of text.matchAll(/bun@[\d.]+\d/g))
      expect([path, version]).toEqual([path, pinned]);
  }
});

test("every file that a script runs exists", () => {
  for (const [name, script] of Object.entries(packageJson.scripts))
    for (const [file] of script.matchAll(/\b(?:src|test|deploy|docs)\/\S+/g))
      expect([name, file, existsSync(join(PROJECT, file))]).toEqual([
        name,
        file,
        true,
      ]);
});

test("every project file that is named exists", () => {
  for (const { path, text } of CURRENT_DOCUMENTS) {
    const named = new Set(
      text.match(
        /(?<![\w/.-])(?:src|views|test|deploy|\.ci|docs)\/[\w./-]*[\w/]/g,
      ),
    );
    for (const file of named)
      expect([path, file, existsSync(join(PROJECT, file))]).toEqual([
        path,
        file,
        true,
      ]);
  }
});

test("the programs are named as builds and releases name them", async () => {
  const install = documentOf("docs/install.md");
  for (const target of Object.keys(TARGETS))
    expect(install).toMatch(new RegExp(`\`smsledger-${target}(?:\\.exe)?\``));
  for (const { path, text } of CURRENT_DOCUMENTS)
    for (const [, target = ""] of text.matchAll(
      /smsledger-((?:linux|macos|windows)-[a-z0-9]+(?:-musl)?)/g,
    ))
      expect([path, target, isTarget(target)]).toEqual([path, target, true]);
  for (const { path, text } of CURRENT_DOCUMENTS)
    for (const [file, version] of text.matchAll(/smsledger_([\d.]+)_\w+\.deb/g))
      expect([path, file, version]).toEqual([path, file, packageJson.version]);
  expect(await textOf("package.json")).toContain("--outfile dist/smsledger");
});

test("development.md describes every script", () => {
  const development = documentOf("docs/development.md");
  const missing = Object.keys(packageJson.scripts).filter(
    (name) => !development.includes(`run ${name}`),
  );
  expect(missing).toEqual([]);
});
