import { Argument, Option, type Command } from "commander";
import type { Role } from "../account/viewer.ts";
import type { Flags } from "./flags.ts";
import type { PasswordSource } from "./user.ts";
import { configOf, withSettings, type SetStatus } from "./setting-flags.ts";

const ROLES: readonly Role[] = ["admin", "member"];

export function addToken(program: Command, setStatus: SetStatus): void {
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
      const { tokenAdd } = await import("./token.ts");
      const config = configOf(settings, flags);
      setStatus(await tokenAdd(config, name, flags["unmasked"] === true));
    });
  withSettings(token.command("list"), settings)
    .description("list the tokens and when they were last used")
    .action(async (flags: Flags) => {
      const { tokenList } = await import("./token.ts");
      setStatus(await tokenList(configOf(settings, flags)));
    });
  withSettings(token.command("remove <name>"), settings)
    .description("remove a token; what uses it is refused from then on")
    .action(async (name: string, flags: Flags) => {
      const { tokenRemove } = await import("./token.ts");
      setStatus(await tokenRemove(configOf(settings, flags), name));
    });
}

export function addUser(program: Command, setStatus: SetStatus): void {
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
      const { userAdd } = await import("./user.ts");
      const role = ROLES.find((each) => each === flags["role"]);
      const options = { role, source: source(flags) };
      setStatus(await userAdd(configOf(settings, flags), name, options));
    });
  withSettings(user.command("list"), settings)
    .description("list the users and when they were last seen")
    .action(async (flags: Flags) => {
      const { userList } = await import("./user.ts");
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
      const { userRole } = await import("./user.ts");
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
      const { userPassword } = await import("./user.ts");
      const config = configOf(settings, flags);
      setStatus(await userPassword(config, name, source(flags)));
    });
  withSettings(
    user
      .command("remove <name>")
      .option("--yes", "Do not ask whether it is meant."),
    settings,
  )
    .description("remove a user, who is then signed out everywhere")
    .action(async (name: string, flags: Flags) => {
      const { userRemove } = await import("./user.ts");
      setStatus(
        await userRemove(
          configOf(settings, flags),
          name,
          flags["yes"] === true,
        ),
      );
    });
}
