import { expect } from "bun:test";
import axe, { type RunOptions } from "axe-core";
import type { Page } from "playwright-core";

/** A third of the size, which is read again on each page. */
const AXE = await Bun.file(require.resolve("axe-core/axe.min.js")).text();

declare global {
  interface Window {
    axe?: typeof axe;
  }
}

/** The rules that depend on colors, the only difference between the themes. */
export const COLOR_RULES = ["color-contrast", "link-in-text-block"] as const;

export type Fault = {
  readonly rule: string;
  readonly isGrave: boolean;
  /** The beginning of the element's HTML. */
  readonly html: string;
};

/** Returns what axe finds on the open page, by all its rules or by some. */
export async function faultsOn(
  page: Page,
  rules?: readonly string[],
): Promise<Fault[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const options: RunOptions = {
    resultTypes: ["violations"],
    // Nothing of what these are for is on a page.
    preload: false,
    iframes: false,
    ...(rules && { runOnly: { type: "rule", values: [...rules] } }),
  };
  return await page.evaluate(async (given) => {
    // Colors that are still changing are neither theme's.
    await Promise.allSettled(
      document
        .getAnimations()
        .filter((each) => each instanceof CSSTransition)
        .map((each) => each.finished),
    );
    const { violations = [] } = (await window.axe?.run(document, given)) ?? {};
    return violations.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ html }) => ({
        rule: id,
        isGrave: impact === "serious" || impact === "critical",
        html: html.slice(0, 200),
      })),
    );
  }, options);
}

/**
 * Removes list rows that have the same elements and classes as an earlier one of their list:
 * what is wrong with one is wrong with the other, and each takes its time.
 */
export async function removeEqualRows(page: Page): Promise<void> {
  await page.evaluate(() => {
    const shapeOf = (element: Element): string =>
      `${element.localName}.${element.className}(${[...element.children].map(shapeOf).join()})`;
    for (const list of document.querySelectorAll("tbody, ul, ol, dl")) {
      const known = new Set<string>();
      for (const row of list.children) {
        const shape = shapeOf(row);
        if (
          row.localName !== "dt" &&
          row.localName !== "dd" &&
          known.has(shape)
        )
          row.remove();
        known.add(shape);
      }
    }
  });
}

/** Returns the serious and the critical ones among them. */
export async function graveFaultsOn(
  page: Page,
  rules?: readonly string[],
): Promise<Fault[]> {
  return (await faultsOn(page, rules)).filter(({ isGrave }) => isGrave);
}

/**
 * Checks that a phone's page doesn't scroll sideways and has no serious fault in either
 * theme, with all its details open. Rows of its lists are gone then.
 */
export async function checkPhonePage(page: Page): Promise<void> {
  const url = page.url();
  await openDetails(page);
  const { view, width } = await page.evaluate(() => ({
    view: innerWidth,
    width: document.documentElement.scrollWidth,
  }));
  expect([url, view, width]).toEqual([url, 360, 360]);
  await removeEqualRows(page);
  expect([url, await graveFaultsOn(page)]).toEqual([url, []]);
  await page.emulateMedia({ colorScheme: "dark" });
  expect([url, await graveFaultsOn(page, COLOR_RULES)]).toEqual([url, []]);
  await page.emulateMedia({ colorScheme: "light" });
}

/** Expands collapsed content, so that it is checked too. */
export async function openDetails(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details"))
      details.open = true;
  });
}
