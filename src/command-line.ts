import { Command, Option } from "commander";
import { flagOf, readConfig, SETTINGS, type Config } from "./config.ts";
import { serve } from "./commands/serve.ts";

type SettingName = keyof typeof SETTINGS;

/**
 * The command line. `setStatus` is given the exit status of the command that ran;
 * wrong usage is thrown, as a CommanderError or ConfigError.
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
    .showHelpAfterError("(add --help for what can be given)")
    .addHelpText("after", "\nExit status: 0 done, 1 failed, 2 wrong usage.")
    .exitOverride();

  withSettings(program.command("serve", { isDefault: true }), ALL)
    .description(
      "receive callbacks and show the pages (what smsledger does without a command)",
    )
    .action(async (flags) => setStatus(await serve(configOf(flags), version)));

  program
    .command("version")
    .description("print the version")
    .action(() => console.log(version));

  for (const command of program.commands) command.exitOverride();
  return program;
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
    const fallback = setting.defaultText ?? setting.default ?? "none";
    const env = setting.secret
      ? `${setting.name}_FILE; the value itself: ${setting.name}`
      : setting.name;
    command.addOption(
      new Option(
        `--${flagOf(setting)} <${placeholder}>`,
        `${setting.help} [env ${env}; default ${fallback}]`,
      ),
    );
  }
  return command;
}

/** Reads the settings with a command's flags. Throws ConfigError. */
function configOf(flags: Record<string, unknown>): Config {
  const byFlag = Object.values(SETTINGS).map(
    (setting): [string, string | undefined] => {
      const flag = flagOf(setting);
      const value =
        flags[
          flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
        ];
      return [flag, typeof value === "string" ? value : undefined];
    },
  );
  return readConfig({
    flags: Object.fromEntries(byFlag),
    env: process.env,
    isTerminal: process.stdout.isTTY,
  });
}
