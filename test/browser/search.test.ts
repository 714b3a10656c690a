import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { postMessagesTo } from "../numbers/number-posts.ts";
import { until } from "../support/until.ts";
import { COLOR_RULES, graveFaultsOn } from "./accessibility.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import { HOSTILE_VALUES, postHostileCallbacks } from "./sample-callbacks.ts";
import { startBinary } from "./sites.ts";

const NUMBER = "+4915112345678";
const NUMBER_PATH = `/numbers/${encodeURIComponent(NUMBER)}`;
const PHONE = { width: 360, height: 740 };

describe.skipIf(!hasChromium)("the search in a browser", () => {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof startBinary>>;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startBinary()]);
    await postMessagesTo(server, NUMBER, [30003, "delivered"]);
    await postHostileCallbacks(server.twilio);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test("by keyboard alone, from a caller's last digits to the number's page", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/refusals`);
    await page.keyboard.press("/");
    await page.keyboard.type("5678");
    await options(page).first().waitFor();
    expect(await field(page).getAttribute("aria-expanded")).toBe("true");
    expect(await page.locator("#said").textContent()).toMatch(/^\d+ found$/);
    await page.keyboard.press("ArrowDown");
    const marked = await field(page).getAttribute("aria-activedescendant");
    expect(await page.locator(`#${marked}`).textContent()).toContain(NUMBER);
    await page.keyboard.press("ArrowUp");
    expect(await field(page).getAttribute("aria-activedescendant")).toBeNull();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**${NUMBER_PATH}`);
    expect(complaints).toEqual([]);
  });

  test("Enter leads to what the text names in full, or to everything found", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(server.origin);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("0049 (0)151 123 456 78");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**${NUMBER_PATH}`);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("unreachable");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/search?q=unreachable");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/errors/30003");
  });

  test("Escape closes the list, then empties the field, then goes back; Ctrl K works while typing elsewhere", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(`${server.origin}/messages`);
    await page.keyboard.press("f");
    expect(await focusedId(page)).toBe("filter-q");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("alerts");
    const list = page.getByRole("listbox", { name: "Found" });
    await list.waitFor();
    await page.keyboard.press("Escape");
    await list.waitFor({ state: "hidden" });
    expect(await field(page).inputValue()).toBe("alerts");
    await page.keyboard.press("Escape");
    await until(async () => expect(await field(page).inputValue()).toBe(""));
    await page.keyboard.press("Escape");
    expect(await focusedId(page)).toBe("filter-q");
  });

  test("an answer to what was typed before isn't shown", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(`${server.origin}/alerts`);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route("**/search/suggest?q=300", async (route) => {
      await held;
      await route.continue().catch(() => undefined);
    });
    await page.keyboard.press("/");
    const asked = page.waitForRequest("**/search/suggest?q=300");
    await page.keyboard.type("300");
    await asked;
    await page.keyboard.type("05");
    release();
    await options(page).first().waitFor();
    expect(await page.locator("#finds").getAttribute("data-q")).toBe("30005");
    await page.keyboard.type("zzz");
    await page.locator("#finds").getByText("Nothing found for").waitFor();
    expect(await options(page).count()).toBe(0);
    expect(await field(page).getAttribute("aria-expanded")).toBe("false");
  });

  test("without JavaScript, the form and the link find the same", async () => {
    await using opened = await openPage(browser, { javaScriptEnabled: false });
    const { page } = opened;
    await page.goto(server.origin);
    await field(page).fill("5678");
    await field(page).press("Enter");
    await page.waitForURL("**/search?q=5678");
    await page.getByRole("link", { name: NUMBER }).first().click();
    await page.waitForURL(`**${NUMBER_PATH}`);
    await page.setViewportSize(PHONE);
    await page.getByRole("link", { name: "Find anything" }).click();
    await page.waitForURL("**/search");
    await field(page).fill("messages");
    await page.getByRole("button", { name: "Find" }).click();
    await page.waitForURL("**/messages");
  });

  test("on a phone, keys lead to the page of the search, which lists while typing", async () => {
    await using opened = await openPage(browser, { viewport: PHONE });
    const { page, complaints } = opened;
    await page.goto(server.origin);
    await page.keyboard.press("/");
    await page.waitForURL("**/search");
    expect(await focusedId(page)).toBe("find-q");
    await page.keyboard.type("5678");
    await page.waitForURL("**/search?q=5678");
    await page.getByRole("link", { name: NUMBER }).first().waitFor();
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth),
    ).toBe(PHONE.width);
    expect(await graveFaultsOn(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("hostile values are listed as text, in a list without accessibility faults", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/errors`);
    for (const value of HOSTILE_VALUES) {
      await field(page).fill(value);
      await page.locator("#finds:not([hidden])").waitFor();
    }
    await field(page).fill("<script");
    const hostile = options(page).filter({ hasText: "<script>alert(1)" });
    await hostile.first().waitFor();
    await page.keyboard.press("ArrowDown");
    expect(await graveFaultsOn(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await graveFaultsOn(page, COLOR_RULES)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

function field(page: Page) {
  return page.locator("#find-q");
}

function focusedId(page: Page): Promise<string | undefined> {
  return page.evaluate(() => document.activeElement?.id);
}

function options(page: Page) {
  return page.locator("#finds [role=option]");
}
