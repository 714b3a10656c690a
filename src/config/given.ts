import { readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import { flagOf } from "./settings.ts";

/** What settings can be given by: flags by their long name, and the environment. */
export type ConfigSources = {
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
};

/** A setting's text and where it came from. */
export type Given = {
  readonly text: string;
  readonly source: "flag" | "environment" | "file";
};

type Named = {
  readonly name: string;
  readonly secret?: true;
  readonly fromFile?: true;
};

/**
 * What was given for a setting; undefined for nothing. An empty text counts as nothing, as
 * compose files write it. Throws an Error whose message completes "NAME: …".
 */
export function given(
  setting: Named,
  { flags, env }: ConfigSources,
): Given | undefined {
  const flag = flags[flagOf(setting)];
  const variable = env[setting.name];
  if (!setting.secret && flag) return { text: flag, source: "flag" };
  const file = secretFile(setting, { flags, env });
  if (file === undefined)
    return variable ? { text: variable, source: "environment" } : undefined;
  if (!flag && variable)
    throw new Error(
      `is set twice, also as ${setting.name}_FILE; remove one of them`,
    );
  return { text: readSecret(file), source: "file" };
}

/** The file that a secret is read from, as it was given; undefined when it isn't read from one. */
export function secretFile(
  setting: Named,
  { flags, env }: Pick<ConfigSources, "flags" | "env">,
): string | undefined {
  const { name, secret, fromFile } = setting;
  if (!secret && !fromFile) return undefined;
  const flag = flags[flagOf(setting)];
  if (flag && !secret) return undefined;
  return flag || env[`${name}_FILE`] || undefined;
}

function readSecret(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new Error(`${named(file)} ${whyUnreadable(error)}`, { cause: error });
  }
  if (text === "") throw new Error(`${named(file)} is empty`);
  return text;
}

/** Anything but an absolute path may be the secret itself, given in the wrong place. */
function named(file: string): string {
  return isAbsolute(file) ? `its file ${file}` : "its file";
}

function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (code === "ENOENT" || code === "ENOTDIR") return "doesn't exist";
  if (code === "EISDIR") return "is a directory";
  if (code === "EACCES")
    return `isn't readable by this process (user ID ${process.geteuid?.()})`;
  return "can't be read";
}
