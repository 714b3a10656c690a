import type { Page } from "playwright-core";

/** The filter's box. */
export function box(page: Page) {
  return page.getByRole("combobox", { name: "Filter the messages" });
}

/** Where the list's rows lead, in their order. */
export function rows(page: Page): Promise<(string | null)[]> {
  return page
    .locator("tbody a.row-link")
    .evaluateAll((links) => links.map((link) => link.getAttribute("href")));
}

/** The statuses of the list's rows, as words. */
export function statusWords(page: Page): Promise<string[]> {
  return page.locator("td.col-status").allInnerTexts();
}

/** Where the link leads that has the focus. */
export function focused(page: Page): Promise<string | null> {
  return page.evaluate(
    () => document.activeElement?.getAttribute("href") ?? null,
  );
}
