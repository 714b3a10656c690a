import { flagOf, SETTINGS } from "../src/config/settings.ts";
import { FAULT_WORDS } from "../src/outbound/faults.ts";

/** `bun run docs`: writes the parts of documents that come from tables in the code. */

type AnySetting = (typeof SETTINGS)[keyof typeof SETTINGS];

export const CONFIGURATION = new URL("configuration.md", import.meta.url);

export const FORWARDING = new URL("forwarding.md", import.meta.url);

/** Returns configuration.md with the section about the settings written anew. */
export function withSettings(document: string): string {
  const sections = Object.values(SETTINGS).map(sectionOf).join("\n");
  return withPart(document, "Settings", sections);
}

/** Returns forwarding.md with the list of faults written anew. */
export function withFaults(document: string): string {
  const lines = Object.entries(FAULT_WORDS).map(
    ([fault, words]) => `- \`${fault}\`: ${words}\n`,
  );
  return withPart(document, "Faults", lines.join(""));
}

function withPart(document: string, name: string, text: string): string {
  const markers = new RegExp(
    `(<!-- ${name}, written by: bun run docs -->\\n)[\\s\\S]*?(\\n<!-- End of ${name.toLowerCase()} -->)`,
  );
  return document.replace(
    markers,
    (_, begin: string, end: string) => `${begin}\n${text}${end}`,
  );
}

function sectionOf(setting: AnySetting): string {
  const { name, secret, fromFile, placeholder, help } = setting;
  const flag = `--${flagOf(setting)}`;
  const ways = secret
    ? `Set \`${name}\`, or name a file that contains it: \`${name}_FILE\` or \`${flag} <file>\`.`
    : `Flag: \`${flag} <${placeholder}>\`.${fromFile ? ` From a file: \`${name}_FILE\`.` : ""} Default: ${defaultOf(setting)}.`;
  return `### ${name}\n\n${help}\n\n${ways}\n`;
}

function defaultOf({ default: value, defaultText }: AnySetting): string {
  return defaultText ?? (value === undefined ? "none" : `\`${value}\``);
}

if (import.meta.main) {
  for (const [file, rewritten] of [
    [CONFIGURATION, withSettings],
    [FORWARDING, withFaults],
  ] as const)
    await Bun.write(file, rewritten(await Bun.file(file).text()));
}
