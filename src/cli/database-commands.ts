import type { Command } from "commander";
import { readBoth, type Flags } from "./flags.ts";
import { configOf, withSettings, type SetStatus } from "./setting-flags.ts";

const SURE = "Do not ask whether it is meant.";

export function addBackup(program: Command, setStatus: SetStatus): void {
  const settings = ["databaseFile"] as const;
  withSettings(program.command("backup <file>"), settings)
    .description("write a whole and checked copy of the database")
    .addHelpText(
      "after",
      "\nAlso while the server runs. The file must not be there yet; it has its name once it is whole.",
    )
    .action(async (file: string, flags: Flags) => {
      const { backup } = await import("./backup.ts");
      setStatus(await backup(configOf(settings, flags), file));
    });
}

export function addErase(program: Command, setStatus: SetStatus): void {
  const settings = ["databaseFile"] as const;
  withSettings(
    program
      .command("erase <number>")
      .option("--dry-run", "Say where it is, and change nothing.")
      .option("--yes", SURE),
    settings,
  )
    .description("take a person's phone number or user id out of everything")
    .addHelpText(
      "after",
      "\nAlso while the server runs. Write it whole, such as +14155550123 or US.13491208655302741918. Messages and counts stay.",
    )
    .action(async (number: string, flags: Flags) => {
      const { erase } = await import("./erase.ts");
      const options = {
        isDryRun: flags["dryRun"] === true,
        isSure: flags["yes"] === true,
      };
      setStatus(await erase(configOf(settings, flags), number, options));
    });
}

export function addExport(program: Command, setStatus: SetStatus): void {
  const settings = ["databaseFile", "masksNumbers"] as const;
  withSettings(
    program
      .command("export")
      .option(
        "--format <format>",
        "jsonl (one JSON object a line) or csv. [default jsonl]",
      )
      .option("--events", "Every event, not one line for each message."),
    settings,
  )
    .description("write what is in the database to standard output")
    .action(async (flags: Flags) => {
      const { exportAll, exportOptions } = await import("./export.ts");
      const [config, options] = readBoth(
        () => configOf(settings, flags),
        () => exportOptions(flags),
      );
      setStatus(await exportAll(config, options));
    });
}

export function addPrune(program: Command, setStatus: SetStatus): void {
  const settings = ["databaseFile", "retentionDays"] as const;
  withSettings(
    program
      .command("prune")
      .option(
        "--days <number>",
        "Days to keep, beside today. [default: RETENTION_DAYS]",
      )
      .option("--dry-run", "Say what would be deleted, and delete nothing.")
      .option(
        "--trust-clock",
        "Delete even if the latest event is so old that the clock may be wrong.",
      )
      .option("--yes", SURE),
    ["databaseFile"],
  )
    .description("delete old messages")
    .addHelpText(
      "after",
      "\nAlso while the server runs, which deletes them by itself when RETENTION_DAYS is set.",
    )
    .action(async (flags: Flags) => {
      const { prune, pruneOptions } = await import("./prune.ts");
      const [config, options] = readBoth(
        () => configOf(settings, flags),
        () => pruneOptions(flags),
      );
      setStatus(await prune(config, options));
    });
}

export function addRestore(program: Command, setStatus: SetStatus): void {
  const settings = ["databaseFile"] as const;
  withSettings(
    program.command("restore <file>").option("--yes", SURE),
    settings,
  )
    .description("put a backup in the place of the database")
    .addHelpText(
      "after",
      "\nStop the server first. The backup is checked before anything is changed, and the database that was" +
        "\nthere is kept beside it under another name.",
    )
    .action(async (file: string, flags: Flags) => {
      const { restore } = await import("./restore.ts");
      setStatus(
        await restore(configOf(settings, flags), file, flags["yes"] === true),
      );
    });
}
