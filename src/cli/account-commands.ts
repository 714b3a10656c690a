import { Argument, Option } from "commander";
import type { Role } from "../store/accounts.ts";
import {
  DATABASE,
  JSON_OUTPUT,
  wantsJson,
  WHILE_RUNNING,
  YES,
  type CommandGroup,
} from "./command.ts";
import type { Flags } from "./flags.ts";
import type { TokenScope } from "../store/api-tokens.ts";
import type { PasswordSource } from "./user.ts";

const NOTES = `${WHILE_RUNNING} Changes take effect immediately.`;
const ROLES: readonly Role[] = ["admin", "member"];
const NEW_PASSWORD =
  "Asks for the password at a terminal, and otherwise reads it from standard input.";

const generate = new Option(
  "--generate",
  "Create a one-time password and print it.",
);

function passwordSource(flags: Flags): PasswordSource {
  if (flags["password"] === false) return "none";
  return flags["generate"] === true ? "generated" : "input";
}

/** `smsledger user …` */
export const userCommands: CommandGroup = {
  name: "user",
  summary: "Add, list, change and remove users",
  notes: NOTES,
  commands: [
    {
      name: "add",
      args: ["<name>"],
      summary: "Add a user",
      options: [
        new Option(
          "--role <role>",
          "The user's role.\n[default admin for the first user, then member]",
        ).choices(ROLES),
        generate,
        new Option(
          "--no-password",
          "No password: only a proxy signs this user in.",
        ).conflicts("generate"),
      ],
      settings: [
        {
          name: "databaseUrl",
          help: "The server's database. A file is created if it doesn't exist, and so are the tables.",
        },
      ],
      notes: NEW_PASSWORD,
      run: async ({ args: [name = ""], flags, config }) => {
        const role = ROLES.find((each) => each === flags["role"]);
        const options = { role, source: passwordSource(flags) };
        return (await import("./user.ts")).userAdd(config(), name, options);
      },
    },
    {
      name: "list",
      summary: "List the users, and when each was last seen",
      settings: DATABASE,
      options: [JSON_OUTPUT],
      run: async ({ config, flags }) =>
        (await import("./user.ts")).userList(config(), wantsJson(flags)),
    },
    {
      name: "role",
      args: ["<name>", new Argument("<role>").choices(ROLES)],
      summary: "Make a user an admin or a member",
      settings: DATABASE,
      run: async ({ args: [name = "", given], config }) => {
        const role = ROLES.find((each) => each === given) ?? "member";
        return (await import("./user.ts")).userRole(config(), name, role);
      },
    },
    {
      name: "password",
      args: ["<name>"],
      summary: "Set a user's password",
      options: [generate],
      settings: DATABASE,
      notes: `${NEW_PASSWORD}\nEnds the user's sessions, and lifts the limit on sign-in attempts.`,
      run: async ({ args: [name = ""], flags, config }) => {
        const source = passwordSource(flags);
        return (await import("./user.ts")).userPassword(config(), name, source);
      },
    },
    {
      name: "remove",
      args: ["<name>"],
      summary: "Remove a user and end their sessions",
      options: [YES],
      settings: DATABASE,
      run: async ({ args: [name = ""], flags, config }) => {
        const isSure = flags["yes"] === true;
        return (await import("./user.ts")).userRemove(config(), name, isSure);
      },
    },
  ],
};

function tokenScope(flags: Flags): TokenScope {
  if (flags["write"] === true) return "write";
  return flags["unmasked"] === true ? "read unmasked" : "read";
}

/** `smsledger token …` */
export const tokenCommands: CommandGroup = {
  name: "token",
  summary: "Create, list and revoke API tokens",
  notes: NOTES,
  commands: [
    {
      name: "add",
      args: ["<name>"],
      summary: "Create a token and print it, once",
      options: [
        new Option(
          "--unmasked",
          "Let it read whole phone numbers, not masked ones.",
        ),
        new Option(
          "--write",
          'Let it also change endpoints, alerts and the "Do not send" list. Implies --unmasked.',
        ),
      ],
      settings: DATABASE,
      run: async ({ args: [name = ""], flags, config }) => {
        return (await import("./token.ts")).tokenAdd(
          config(),
          name,
          tokenScope(flags),
        );
      },
    },
    {
      name: "list",
      summary: "List the tokens, and when each was last used",
      settings: DATABASE,
      options: [JSON_OUTPUT],
      run: async ({ config, flags }) =>
        (await import("./token.ts")).tokenList(config(), wantsJson(flags)),
    },
    {
      name: "revoke",
      formerName: "remove",
      args: ["<name>"],
      summary: "Revoke a token; requests with it are then refused",
      settings: DATABASE,
      run: async ({ args: [name = ""], config }) =>
        (await import("./token.ts")).tokenRevoke(config(), name),
    },
  ],
};
