import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { until } from "../support/until.ts";
import { COLOR_RULES, graveFaultsOn } from "./accessibility.ts";
import {
  hasChromium,
  isMarked,
  launchChromium,
  markPage,
  openPage,
} from "./browser.ts";
import { statusWords } from "./messages-list.ts";
import { postSampleCallbacks } from "./sample-callbacks.ts";
import { startBinary } from "./sites.ts";

const PHONE = { width: 360, height: 740 };

describe.skipIf(!hasChromium)("saved views in a browser", () => {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof startBinary>>;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startBinary()]);
    await postSampleCallbacks(server.twilio, 30);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test("by keyboard alone: a filter is saved, found by the search, and is a tab that needs no reload", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/messages`);
    await page.keyboard.press("f");
    await page.keyboard.type("status:failed");
    await page.waitForURL("**/messages?q=status%3Afailed");
    await page.locator(".save-view").waitFor();
    await page.locator(".save-view summary").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.type("Failures");
    await page.keyboard.press("Enter");
    await currentTab(page, "Failures");
    expect(await page.locator(".save-view").count()).toBe(0);

    await markPage(page);
    await page.getByRole("link", { name: "All", exact: true }).first().click();
    await currentTab(page, "All");
    await page.getByRole("link", { name: "Failures" }).click();
    await currentTab(page, "Failures");
    await until(async () =>
      expect(new Set(await statusWords(page))).toEqual(new Set(["Failed"])),
    );
    await until(async () =>
      expect(await page.locator("#filter-q").inputValue()).toBe(
        "status:failed",
      ),
    );
    expect(await isMarked(page)).toBe(true);

    await page.goto(`${server.origin}/errors`);
    await page.keyboard.press("/");
    await page.keyboard.type("failures");
    await page.locator("#finds [role=option]").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/messages?q=status%3Afailed");
    expect(complaints).toEqual([]);
  });

  test("without JavaScript, a view is saved, changed and removed", async () => {
    await using opened = await openPage(browser, { javaScriptEnabled: false });
    const { page } = opened;
    await page.goto(`${server.origin}/messages?q=country:GB`);
    await page.locator(".save-view summary").click();
    await page.getByLabel("Name").fill("Britain");
    await page.getByRole("button", { name: "Save" }).click();
    await currentTab(page, "Britain");
    await page.getByRole("link", { name: "Edit this view" }).click();
    await page.getByLabel("Name").fill("Great Britain");
    await page.getByRole("button", { name: "Save" }).click();
    await currentTab(page, "Great Britain");
    await page.getByRole("link", { name: "Edit this view" }).click();
    await page.getByRole("link", { name: "Remove…" }).click();
    await page.getByRole("button", { name: "Remove it" }).click();
    await page.waitForURL("**/messages/views");
    expect(await page.getByText("Great Britain").count()).toBe(0);
  });

  test("many long and hostile names fit a phone, without accessibility faults", async () => {
    await using opened = await openPage(browser, { viewport: PHONE });
    const { page, complaints } = opened;
    const names = [
      "<script>alert(1)</script>",
      "Ø".repeat(40),
      "🎉".repeat(20),
    ];
    for (const [index, name] of names.entries()) {
      await page.goto(`${server.origin}/messages?q=code:3000${index}`);
      await page.locator(".save-view summary").click();
      await page.locator("#view-name").fill(name);
      if (index === 2) expect(await graveFaultsOn(page)).toEqual([]);
      await page.getByRole("button", { name: "Save" }).click();
      await currentTab(page, name);
    }
    const edit = page.getByRole("link", { name: "Edit this view" });
    const address = (await edit.getAttribute("href")) ?? "";
    for (const path of ["/messages", "/messages/views", address]) {
      await page.goto(server.origin + path);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth),
      ).toBe(PHONE.width);
      expect([path, await graveFaultsOn(page)]).toEqual([path, []]);
      await page.emulateMedia({ colorScheme: "dark" });
      expect([path, await graveFaultsOn(page, COLOR_RULES)]).toEqual([
        path,
        [],
      ]);
      await page.emulateMedia({ colorScheme: "light" });
    }
    expect(complaints).toEqual([]);
  });
});

async function currentTab(page: Page, name: string): Promise<void> {
  await page
    .locator("#views a[aria-current]")
    .filter({ hasText: name })
    .waitFor();
}
