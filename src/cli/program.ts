import { Argument, Command, Option } from "commander";
import { alertCommands } from "./alert-commands.ts";
import { tokenCommands, userCommands } from "./account-commands.ts";
import { endpointCommands } from "./endpoint-commands.ts";
import { commit } from "./commit.ts" with { type: "macro" };
import {
  ADDRESS,
  addCommand,
  DATABASE,
  JSON_OUTPUT,
  WHILE_RUNNING,
  wantsJson,
  YES,
  type CommandGroup,
  type CommandSpec,
} from "./command.ts";
import type { Shell } from "./completions/completions.ts";
import { readBoth } from "./flags.ts";
import { helpLayout } from "./help-layout.ts";
import { requireKnownCommand } from "./known-command.ts";
import { print } from "./output.ts";
import { ALL_SETTINGS, sourcesOf } from "./setting-flags.ts";
import { SIMULATE_OPTIONS } from "./simulate-options.ts";
import { DONE } from "./exit-status.ts";

const DESCRIPTION =
  "Receives, verifies, stores and explains Twilio's message status callbacks.";

const SHELLS: readonly Shell[] = ["bash", "zsh", "fish"];
const COMPLETION_NOTES = `bash: smsledger completions bash > ~/.local/share/bash-completion/completions/smsledger
zsh:  smsledger completions zsh > ~/.zfunc/_smsledger   (in a folder of $fpath)
fish: smsledger completions fish > ~/.config/fish/completions/smsledger.fish`;

const dryRun = new Option(
  "--dry-run",
  "Show what would be done, and change nothing.",
);

/**
 * Every command. `--help` lists them in this order. The work of each is loaded when it
 * runs.
 */
