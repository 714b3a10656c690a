import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { postMessagesTo } from "../numbers/number-posts.ts";
import { startBinary } from "./sites.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";

const NUMBER = "+4915112345678";

describe.skipIf(!hasChromium)("the frame of every page in a browser", () => {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof startBinary>>;
  let url: string;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startBinary()]);
    await postMessagesTo(server, NUMBER, [30003, "delivered"]);
    url = `${server.origin}/numbers/${encodeURIComponent(NUMBER)}`;
  }, 30_000);

  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });

  test("a page shows what is recorded while it is open", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(url);
    await liveState(page, "live");
    const rows = page.locator("tbody tr");
    const before = await rows.count();
    await postMessagesTo(server, NUMBER, [30003]);
    await rows.nth(before).waitFor();
    expect(await rows.count()).toBe(before + 1);
    expect(complaints).toEqual([]);
  });

  test("paused, it stays as it is; resumed, it has what was missed", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(url);
    await liveState(page, "live");
    const rows = page.locator("tbody tr");
    const before = await rows.count();
    const button = page.getByRole("button", { name: "Live updates" });
    await button.click();
    await liveState(page, "paused");
    await postMessagesTo(server, NUMBER, ["delivered"]);
    await Bun.sleep(1_500);
    expect(await rows.count()).toBe(before);
    await button.click();
    await rows.nth(before).waitFor();
    await liveState(page, "live");
  });

  test("a hidden tab counts failures in its title and icon, and refreshes when it is seen", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(url);
    await liveState(page, "live");
    const title = await page.title();
    const icon = await iconOf(page);
    const rows = page.locator("tbody tr");
    const before = await rows.count();
    await setHidden(page, true);
    await postMessagesTo(server, NUMBER, [30003, "delivered", 30003]);
    await page.waitForFunction(() => document.title.startsWith("(2) "));
    expect(await iconOf(page)).not.toBe(icon);
    expect(await rows.count()).toBe(before);
    await setHidden(page, false);
    await rows.nth(before + 2).waitFor();
    expect(await page.title()).toBe(title);
    expect(await iconOf(page)).toBe(icon);
  });

  test("of hidden tabs one keeps its stream; all count", async () => {
    await using opened = await openPage(browser);
    const first = opened.page;
    const second = await first.context().newPage();
    for (const page of [first, second]) {
      await page.goto(url);
      await liveState(page, "live");
      await setHidden(page, true);
    }
    await second.locator(".stream[data-stopped]").waitFor({
      state: "attached",
      timeout: 10_000,
    });
    expect(await first.locator(".stream[data-stopped]").count()).toBe(0);
    await postMessagesTo(server, NUMBER, [30003]);
    for (const page of [first, second])
      await page.waitForFunction(() => document.title.startsWith("(1) "));
    // The first is seen, so the second takes its turn.
    await setHidden(first, false);
    await second
      .locator(".stream:not([data-stopped])")
      .waitFor({ state: "attached" });
  }, 20_000);

  test("of eight tabs that are opened in the background one holds a stream", async () => {
    await using opened = await openPage(browser);
    const context = opened.page.context();
    await context.addInitScript(() =>
      Object.defineProperty(document, "hidden", {
        value: true,
        configurable: true,
      }),
    );
    const asked: string[] = [];
    const pages: Page[] = [];
    for (let tab = 0; tab < 8; tab++) {
      const page = await context.newPage();
      page.on("request", (request) => {
        if (new URL(request.url()).pathname === "/live")
          asked.push(request.url());
      });
      await page.goto(url);
      pages.push(page);
    }
    for (const page of pages.slice(1))
      await page
        .locator(".stream[data-stopped]")
        .waitFor({ state: "attached" });
    expect(asked).toHaveLength(1);
    const last = pages.at(-1);
    if (last === undefined) throw new Error("There is no page.");
    await setHidden(last, false);
    await liveState(last, "live");
  }, 30_000);

  test("a server that is gone is said, and unsaid when it is back", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(url);
    await liveState(page, "live");
    await page.route("**/live?*", (route) => route.abort());
    const button = page.getByRole("button", { name: "Live updates" });
    await button.click();
    await button.click();
    await liveState(page, "reconnecting");
    const notice = page.getByRole("alert");
    await notice.getByText("The server does not answer").waitFor({
      timeout: 10_000,
    });
    await page.unroute("**/live?*");
    await liveState(page, "live");
    expect(await notice.isHidden()).toBe(true);
  }, 30_000);

  test("the theme is the system's until one is chosen, which then stays", async () => {
    await using opened = await openPage(browser, { colorScheme: "dark" });
    const { page } = opened;
    const background = () =>
      page.evaluate(
        () => getComputedStyle(document.documentElement).backgroundColor,
      );
    await page.goto(url);
    const dark = await background();
    const button = page.getByRole("button", { name: /^Theme/ });
    expect(await button.textContent()).toContain("as the system");
    await button.click();
    const light = await background();
    expect(light).not.toBe(dark);
    await page.reload();
    expect(await background()).toBe(light);
    await page.getByRole("button", { name: "Theme: light" }).click();
    expect(await background()).toBe(dark);
    await page.getByRole("button", { name: "Theme: dark" }).click();
    await page.emulateMedia({ colorScheme: "light" });
    expect(await background()).toBe(light);
  });

  test("keys open the shortcuts, lead to pages and walk through rows, but not while one types", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(url);
    const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await page.keyboard.press("?");
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    const opener = page.getByRole("button", { name: "Keyboard shortcuts" });
    await opener.click();
    await page.keyboard.press("Escape");
    expect(
      await opener.evaluate((each) => each === document.activeElement),
    ).toBe(true);
    const rowOf = () =>
      page.evaluate(() => document.activeElement?.closest("tr")?.rowIndex ?? 0);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    expect(await rowOf()).toBe(2);
    await page.keyboard.press("k");
    expect(await rowOf()).toBe(1);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/messages/SM*");
    for (const [key, path] of [
      ["e", "/errors"],
      ["n", "/numbers"],
      ["m", "/messages"],
    ] as const) {
      await page.keyboard.press("g");
      await page.keyboard.press(key);
      await page.waitForURL(server.origin + path);
    }
    await page.keyboard.press("/");
    await page.keyboard.type("gn?");
    expect(
      await page.evaluate(() =>
        document.activeElement instanceof HTMLInputElement
          ? document.activeElement.value
          : undefined,
      ),
    ).toBe("gn?");
    expect(complaints).toEqual([]);
  });

  test("without a script nothing is shown that needs one", async () => {
    await using opened = await openPage(browser, { javaScriptEnabled: false });
    const { page } = opened;
    await page.goto(url);
    for (const selector of [".live", ".theme-button", ".keys-button"])
      expect(await page.locator(selector).isVisible()).toBe(false);
    expect(await page.getByRole("heading", { level: 1 }).isVisible()).toBe(
      true,
    );
  });
});

async function liveState(page: Page, state: string): Promise<void> {
  await page
    .locator(`#live[data-state="${state}"]`)
    .waitFor({ timeout: 15_000 });
}

function iconOf(page: Page): Promise<string | undefined> {
  return page.evaluate(
    () => document.querySelector<HTMLLinkElement>("#favicon")?.href,
  );
}

/** Chromium without a window never hides a page, so the page is told that it is. */
async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, isHidden);
}
