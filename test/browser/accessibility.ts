import { expect } from "bun:test";
import axe, { type RunOptions } from "axe-core";
import type { Page } from "playwright-core";

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
  if (!(await page.evaluate(() => "axe" in window)))
    await page.evaluate(axe.source);
  const options: RunOptions = {
    resultTypes: ["violations"],
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

/** Returns the serious and the critical ones among them. */
export async function graveFaultsOn(
  page: Page,
  rules?: readonly string[],
): Promise<Fault[]> {
  return (await faultsOn(page, rules)).filter(({ isGrave }) => isGrave);
}

/**
 * Checks that a phone's page doesn't scroll sideways and has no serious fault in either
 * theme, with all its details open.
 */
export async function checkPhonePage(page: Page): Promise<void> {
  const url = page.url();
  await openDetails(page);
  const { view, width } = await page.evaluate(() => ({
    view: innerWidth,
    width: document.documentElement.scrollWidth,
  }));
  expect([url, view, width]).toEqual([url, 360, 360]);
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
