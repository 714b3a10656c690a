import { Command } from "commander";
import { readBoth, type Flags } from "./flags.ts";
import { print } from "./output.ts";
import { serve } from "./serve.ts";
import { addToken, addUser } from "./account-commands.ts";
import {
  addBackup,
  addErase,
  addExport,
  addPrune,
  addRestore,
} from "./database-commands.ts";
import { helpLayout } from "./help-layout.ts";
import {
  ALL_SETTINGS,
  configOf,
  withSettings,
  type SetStatus,
} from "./setting-flags.ts";

/**
 * The command line. `setStatus` is given the exit status of the command that ran;
 * wrong usage is thrown, as a CommanderError or ConfigError. Commands other than
 * `serve` are loaded when they run.
 */
export function commandLine(version: string, setStatus: SetStatus): Command {
  const program = new Command("smsledger")
    .description(
      "Receives, proves, keeps and explains Twilio's message status callbacks.",
    )
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .showHelpAfterError("(add --help for what can be given)")
    .configureHelp(helpLayout)
    .addHelpText(
      "after",
      "\nThe settings of the server: smsledger serve --help" +
        "\nExit status: 0 done, 1 failed, 2 wrong usage.",
    )
    .configureOutput({ writeOut: (text) => print(text.trimEnd()) })
    .exitOverride();

  withSettings(program.command("serve", { isDefault: true }), ALL_SETTINGS)
    .description("receive callbacks and show the pages (the default)")
    .allowExcessArguments()
    .action(async (flags: Flags, command: Command) => {
      // As the default command it is also given what was meant as a command's name.
      if (command.args.length > 0) command.error("error: no such command");
      setStatus(await serve(configOf(ALL_SETTINGS, flags), version));
    });
  addBackup(program, setStatus);
  addDemo(program, version, setStatus);
  addDoctor(program, version, setStatus);
  addErase(program, setStatus);
  addExport(program, setStatus);
  addHealthcheck(program, setStatus);
  addPrune(program, setStatus);
  addRestore(program, setStatus);
  addSimulate(program, setStatus);
  addToken(program, setStatus);
  addUser(program, setStatus);
  program
    .command("version")
    .description("print the version")
    .action(() => print(version));
  return program;
}

function addDemo(
  program: Command,
  version: string,
  setStatus: SetStatus,
): void {
  const settings = ["host", "port", "masksNumbers"] as const;
  withSettings(program.command("demo"), settings)
    .description("look around in a server with made-up messages")
    .action(async (flags: Flags) => {
      const { demo } = await import("./demo.ts");
      setStatus(await demo(configOf(settings, flags), version));
    });
}

function addDoctor(
  program: Command,
  version: string,
  setStatus: SetStatus,
): void {
  withSettings(program.command("doctor"), ALL_SETTINGS)
    .description("look for what is wrong, and say what to do")
    .addHelpText(
      "after",
      "\nGive it the settings that the server has. It changes nothing, and works whether the server runs or not." +
        "\nIt posts one callback without a signature to PUBLIC_URL, which is refused, and asks api.twilio.com for the time.",
    )
    .action(async (flags: Flags) => {
      const { doctor } = await import("./doctor.ts");
      setStatus(await doctor(() => configOf(ALL_SETTINGS, flags), version));
    });
}

function addHealthcheck(program: Command, setStatus: SetStatus): void {
  const settings = ["host", "port"] as const;
  withSettings(program.command("healthcheck"), settings)
    .description("exit 0 when the server is ready, 1 when it is not")
    .action(async (flags: Flags) => {
      const { healthcheck } = await import("./healthcheck.ts");
      setStatus(await healthcheck(configOf(settings, flags)));
    });
}

function addSimulate(program: Command, setStatus: SetStatus): void {
  const settings = [
    "authTokens",
    "sharedKeys",
    "publicUrl",
    "host",
    "port",
  ] as const;
  withSettings(
    program
      .command("simulate")
      .option(
        "--url <url>",
        "Where to post; a path that ends in /whatsapp gets WhatsApp's callbacks. A URL of this machine is " +
          "signed as PUBLIC_URL when that is set.\n[default: the SMS webhook on HOST and PORT]",
      )
      .option("--count <number>", "Callbacks in all. [default 1000]")
      .option("--rate <number>", "Callbacks per second. [default 50]")
      .option(
        "--concurrency <number>",
        "Callbacks that wait for their answer at a time, at most. [default 50]",
      )
      .option(
        "--statuses <list>",
        "Last statuses of the messages, with weights, e.g. delivered=95,undelivered=5.\n[default: a usual mix]",
      )
      .option(
        "--signer <what>",
        "What signs: token, or shared-key with SHA-256.\n[default: token if one is set]",
      ),
    settings,
  )
    .description("post made-up signed callbacks to a server of your own")
    .addHelpText(
      "after",
      "\nOnly for a server of your own: it records what is posted as if it had happened.",
    )
    .action(async (flags: Flags) => {
      const { simulate, simulateOptions } = await import("./simulate.ts");
      const [config, options] = readBoth(
        () => configOf(settings, flags),
        () => simulateOptions(flags),
      );
      setStatus(await simulate(config, options));
    });
}
