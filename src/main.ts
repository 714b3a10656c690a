#!/usr/bin/env bun
import { CommanderError } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { commandLine, runCommandLine } from "./cli/program.ts";
import { DONE, FAILED, WRONG_USAGE } from "./cli/exit-status.ts";
import { OutputFailed, say } from "./cli/output.ts";
import { ConfigError } from "./config/config.ts";
import { failureOf } from "./log/failure.ts";
import { CannotListen } from "./server/listen.ts";
import { StoreUnavailable, StoreUnusable } from "./store/store.ts";

// The database, its log and its folder are for their owner only.
process.umask(0o077);

async function main(): Promise<number> {
  let status = DONE;
  const program = commandLine(
    packageJson.version,
    (result) => (status = result),
  );
  try {
    await runCommandLine(program, process.argv.slice(2));
    return status;
  } catch (error) {
    return explain(error);
  }
}

/** Says what went wrong in plain words; where, only for mistakes of ours, and when asked. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? DONE : WRONG_USAGE;
  }
  if (error instanceof ConfigError) {
    say(["Wrong settings or flags:", ...error.mistakes].join("\n  "));
    return WRONG_USAGE;
  }
  if (
    error instanceof CannotListen ||
    error instanceof StoreUnusable ||
    error instanceof StoreUnavailable ||
    error instanceof OutputFailed
  ) {
    say(error.message);
    return FAILED;
  }
  const { at, ...failure } = failureOf(error);
  say(
    `This is a fault in smsledger: ${Object.values(failure).join(", ")}. ` +
      "If you report it, add what it says with LOG_LEVEL=debug.",
  );
  if (process.env["LOG_LEVEL"] === "debug") say(at.join("\n"));
  return FAILED;
}

process.exit(await main());
