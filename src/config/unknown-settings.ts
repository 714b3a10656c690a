import { nearest } from "../words/nearest.ts";
import { SETTINGS, type SettingName } from "./settings.ts";

/** Only smsledger has variables that begin like this. */
const OWN_PREFIX = "TWILIO_WEBHOOK_";
/** Deployments have others with this name in front, Kubernetes for one (`SMSLEDGER_PORT`). */
const PROGRAM_PREFIX = "SMSLEDGER_";
/** Names that other programs use too: what resembles one of them needn't be a typo. */
const COMMON = [
  "HOST",
  "PORT",
  "DATABASE_URL",
  "LOG_LEVEL",
  "LOG_FORMAT",
  "TWILIO_API_KEY",
  "TWILIO_API_SECRET",
  "TWILIO_ACCOUNT_SID",
  "TWILIO_API_URL",
];

/**
 * A sentence for each environment variable that is almost certainly meant to be one of
 * `settings`, but isn't. Others are left alone, however similar.
 */
export function unknownSettings(
  variables: readonly string[],
  settings: readonly SettingName[],
): string[] {
  const names = settings.flatMap((each) => VARIABLES[each] ?? []);
  const distinct = names.filter((name) => !COMMON.includes(name));
  const hasOwnPrefix = (name: string): boolean => name.startsWith(OWN_PREFIX);
  return variables.flatMap((variable) => {
    if (ALL_VARIABLES.includes(variable)) return [];
    const isOurs = hasOwnPrefix(variable) && names.some(hasOwnPrefix);
    const meant = isOurs
      ? nearest(variable, names, 6)
      : distinctName(variable, distinct);
    if (meant === undefined && !isOurs) return [];
    const advice =
      meant === undefined
        ? "smsledger serve --help lists them."
        : `Did you mean ${meant}?`;
    return [`${variable}: unknown setting. ${advice}`];
  });
}

/** The environment variables of each setting. */
const VARIABLES = Object.fromEntries(
  Object.entries<{ name: string; secret?: true; fromFile?: true }>(
    SETTINGS,
  ).map(([key, { name, secret, fromFile }]) => [
    key,
    secret || fromFile ? [name, `${name}_FILE`] : name,
  ]),
);
const ALL_VARIABLES = Object.values(VARIABLES).flat();

function distinctName(
  variable: string,
  distinct: readonly string[],
): string | undefined {
  const name = variable.startsWith(PROGRAM_PREFIX)
    ? variable.slice(PROGRAM_PREFIX.length)
    : variable;
  return nearest(name, distinct, name.length > 11 ? 2 : 1);
}
