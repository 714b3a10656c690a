import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { postMessagesTo } from "../numbers/number-posts.ts";
import { until } from "../support/until.ts";
import { startBinary } from "./sites.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";

const NUMBER = "+4915112345678";

describe.skipIf(!hasChromium)("page updates in a browser", () => {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof startBinary>>;
  let url: string;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startBinary()]);
    await postMessagesTo(server, NUMBER, [30003, "delivered"]);
    url = `${server.origin}/numbers/${encodeURIComponent(NUMBER)}`;
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test("an open page shows what is recorded", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(url);
    await liveState(page, "live");
    const rows = page.locator("tbody tr");
    const before = await rows.count();
    await postMessagesTo(server, NUMBER, [30003]);
    await rows.nth(before).waitFor();
    await until(async () => (await rows.count()) === before + 1);
    expect(complaints).toEqual([]);
  });

  test("a paused page doesn't change; once resumed, it shows what it missed", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(url);
    await liveState(page, "live");
    const rows = page.locator("tbody tr");
    const before = await rows.count();
    const button = page.getByRole("button", { name: "Live updates" });
    await button.click();
    await liveState(page, "paused");
    const other = await page.context().newPage();
    await other.goto(url);
    await liveState(other, "live");
    await postMessagesTo(server, NUMBER, ["delivered"]);
    await other.locator("tbody tr").nth(before).waitFor();
    await until(async () => expect(await rows.count()).toBe(before));
    await button.click();
    await rows.nth(before).waitFor();
    await liveState(page, "live");
  });

  test("a hidden tab counts failures in its title and icon, and refreshes once it's visible", async () => {
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
    await until(async () => (await iconOf(page)) !== icon);
    await until(async () => expect(await rows.count()).toBe(before));
    await setHidden(page, false);
    await rows.nth(before + 2).waitFor();
    await until(async () => {
      await until(async () => expect(await page.title()).toBe(title));
      expect(await iconOf(page)).toBe(icon);
    });
  });

  test("only one of several hidden tabs keeps its stream; all of them count", async () => {
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
    });
    await until(async () =>
      expect(await first.locator(".stream[data-stopped]").count()).toBe(0),
    );
    await postMessagesTo(server, NUMBER, [30003]);
    for (const page of [first, second])
      await page.waitForFunction(() => document.title.startsWith("(1) "));
    // The first tab is visible now, so the second gets a stream.
    await setHidden(first, false);
    await second
      .locator(".stream:not([data-stopped])")
      .waitFor({ state: "attached" });
  });

  test("only one of eight tabs opened in the background holds a stream", async () => {
    await using opened = await openPage(browser);
    const context = opened.page.context();
    const asked: string[] = [];
    const pages: Page[] = [];
    for (let tab = 0; tab < 8; tab++) {
      const page = await context.newPage();
      await page.addInitScript(() =>
        Object.defineProperty(document, "hidden", {
          value: true,
          configurable: true,
        }),
      );
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
  });

  test("a notice says that the server doesn't respond, until it does", async () => {
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
    await notice
      .getByText(
        "The server isn’t responding, so this page may be out of date. It",
      )
      .waitFor();
    await page.unroute("**/live?*");
    await liveState(page, "live");
    await notice.waitFor({ state: "hidden" });
  });

  test("the theme follows the system until you choose one, which then stays", async () => {
    await using opened = await openPage(browser, { colorScheme: "dark" });
    const { page } = opened;
    const background = () =>
      page.evaluate(
        () => getComputedStyle(document.documentElement).backgroundColor,
      );
    await page.goto(url);
    const dark = await background();
    const button = page.getByRole("button", { name: /^Theme/ });
    await until(async () =>
      expect(await button.textContent()).toContain("system"),
    );
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

  test("keys open the shortcuts, go to pages and move through rows, except while typing", async () => {
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

  test("without scripts, nothing that needs one is shown", async () => {
    await using opened = await openPage(browser, { javaScriptEnabled: false });
    const { page } = opened;
    await page.goto(url);
    for (const selector of [".live", ".theme-button", ".keys-button"])
      await until(async () =>
        expect(await page.locator(selector).isVisible()).toBe(false),
      );
    expect(await page.getByRole("heading", { level: 1 }).isVisible()).toBe(
      true,
    );
  });
});

async function liveState(page: Page, state: string): Promise<void> {
  await page.locator(`#live[data-state="${state}"]`).waitFor();
}

function iconOf(page: Page): Promise<string | undefined> {
  return page.evaluate(
    () => document.querySelector<HTMLLinkElement>("#favicon")?.href,
  );
}

/** Headless Chromium never hides a page, so the test tells the page that it's hidden. */
async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, isHidden);
}
