import { Glob } from "bun";
import { join } from "node:path";

export const PROJECT = join(import.meta.dir, "../..");

export type Document = {
  /** Relative to the project's folder, such as `docs/install.md`. */
  readonly path: string;
  readonly text: string;
};

/** All documentation: README.md and its neighbors, docs/, and deploy/README.md. */
export const DOCUMENTS: readonly Document[] = await Promise.all(
  ["*.md", "docs/*.md", "deploy/*.md"]
    .flatMap((pattern) => [...new Glob(pattern).scanSync(PROJECT)])
    .sort()
    .map(async (path) => ({ path, text: await textOf(path) })),
);

/** The changelog may name removed commands and settings. */
export const CURRENT_DOCUMENTS = DOCUMENTS.filter(
  ({ path }) => path !== "CHANGELOG.md",
);

export function textOf(path: string): Promise<string> {
  return Bun.file(join(PROJECT, path)).text();
}

export function documentOf(path: string): string {
  const found = DOCUMENTS.find((each) => each.path === path);
  if (found === undefined) throw new Error(`There is no ${path}.`);
  return found.text;
}

/** Returns the code blocks of a language, without a list's indentation. */
export function codeBlocks(text: string, language: string): string[] {
  const blocks = text.matchAll(
    new RegExp(`^( *)\`\`\`${language}\n([\\s\\S]*?)^\\1\`\`\``, "gm"),
  );
  return [...blocks].map(([, indent = "", block = ""]) =>
    block.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  );
}

/** Returns the inline code in sentences and tables. */
export function inlineCode(text: string): string[] {
  const sentences = text.replaceAll(/^ *```[\s\S]*?^ *```/gm, "");
  return [...sentences.matchAll(/(?<!`)`([^`]+)`(?!`)/g)].map(([, code = ""]) =>
    code.replaceAll(/\s+/g, " "),
  );
}
