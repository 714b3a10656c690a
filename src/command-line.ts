import { Argument, Command, Option } from "commander";
import type { Role } from "./account/viewer.ts";
import { serve } from "./commands/serve.ts";
import type { PasswordSource } from "./commands/user.ts";
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
    .action(() => console.log(version));
  return program;
}

const ROLES: readonly Role[] = ["admin", "member"];

type SetStatus = (status: number) => void;

function addBackup(program: Command, setStatus: SetStatus): void {
  const settings = ["databaseFile"] as const;
  withSettings(program.command("backup <file>"), settings)
    .description("write a whole and checked copy of the database")
    .addHelpText(
      "after",
      "\nAlso while the server runs. The file must not be there yet; it has its name once it is whole.",
    )
    .action(async (file: string, flags: Flags) => {
      const { backup } = await import("./commands/backup.ts");
      setStatus(await backup(configOf(settings, flags), file));
    });
}

function addRestore(program: Command, setStatus: SetStatus): void {
  const settings = ["databaseFile"] as const;
  withSettings(program.command("restore <file>"), settings)
    .description("put a backup in the place of the database")
    .addHelpText(
      "after",
      "\nStop the server first. The backup is checked before anything is changed, and the database that was" +
        "\nthere is kept beside it under another name.",
    )
    .action(async (file: string, flags: Flags) => {
      const { restore } = await import("./commands/restore.ts");
      setStatus(await restore(configOf(settings, flags), file));
    });
}

function addPrune(program: Command, setStatus: SetStatus): void {
  const settings = ["databaseFile", "retentionDays"] as const;
  withSettings(
    program
      .command("prune")
      .option(
        "--days <number>",
        "Days to keep, beside today. [default: RETENTION_DAYS]",
      )
      .option("--dry-run", "Say what would be deleted, and delete nothing."),
    ["databaseFile"],
  )
    .description("delete old messages")
    .addHelpText(
      "after",
      "\nAlso while the server runs, which deletes them by itself when RETENTION_DAYS is set.",
    )
    .action(async (flags: Flags) => {
      const { prune, pruneOptions } = await import("./commands/prune.ts");
      const [config, options] = readBoth(
        () => configOf(settings, flags),
        () => pruneOptions(flags),
      );
      setStatus(await prune(config, options));
    });
}

function addErase(program: Command, setStatus: SetStatus): void {
  const settings = ["databaseFile"] as const;
  withSettings(
    program
      .command("erase <number>")
      .option("--dry-run", "Say where the number is, and change nothing.")
      .option("--yes", "Do not ask whether it is meant."),
    settings,
  )
    .description("take a person's phone number out of everything")
    .addHelpText(
      "after",
      "\nAlso while the server runs. The number is written whole, such as +14155550123. Messages and counts stay.",
    )
    .action(async (number: string, flags: Flags) => {
      const { erase } = await import("./commands/erase.ts");
      const options = {
        isDryRun: flags["dryRun"] === true,
        isSure: flags["yes"] === true,
      };
      setStatus(await erase(configOf(settings, flags), number, options));
    });
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
      const { demo } = await import("./commands/demo.ts");
      setStatus(await demo(configOf(settings, flags), version));
    });
}

function addDoctor(
  program: Command,
  version: string,
  setStatus: SetStatus,
): void {
  withSettings(program.command("doctor"), ALL)
    .description("look for what is wrong, and say what to do")
    .addHelpText(
      "after",
      "\nGive it the settings that the server has. It changes nothing, and works whether the server runs or not." +
        "\nIt posts one callback without a signature to PUBLIC_URL, which is refused, and asks api.twilio.com for the time.",
    )
    .action(async (flags: Flags) => {
      const { doctor } = await import("./commands/doctor.ts");
      setStatus(await doctor(() => configOf(ALL, flags), version));
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

function addToken(program: Command, setStatus: SetStatus): void {
  const settings = ["databaseFile"] as const;
  const token = program
    .command("token")
    .description("make, list and remove tokens for the JSON API")
    .addHelpText(
      "after",
      "\nAlso while the server runs: each change holds at once.",
    );
  withSettings(
    token
      .command("add <name>")
      .option("--unmasked", "It sees whole phone numbers, not masked ones."),
    settings,
  )
    .description("make a token and print it; it is not shown again")
    .action(async (name: string, flags: Flags) => {
      const { tokenAdd } = await import("./commands/token.ts");
      const config = configOf(settings, flags);
      setStatus(await tokenAdd(config, name, flags["unmasked"] === true));
    });
  withSettings(token.command("list"), settings)
    .description("list the tokens and when they were last used")
    .action(async (flags: Flags) => {
      const { tokenList } = await import("./commands/token.ts");
      setStatus(await tokenList(configOf(settings, flags)));
    });
  withSettings(token.command("remove <name>"), settings)
    .description("remove a token; what uses it is refused from then on")
    .action(async (name: string, flags: Flags) => {
      const { tokenRemove } = await import("./commands/token.ts");
      setStatus(await tokenRemove(configOf(settings, flags), name));
    });
}

function addUser(program: Command, setStatus: SetStatus): void {
  const settings = ["databaseFile"] as const;
  const user = program
    .command("user")
    .description("add, list, change and remove users")
    .addHelpText(
      "after",
      "\nAlso while the server runs: each change holds at once.",
    );
  const generate = "Make a one-time password and print it.";
  const source = (flags: Flags): PasswordSource => {
    if (flags["password"] === false) return "none";
    return flags["generate"] === true ? "generated" : "input";
  };
  withSettings(
    user
      .command("add <name>")
      .addOption(
        new Option(
          "--role <role>",
          "[default admin for the first user, then member]",
        ).choices(ROLES),
      )
      .option("--generate", generate)
      .option("--no-password", "None: only a proxy signs this user in."),
    settings,
  )
    .description("add a user; the password is asked for, or read from a pipe")
    .action(async (name: string, flags: Flags) => {
      const { userAdd } = await import("./commands/user.ts");
      const role = ROLES.find((each) => each === flags["role"]);
      const options = { role, source: source(flags) };
      setStatus(await userAdd(configOf(settings, flags), name, options));
    });
  withSettings(user.command("list"), settings)
    .description("list the users and when they were last seen")
    .action(async (flags: Flags) => {
      const { userList } = await import("./commands/user.ts");
      setStatus(await userList(configOf(settings, flags)));
    });
  withSettings(
    user
      .command("role <name>")
      .addArgument(new Argument("<role>").choices(ROLES)),
    settings,
  )
    .description("make a user an admin or a member")
    .action(async (name: string, given: string, flags: Flags) => {
      const { userRole } = await import("./commands/user.ts");
      const role = ROLES.find((each) => each === given) ?? "member";
      setStatus(await userRole(configOf(settings, flags), name, role));
    });
  withSettings(
    user.command("password <name>").option("--generate", generate),
    settings,
  )
    .description(
      "set a user's password; it ends their sessions, and the waiting after wrong passwords",
    )
    .action(async (name: string, flags: Flags) => {
      const { userPassword } = await import("./commands/user.ts");
      const config = configOf(settings, flags);
      setStatus(await userPassword(config, name, source(flags)));
    });
  withSettings(user.command("remove <name>"), settings)
    .description("remove a user, who is then signed out everywhere")
    .action(async (name: string, flags: Flags) => {
      const { userRemove } = await import("./commands/user.ts");
      setStatus(await userRemove(configOf(settings, flags), name));
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