const commandsOf = (
  version: string,
): readonly (CommandSpec | CommandGroup)[] => [
  {
    name: "serve",
    summary: "Receive callbacks and serve the pages (the default)",
    settings: ALL_SETTINGS,
    run: async ({ config }) =>
      (await import("./serve.ts")).serve(config(), version),
  },
  {
    name: "demo",
    summary: "Try it with made-up messages in a temporary database",
    settings: [
      { name: "host", help: "The loopback address to listen on." },
      {
        name: "port",
        help: "The port to listen on; if it's in use, the next free one. 0 picks any free one.",
      },
      "masksNumbers",
    ],
    run: async ({ config }) =>
      (await import("./demo.ts")).demo(config(), version),
  },
  {
    name: "doctor",
    summary: "Check an installation, and say what to fix",
    options: [JSON_OUTPUT],
    settings: ALL_SETTINGS,
    notes:
      "Give it the server's settings. It changes nothing, and works whether or not the server is running." +
      "\nIt posts one unsigned callback to PUBLIC_URL, which is refused, and asks api.twilio.com for the time." +
      "\nWith TWILIO_API_KEY it reads there how the account's senders are set up.",
    run: async ({ config, flags }) =>
      (await import("./doctor.ts")).doctor(config, version, wantsJson(flags)),
  },
  {
    name: "config",
    summary: "Show each setting in effect, and where its value comes from",
    options: [JSON_OUTPUT],
    settings: ALL_SETTINGS,
    notes:
      "These are the settings of a server that starts here, with this environment and these flags. Secrets aren't shown.",
    run: async ({ config, flags }) => {
      const { showConfig } = await import("./config.ts");
      config();
      const sources = sourcesOf(ALL_SETTINGS, flags);
      return showConfig(sources, wantsJson(flags));
    },
  },
  {
    name: "simulate",
    summary: "Post made-up, signed callbacks to your own server",
    options: SIMULATE_OPTIONS,
    settings: [
      {
        name: "authTokens",
        help: "The server's auth tokens. The first one signs the callbacks.",
      },
      {
        name: "sharedKeys",
        help: "The server's shared keys. The first one signs the callbacks if there's no auth token, or with --signer shared-key.",
      },
      { name: "publicUrl", help: "The server's PUBLIC_URL." },
      ...ADDRESS,
    ],
    notes:
      "Only for your own server, which records them like real callbacks. The messages are marked as made up;" +
      "\nsmsledger prune --made-up deletes them. Without a token in the settings, it asks for one at a terminal." +
      "\nTo get Twilio's own callbacks on a laptop, for testing only, run a tunnel, such as" +
      "\ncloudflared tunnel --url http://127.0.0.1:3000, and set the server's PUBLIC_URL to the address it prints.",
    run: async ({ config, flags }) => {
      const { simulate, simulateOptions } = await import("./simulate.ts");
      return simulate(...readBoth(config, () => simulateOptions(flags)));
    },
  },
  {
    name: "export",
    summary: "Write messages or events to standard output",
    options: [
      new Option(
        "--format <format>",
        "jsonl (one JSON object per line) or csv. [default jsonl]",
      ),
      new Option("--events", "Every event, instead of one line per message."),
      new Option(
        "--filter <filter>",
        "Only messages that match, in the language of the filter box, such as 'status:failed after:2026-11-01 before:2026-11-08'.",
      ),
    ],
    settings: [...DATABASE, "masksNumbers"],
    notes:
      `${WHILE_RUNNING} Oldest first; with --events and --filter, message by message.` +
      "\nafter: and before: refer to when a message was first seen, in UTC.",
    run: async ({ config, flags }) => {
      const { exportAll, exportOptions } = await import("./export.ts");
      return exportAll(...readBoth(config, () => exportOptions(flags)));
    },
  },
  {
    name: "backup",
    args: ["<file>"],
    summary: "Write a verified copy of the database to a new file",
    settings: DATABASE,
    notes: `${WHILE_RUNNING} The file appears under its name only once the copy is complete and verified.`,
    run: async ({ args: [file = ""], config }) =>
      (await import("./backup.ts")).backup(config(), file),
  },
  {
    name: "restore",
    args: ["<file>"],
    summary: "Replace the database with a backup",
    options: [YES],
    settings: DATABASE,
    notes:
      "Stop the server first. The backup is verified before anything changes, and the current database" +
      "\nis kept next to it under another name.",
    run: async ({ args: [file = ""], flags, config }) =>
      (await import("./restore.ts")).restore(
        config(),
        file,
        flags["yes"] === true,
      ),
  },
  {
    name: "backfill",
    summary: "Read from Twilio what callbacks missed",
    options: [
      new Option(
        "--from <day>",
        "The first day to read, such as 2026-11-01, in GMT.",
      ),
      new Option("--to <day>", "The last day to read. [default today]"),
    ],
    settings: DATABASE,
    notes:
      "The running server does the work, with its TWILIO_API_KEY: it reads the messages that were sent on these days, and records" +
      "\nwhat is missing. Days that were read before are read again; nothing is counted twice. It also continues when this command" +
      "\nis stopped, and after a restart. By itself, it reads each day that is over, and those in which no server was running.",
    run: async ({ config, flags }) => {
      const { backfill, backfillDays } = await import("./backfill.ts");
      return backfill(
        ...readBoth(config, () => backfillDays(flags, Date.now())),
      );
    },
  },
  {
    name: "copy",
    summary: "Move the ledger to PostgreSQL, or back to SQLite",
    options: [
      new Option(
        "--from <file|url>",
        "The database to copy: the path of an SQLite file, or the address of a PostgreSQL database.",
      ),
      new Option("--to <file|url>", "A new file or an empty database."),
    ],
    notes:
      "Run it again to continue a copy that was interrupted. The original isn't changed. While a server still runs on it," +
      "\nthe command waits for its end once it has copied the rest. Write an address with a password into a file" +
      "\nand give @FILE instead, as other users of this machine can see a command's arguments.",
    run: async ({ flags }) => {
      const { copy, copyDatabases } = await import("./copy.ts");
      return copy(copyDatabases(flags));
    },
  },
  {
    name: "prune",
    summary: "Delete old messages, or made-up ones",
    options: [
      new Option(
        "--made-up",
        "Delete the messages of simulate and of the set-up page's test, instead of old ones.",
      ).conflicts(["days", "trustClock"]),
      new Option(
        "--days <number>",
        "Days to keep, besides today. [default RETENTION_DAYS]",
      ),
      dryRun,
      new Option(
        "--trust-clock",
        "Delete even if the latest event is so old that the clock may be wrong.",
      ),
      YES,
    ],
    settings: DATABASE,
    environment: ["retentionDays"],
    notes: `${WHILE_RUNNING} With RETENTION_DAYS set, the server does the same by itself.`,
    run: async ({ config, flags }) => {
      const { prune, pruneOptions } = await import("./prune.ts");
      return prune(...readBoth(config, () => pruneOptions(flags)));
    },
  },
  {
    name: "erase",
    args: ["<number>"],
    summary: "Erase a person's phone number or user ID",
    options: [dryRun, YES],
    settings: DATABASE,
    notes:
      `${WHILE_RUNNING} Give the complete number or ID, such as +14155550123 or US.13491208655302741918.` +
      "\nMessages and counts stay.",
    run: async ({ args: [number = ""], flags, config }) =>
      (await import("./erase.ts")).erase(config(), number, {
        isDryRun: flags["dryRun"] === true,
        isSure: flags["yes"] === true,
      }),
  },
  userCommands,
  tokenCommands,
  alertCommands(version),
  endpointCommands(version),
  {
    name: "healthcheck",
    summary: "Exit 0 if the server is ready, 1 if it isn't",
    settings: ADDRESS,
    run: async ({ config }) =>
      (await import("./healthcheck.ts")).healthcheck(config()),
  },
  {
    name: "completions",
    args: [new Argument("<shell>").choices(SHELLS)],
    summary: "Print a completion script for bash, zsh or fish",
    notes: COMPLETION_NOTES,
    run: async ({ args: [given] }) => {
      const { completionScript } = await import("./completions/completions.ts");
      const shell = SHELLS.find((each) => each === given) ?? "bash";
      print(completionScript(shell, commandsOf(version)).trimEnd());
      return DONE;
    },
  },
  {
    name: "man",
    summary: "Print the manual page, for man or mandoc",
    notes: "To read it: smsledger man | man -l -",
    run: async () => {
      const { manualPage } = await import("./manual-page.ts");
      print(manualPage(version, DESCRIPTION, commandsOf(version)).trimEnd());
      return DONE;
    },
  },
  {
    name: "version",
    summary: "Print the version and the commit it's built from",
    run() {
      print(withCommit(version));
      return DONE;
    },
  },
];

