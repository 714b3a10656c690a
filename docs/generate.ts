import { flagOf, SETTINGS } from "../src/config/settings.ts";

/** `bun run docs`: writes the part of configuration.md that describes each setting. */

type AnySetting = (typeof SETTINGS)[keyof typeof SETTINGS];

export const CONFIGURATION = new URL("configuration.md", import.meta.url);

const MARKERS =
  /(<!-- Settings, written by: bun run docs -->\n)[\s\S]*?(\n<!-- End of settings -->)/;

/** Returns `document` with the section about the settings written anew. */
export function withSettings(document: string): string {
  const sections = Object.values(SETTINGS).map(sectionOf).join("\n");
  return document.replace(
    MARKERS,
    (_, begin: string, end: string) => `${begin}\n${sections}${end}`,
  );
}

function sectionOf(setting: AnySetting): string {
  const { name, secret, placeholder, help } = setting;
  const flag = `--${flagOf(setting)}`;
  const ways = secret
    ? `Set \`${name}\`, or name a file that contains it: \`${name}_FILE\` or \`${flag} <file>\`.`
    : `Flag: \`${flag} <${placeholder}>\`. Default: ${defaultOf(setting)}.`;
  return `### ${name}\n\n${help}\n\n${ways}\n`;
}

function defaultOf({ default: value, defaultText }: AnySetting): string {
  return defaultText ?? (value === undefined ? "none" : `\`${value}\``);
}

if (import.meta.main) {
  const document = await Bun.file(CONFIGURATION).text();
  await Bun.write(CONFIGURATION, withSettings(document));
}
