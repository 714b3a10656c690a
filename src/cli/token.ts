import {
  createToken,
  revokeToken,
  SCOPE_WORDS,
  tokenNameMistake,
  type TokenDeed,
} from "../account/api-tokens.ts";
import type { Config } from "../config/config.ts";
import type { ApiToken, TokenScope } from "../store/api-tokens.ts";
import type { CommandStores } from "../store/engine.ts";
import { openEngine } from "../store/open.ts";
import { deliver, print, printJson, say } from "./output.ts";
import { minuteText, textTable, timeJson } from "./text-table.ts";
import { plainText } from "../words/plain-text.ts";
import { DONE, FAILED, WRONG_USAGE } from "./exit-status.ts";

type Database = Pick<Config, "databaseUrl">;

/**
 * Creates an API token and prints nothing else to standard output, so that a script can
 * read it. Resolves to the exit status.
 */
export function tokenAdd(
  database: Database,
  name: string,
  scope: TokenScope,
): Promise<number> {
  const mistake = tokenNameMistake(name);
  if (mistake !== undefined) {
    say(plainText(mistake));
    return Promise.resolve(WRONG_USAGE);
  }
  return withStores(database, async (stores) => {
    let isPrinted = false;
    const created = await createToken(stores, name, scope, deed(), (token) => {
      deliver(token);
      isPrinted = true;
    }).catch((error: unknown) => {
      if (isPrinted) say("The token above isn't valid.");
      throw error;
    });
    if ("mistake" in created) {
      say(plainText(created.mistake));
      return FAILED;
    }
    say(
      `This is the token. It won't be shown again. It can ${ABILITIES[scope]}.`,
    );
    return DONE;
  });
}

const ABILITIES: Record<TokenScope, string> = {
  read: "read masked numbers",
  "read unmasked": "read full numbers",
  write: "read full numbers, and change what the API can change",
};

/** Lists the API tokens, but not the tokens themselves. Resolves to the exit status. */
export function tokenList(
  database: Database,
  asJson: boolean,
): Promise<number> {
  return withStores(database, async ({ apiTokens }) => {
    const tokens = await apiTokens.list();
    if (asJson) printJson(tokens.map(jsonOf));
    else if (tokens.length === 0)
      say("There are no tokens. smsledger token add NAME creates one.");
    else print(tableOf(tokens));
    return DONE;
  });
}

/** Revokes the API token of this name. Resolves to the exit status. */
export function tokenRevoke(database: Database, name: string): Promise<number> {
  return withStores(database, async (stores) => {
    const tokens = await stores.apiTokens.list();
    const token = tokens.find((each) => each.name === name);
    if (token === undefined || !(await revokeToken(stores, token, deed()))) {
      say("No token has this name. smsledger token list shows them.");
      return FAILED;
    }
    say("Revoked, effective immediately.");
    return DONE;
  });
}

function deed(): TokenDeed {
  return { at: Date.now(), actor: "command line", address: null };
}

async function withStores(
  { databaseUrl }: Database,
  work: (stores: CommandStores) => Promise<number>,
): Promise<number> {
  const stores = await openEngine(databaseUrl).openForCommand();
  try {
    return await work(stores);
  } finally {
    await stores.close();
  }
}

/** A token in `--json`. */
function jsonOf({ name, scope, createdAt, createdBy, lastUsedAt }: ApiToken) {
  return {
    name,
    scope,
    createdAt: timeJson(createdAt),
    createdBy,
    lastUsedAt: timeJson(lastUsedAt),
  };
}

function tableOf(tokens: readonly ApiToken[]): string {
  return textTable([
    ["name", "access", "created", "by", "last used"],
    ...tokens.map(({ name, scope, createdAt, createdBy, lastUsedAt }) => [
      name,
      SCOPE_WORDS[scope],
      minuteText(createdAt),
      createdBy,
      lastUsedAt === null ? "never" : minuteText(lastUsedAt),
    ]),
  ]);
}