const withCommit = (version: string): string => `${version} (${commit()})`;

/**
 * The command line. `setStatus` gets the exit status of the command that ran; wrong usage
 * is thrown, as a CommanderError or ConfigError.
 */
export function commandLine(
  version: string,
  setStatus: (status: number) => void,
): Command {
  const program = new Command("smsledger")
    .description(DESCRIPTION)
    .version(withCommit(version), "-V, --version", "Print the version")
    .helpOption("-h, --help", "Show help")
    .helpCommand("help [command]", "Show help for a command")
    .showHelpAfterError("Add --help to see the usage.")
    .configureHelp(helpLayout)
    .addHelpText(
      "after",
      "\nServer settings: smsledger serve --help" +
        "\nExit status: 0 success, 1 failure, 2 usage error.",
    )
    .configureOutput({ writeOut: (text) => print(text.trimEnd()) })
    .exitOverride();
  for (const each of commandsOf(version)) addCommand(program, each, setStatus);
  return program;
}

/** Runs what `argv`, without the program's name, asks for. Without a command, it's `serve`. */
export async function runCommandLine(
  program: Command,
  argv: readonly string[],
): Promise<void> {
  requireKnownCommand(program, argv);
  const [first] = argv;
  const isServe =
    first === undefined ||
    (first.startsWith("-") && !PROGRAM_FLAGS.includes(first));
  await program.parseAsync(isServe ? ["serve", ...argv] : [...argv], {
    from: "user",
  });
}

const PROGRAM_FLAGS: readonly string[] = ["-h", "--help", "-V", "--version"];
