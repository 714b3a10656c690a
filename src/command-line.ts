import { Command, Option } from "commander";
import { serve } from "./commands/serve.ts";
import { readBoth, type Flags } from "./commands/flags.ts";
import { flagOf, readConfig, SETTINGS, type Config } from "./config.ts";
import { helpLayout } from "./commands/help-layout.ts";

type SettingName = keyof typeof SETTINGS;

/**
 * The command line. `setStatus` is given the exit status of the command that ran;
 * wrong usage is thrown, as a CommanderError or ConfigError. Commands other than
 * `serve` are loaded when they run.
 */
export function commandLine(
  version: string,
  setStatus: (status: number) => void,
): Command {
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
    .exitOverride();

  withSettings(program.command("serve", { isDefault: true }), ALL)
    .description("receive callbacks and show the pages (the default)")
    .allowExcessArguments()
    .action(async (flags: Flags, command: Command) => {
      // As the default command it is also given what was meant as a command's name.
      if (command.args.length > 0) command.error("error: no such command");
      setStatus(await serve(configOf(ALL, flags), version));
    });
  addDemo(program, version, setStatus);
  addExport(program, setStatus);
  addHealthcheck(program, setStatus);
  addSimulate(program, setStatus);
  program
    .command("version")
    .description("print the version")
    .action(() => console.log(version));
  return program;
}

type SetStatus = (status: number) => void;

function addDemo(
  program: Command,
  version: string,
  setStatus: SetStatus,
): void {
  const settings = ["host", "port", "masksNumbers"] as const;
  withSettings(program.command("demo"), settings)
    .description("look around in a server with made-up messages")
    .action(async (flags: Flags) => {
      const { demo } = await import("./commands/demo.ts");
      setStatus(await demo(configOf(settings, flags), version));
    });
}

function addExport(program: Command, setStatus: SetStatus): void {
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
      const { exportAll, exportOptions } = await import("./commands/export.ts");
      const [config, options] = readBoth(
        () => configOf(settings, flags),
        () => exportOptions(flags),
      );
      setStatus(await exportAll(config, options));
    });
}

function addHealthcheck(program: Command, setStatus: SetStatus): void {
  const settings = ["host", "port"] as const;
  withSettings(program.command("healthcheck"), settings)
    .description("exit 0 when the server is ready, 1 when it is not")
    .action(async (flags: Flags) => {
      const { healthcheck } = await import("./commands/healthcheck.ts");
      setStatus(await healthcheck(configOf(settings, flags)));
    });
}

function addSimulate(program: Command, setStatus: SetStatus): void {
  const settings = ["authTokens", "publicUrl", "host", "port"] as const;
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
      ),
    settings,
  )
    .description("post made-up signed callbacks to a server of your own")
    .addHelpText(
      "after",
      "\nOnly for a server of your own: it records what is posted as if it had happened.",
    )
    .action(async (flags: Flags) => {
      const { simulate, simulateOptions } =
        await import("./commands/simulate.ts");
      const [config, options] = readBoth(
        () => configOf(settings, flags),
        () => simulateOptions(flags),
      );
      setStatus(await simulate(config, options));
    });
}

const ALL = Object.keys(SETTINGS).filter(isSettingName);

function isSettingName(name: string): name is SettingName {
  return name in SETTINGS;
}

/** Adds the flags of settings to a command, each with its environment twin in the help. */
function withSettings(
  command: Command,
  names: readonly SettingName[],
): Command {
  for (const name of names) {
    const setting = SETTINGS[name];
    const placeholder = setting.secret ? "file" : setting.placeholder;
    const fallback = setting.defaultText ?? setting.default;
    const env = setting.secret
      ? `${setting.name}_FILE; the value itself: ${setting.name}`
      : setting.name;
    command.addOption(
      new Option(
        `--${flagOf(setting)} <${placeholder}>`,
        `${setting.help}\n[env ${env}${fallback === undefined ? "" : `; default ${fallback}`}]`,
      ),
    );
  }
  return command;
}

/** Reads the settings that a command has; the others have no say. Throws ConfigError. */
function configOf(names: readonly SettingName[], flags: Flags): Config {
  const flagsGiven: Record<string, string> = {};
  const env: Record<string, string | undefined> = {};
  for (const name of names) {
    const setting = SETTINGS[name];
    const flag = flagOf(setting);
    const value = flags[camelCase(flag)];
    if (typeof value === "string") flagsGiven[flag] = value;
    for (const variable of [setting.name, `${setting.name}_FILE`])
      env[variable] = process.env[variable];
  }
  return readConfig({
    flags: flagsGiven,
    env,
    isTerminal: process.stdout.isTTY,
  });
}

/** A flag's name as commander hands it over. */
function camelCase(flag: string): string {
  return flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
