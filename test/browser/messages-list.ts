import type { Page } from "playwright-core";

/** Returns the filter's box. */
export function box(page: Page) {
  return page.getByRole("combobox", { name: "Filter the messages" });
}

/** Returns the links of the list's rows, in order. */
export function rows(page: Page): Promise<(string | null)[]> {
  return page
    .locator("tbody a.row-link")
    .evaluateAll((links) => links.map((link) => link.getAttribute("href")));
}

/** Returns the statuses of the list's rows, as words. */
export function statusWords(page: Page): Promise<string[]> {
  return page.locator("td.col-status").allInnerTexts();
}

/** Returns the target of the link that has the focus. */
export function focused(page: Page): Promise<string | null> {
  return page.evaluate(
    () => document.activeElement?.getAttribute("href") ?? null,
  );
}
