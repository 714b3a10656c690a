import { expect, test } from "bun:test";

/** WCAG 2.2 AA's minimum contrasts for text and for the parts of controls. */
const TEXT_MIN = 4.5;
const PART_MIN = 3;

const styles = await Promise.all(
  ["base", "charts"].map((name) =>
    Bun.file(new URL(`../../views/styles/${name}.css`, import.meta.url)).text(),
  ),
);
const stylesheet = styles.join("\n");

/** Names of text colors, followed by names of backgrounds. */
const TEXTS = "text muted link sent delivered read undelivered failed".split(
  " ",
);
const SURFACES = ["ground", "surface", "raised"];

test.each(["light", "dark"] as const)(
  "in the %s theme, every text is readable on every surface",
  (theme) => {
    const pairs = [
      ...TEXTS.flatMap((text) => SURFACES.map((on) => [text, on] as const)),
      ["warn-text", "warn-surface"] as const,
      ["on-accent", "accent"] as const,
    ];
    for (const [text, on] of pairs) {
      const ratio = contrast(colour(text, theme), colour(on, theme));
      expect([text, on, ratio >= TEXT_MIN, ratio]).toEqual([
        text,
        on,
        true,
        ratio,
      ]);
    }
    for (const on of SURFACES) {
      const ratio = contrast(colour("focus", theme), colour(on, theme));
      expect(ratio).toBeGreaterThanOrEqual(PART_MIN);
    }
  },
);

test.each(["light", "dark"] as const)(
  "in the %s theme, a chart's solid parts differ in lightness from each other and from the surface",
  (theme) => {
    const parts = ["part-arrived", "part-undelivered", "part-failed"];
    for (const part of [...parts, "part-in-flight"])
      expect([
        part,
        contrast(colour(part, theme), colour("surface", theme)) >= PART_MIN,
      ]).toEqual([part, true]);
    for (const [index, part] of parts.entries())
      for (const other of parts.slice(index + 1)) {
        const ratio = contrast(colour(part, theme), colour(other, theme));
        expect([part, other, ratio >= 1.5, ratio]).toEqual([
          part,
          other,
          true,
          ratio,
        ]);
      }
  },
);

/** Returns a color of base.css as `#rrggbb`. */
function colour(name: string, theme: "light" | "dark"): string {
  const [, value = ""] =
    new RegExp(`--${name}: ([^;]+);`).exec(stylesheet) ?? [];
  const [light, dark] = value.match(/#[0-9a-f]{6}/g) ?? [];
  const found = theme === "light" ? light : (dark ?? light);
  if (found === undefined) throw new Error(`--${name} is no colour.`);
  return found;
}

/** Returns a contrast ratio from 1 to 21. Source: w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort(
    (a, b) => a - b,
  );
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
