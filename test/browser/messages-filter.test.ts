import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { startBinary } from "./sites.ts";
import { COLOR_RULES, graveFaultsOn } from "./accessibility.ts";
import {
  hasChromium,
  isMarked,
  launchChromium,
  markPage,
  openPage,
} from "./browser.ts";
import { box, rows, statusWords } from "./messages-list.ts";
import { postSampleCallbacks } from "./sample-callbacks.ts";
import { until } from "../support/until.ts";

const MESSAGES = 120;

describe.skipIf(!hasChromium)("the message filter in a browser", () => {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof startBinary>>;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startBinary()]);
    await postSampleCallbacks(server.twilio, MESSAGES);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test("the controls update the list, the box and the address without a reload", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/messages`);
    await markPage(page);
    await page.locator(".filter-more summary").click();
    await page.locator("#filter-status").selectOption("failed");
    await page.waitForURL("**/messages?q=status%3Afailed");
    await until(async () =>
      expect(new Set(await statusWords(page))).toEqual(new Set(["Failed"])),
    );
    await page.getByLabel("Error code").fill("21610");
    await page.keyboard.press("Enter");
    await page.waitForURL(/code%3A21610/);
    await until(async () =>
      expect(await box(page).inputValue()).toBe("status:failed code:21610"),
    );

    await page.locator("#by-all").click();
    await page.waitForURL("**/messages?q=code%3A21610");
    await page.waitForFunction(
      () => document.querySelector("select")?.value === "",
    );
    await until(async () =>
      expect(await page.locator(".filter-more[open]").count()).toBe(1),
    );
    expect(await isMarked(page)).toBe(true);
    expect(complaints).toEqual([]);
  });

  test("typed text is applied once it's valid, as one history entry, and the box keeps the focus", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/messages`);
    await markPage(page);
    await page.keyboard.press("f");
    await page.keyboard.type("+4477");
    await page.waitForURL(/q=%2B4477$/);
    await page.keyboard.type("009");
    await page.waitForURL(/q=%2B4477009$/);
    await until(async () => expect(await rows(page)).toHaveLength(15));
    expect(await page.evaluate(() => document.activeElement?.id)).toBe(
      "filter-q",
    );
    await page.goBack();
    await page.waitForURL("**/messages");
    await page.waitForFunction(
      () => document.querySelectorAll("tbody tr").length === 50,
    );
    await until(async () => expect(await box(page).inputValue()).toBe(""));
    expect(await isMarked(page)).toBe(true);
    expect(complaints).toEqual([]);
  });

  test("suggestions appear while typing; arrows, Enter, Tab and clicks accept one, Esc closes them", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/messages`);
    const list = page.getByRole("listbox", { name: "Suggestions" });
    await box(page).pressSequentially("st");
    await list.waitFor();
    expect(await box(page).getAttribute("aria-expanded")).toBe("true");
    await page.keyboard.press("ArrowDown");
    expect(await box(page).getAttribute("aria-activedescendant")).toBe(
      "suggestion-0",
    );
    await page.keyboard.press("Enter");
    await until(async () =>
      expect(await box(page).inputValue()).toBe("status:"),
    );
    await list.getByText("undelivered").waitFor();
    await page.keyboard.press("Escape");
    await list.waitFor({ state: "hidden" });
    await until(async () =>
      expect(await box(page).inputValue()).toBe("status:"),
    );

    await page.keyboard.type("f");
    await list.waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Tab");
    await page.waitForURL(/q=status%3Afailed$/);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe(
      "filter-q",
    );
    await box(page).pressSequentially("country:un");
    await list.getByText("United States").click();
    await page.waitForURL(/country%3AUS$/);
    await list.waitFor({ state: "hidden" });
    expect(complaints).toEqual([]);
  });

  test("what is typed before htmx is there gets its suggestions and its list once it is", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    const held = Promise.withResolvers<void>();
    await page.route("**/htmx.js", async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.goto(`${server.origin}/messages`, { waitUntil: "commit" });
    await box(page).pressSequentially("status:faile");
    held.resolve();
    await page.getByRole("option", { name: "status:failed" }).click();
    await until(async () =>
      expect(new Set(await statusWords(page))).toEqual(new Set(["Failed"])),
    );
  });

  test("Enter marks a mistake in the page, and the next filter clears it", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(`${server.origin}/messages`);
    await box(page).fill("status:gone");
    await page.keyboard.press("Enter");
    await page.locator("mark", { hasText: "gone" }).waitFor();
    await until(async () => expect(await rows(page)).toEqual([]));
    await box(page).fill("status:read");
    await page.locator("tbody tr").first().waitFor();
  });

  test("Back and Forward step through the filters, and the forms follow", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/messages`);
    await markPage(page);
    await page.locator("#by-failed").click();
    await page.waitForURL("**/messages?q=status%3Afailed%20after%3A24h");
    await page.locator("#by-sent").click();
    await page.waitForURL("**/messages?q=status%3Asent%20after%3A24h");
    await page.goBack();
    await statusShown(page, "failed");
    await until(async () =>
      expect(await box(page).inputValue()).toBe("status:failed after:24h"),
    );
    await until(async () =>
      expect(new Set(await statusWords(page))).toEqual(new Set(["Failed"])),
    );
    await page.goBack();
    await statusShown(page, "");
    await until(async () => expect(await rows(page)).toHaveLength(50));
    await page.goForward();
    await statusShown(page, "failed");
    expect(await isMarked(page)).toBe(true);
    expect(complaints).toEqual([]);
  });

  test("text typed while the server was down is applied when it's back", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(`${server.origin}/messages`);
    await page.context().setOffline(true);
    await box(page).pressSequentially("status:failed");
    await page
      .getByText(
        "The server isn’t responding, so this page may be out of date. It",
      )
      .waitFor();
    expect(page.url()).toBe(`${server.origin}/messages`);
    await page.context().setOffline(false);
    await page.waitForURL(/q=status%3Afailed$/);
    await until(async () =>
      expect(await box(page).inputValue()).toBe("status:failed"),
    );
    await until(async () =>
      expect(new Set(await statusWords(page))).toEqual(new Set(["Failed"])),
    );

    await page.locator(".filter-more summary").click();
    await page.context().setOffline(true);
    await page.locator("#filter-status").selectOption("read");
    await page
      .getByText(
        "The server isn’t responding, so this page may be out of date. It",
      )
      .waitFor();
    await page.context().setOffline(false);
    await page.waitForURL(/q=status%3Aread$/);
    await until(async () =>
      expect(await box(page).inputValue()).toBe("status:read"),
    );
  });

  test("typed text doesn't override a click right after it", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(`${server.origin}/messages`);
    // Waits until well after the box would have been read.
    await page.route("**/messages?q=status%3Afailed*", async (route) => {
      await page.waitForTimeout(800);
      await route.continue();
    });
    await box(page).pressSequentially("status:sent");
    await page.locator("#by-failed").click();
    await page.waitForURL(/q=status%3Afailed%20after%3A24h$/);
    await until(async () =>
      expect(await box(page).inputValue()).toBe("status:failed after:24h"),
    );
    await until(async () =>
      expect(new Set(await statusWords(page))).toEqual(new Set(["Failed"])),
    );
  });

  test("open suggestions and controls have no serious accessibility fault", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(`${server.origin}/messages`);
    await page.locator(".filter-more summary").click();
    const answered = page.waitForResponse(/\/messages\?q=c(?:&|$)/);
    await box(page).pressSequentially("c");
    await page.getByRole("listbox").waitFor();
    await page.keyboard.press("ArrowDown");
    // Until then, the list is dimmed.
    await answered;
    await page.locator("main .htmx-request").waitFor({ state: "detached" });
    expect(await graveFaultsOn(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await graveFaultsOn(page, COLOR_RULES)).toEqual([]);
  });
});

async function statusShown(page: Page, status: string): Promise<void> {
  await page.waitForFunction(
    (value) => document.querySelector("select")?.value === value,
    status,
  );
}
