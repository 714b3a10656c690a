import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { DOCUMENTS, PROJECT, type Document } from "./documents.ts";

type Outline = { readonly links: string[]; readonly anchors: Set<string> };

/** Makes anchors of headings as GitHub does. */
function slug(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "")
    .replaceAll(" ", "-");
}

function outlineOf({ text }: Document): Outline {
  const links: string[] = [];
  const anchors = new Set<string>();
  let heading = "";
  new HTMLRewriter()
    .on("a, img, source", {
      element(element) {
        for (const name of ["href", "src", "srcset"]) {
          const link = element.getAttribute(name);
          if (link !== null) links.push(link);
        }
      },
    })
    .on("h1, h2, h3, h4", {
      element(element) {
        heading = "";
        element.onEndTag(() => void anchors.add(uniqueSlug(heading, anchors)));
      },
      text(chunk) {
        heading += chunk.text;
      },
    })
    .transform(Bun.markdown.html(text));
  return { links, anchors };
}

function uniqueSlug(heading: string, taken: ReadonlySet<string>): string {
  const base = slug(heading.replaceAll("&amp;", "&").replaceAll("&#39;", "'"));
  for (let count = 0; ; count++) {
    const name = count === 0 ? base : `${base}-${count}`;
    if (!taken.has(name)) return name;
  }
}

const outlines = new Map(
  DOCUMENTS.map((document) => [document.path, outlineOf(document)]),
);

for (const [path, { links }] of outlines) {
  test(`every link in ${path} leads to a file and a heading that exist`, () => {
    const broken = links.filter((link) => {
      if (/^(?:https?|mailto):/.test(link)) return false;
      const [file = "", anchor] = link.split("#");
      const target =
        file === "" ? path : normalize(join(dirname(path), decodeURI(file)));
      if (!existsSync(join(PROJECT, target))) return true;
      return anchor !== undefined && !outlines.get(target)?.anchors.has(anchor);
    });
    expect(broken).toEqual([]);
  });
}

test("every page in docs/ can be reached from the README", () => {
  const reached = outlines.get("README.md")?.links ?? [];
  for (const { path } of DOCUMENTS)
    if (path.startsWith("docs/")) expect(reached).toContain(path);
});
