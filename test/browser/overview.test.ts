import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { startBinary } from "./sites.ts";
import {
  hasChromium,
  isMarked,
  launchChromium,
  markPage,
  openPage,
} from "./browser.ts";
import { postSampleCallbacks } from "./sample-callbacks.ts";
import { until } from "../support/until.ts";

describe.skipIf(!hasChromium)("the overview in a browser", () => {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof startBinary>>;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startBinary()]);
    await postSampleCallbacks(server.twilio, 28);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test("a chart is one Tab stop; arrows move along its bars, Enter opens the list", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/?range=90d`);
    await page.locator(".outcomes a").last().focus();
    await page.keyboard.press("Tab");
    // One more than 90 days, unless the time is on the hour.
    const last = (await page.locator(".chart-bars li").count()) - 1;
    expect(await focusedBar(page)).toBe(last);
    expect(await shownTips(page)).toEqual([last]);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    expect(await focusedBar(page)).toBe(last - 2);
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowLeft");
    expect(await focusedBar(page)).toBe(0);
    await page.keyboard.press("Tab");
    expect(await focusedBar(page)).toBe(-1);
    await page.keyboard.press("Shift+Tab");
    expect(await focusedBar(page)).toBe(0);
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/messages\?q=after/);
    expect(complaints).toEqual([]);
  });

  test("a bar shows its values at the pointer, never outside the page", async () => {
    for (const width of [360, 1280]) {
      await using opened = await openPage(browser, {
        viewport: { width, height: 800 },
      });
      const { page } = opened;
      await page.goto(`${server.origin}/?range=24h`);
      for (const bar of [0, 11, 23]) {
        await page.locator(".chart-bars li").nth(bar).hover();
        expect(await shownTips(page)).toEqual([bar]);
        const box = await page.locator(".tip").nth(bar).boundingBox();
        expect(box?.x).toBeGreaterThanOrEqual(0);
        expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
        if (width > 360) continue;
        const legend = await page.locator(".chart-legend").boundingBox();
        expect(box?.y).toBeGreaterThan(
          (legend?.y ?? 0) + (legend?.height ?? 0),
        );
      }
    }
  });

  test("on a touch screen, the first tap shows a bar’s values and the second opens its list", async () => {
    await using opened = await openPage(browser, {
      hasTouch: true,
      viewport: { width: 360, height: 740 },
    });
    const { page } = opened;
    await page.goto(`${server.origin}/?range=24h`);
    const bar = page.locator(".chart-bars li").last();
    await bar.tap();
    const bars = await page.locator(".chart-bars li").count();
    expect(await shownTips(page)).toEqual([bars - 1]);
    const box = await page.locator(".tip").last().boundingBox();
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(741);
    expect(page.url()).toBe(`${server.origin}/?range=24h`);
    await bar.tap();
    await page.waitForURL(/\/messages\?q=after/);
  });

  test("numbers update as callbacks are recorded, open parts stay open, and a chart in use doesn't change", async () => {
    await using own = await startBinary();
    await postSampleCallbacks(own.twilio, 14);
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${own.origin}/`);
    await markPage(page);
    const messages = page.locator(".outcomes .figure").nth(1);
    await until(async () => expect(await messages.textContent()).toBe("14"));
    await page.getByText("Show as a table").click();
    await page.mouse.move(0, 0);

    await own.twilio.post({ MessageStatus: "delivered" });
    await page.getByText("15", { exact: true }).first().waitFor();
    expect(await page.locator("#chart-table").getAttribute("open")).toBe("");

    await page.locator(".chart-bars li").last().hover();
    const skipped = page.waitForEvent("console", {
      predicate: (message) => message.text() === "held",
    });
    await page.evaluate(() =>
      document.addEventListener("htmx:config:request", (event) => {
        if (event.defaultPrevented) console.log("held");
      }),
    );
    await own.twilio.post({ MessageStatus: "delivered" });
    await skipped;
    await until(async () => expect(await messages.textContent()).toBe("15"));
    await page.mouse.move(0, 0);
    await page.getByText("16", { exact: true }).first().waitFor();
    expect(await isMarked(page)).toBe(true);
    expect(complaints).toEqual([]);
  });

  test("the page that waits for the first callback announces it", async () => {
    await using own = await startBinary();
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await opened.page
      .context()
      .grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto(`${own.origin}/`);
    await page.locator("#waiting").waitFor();
    await page
      .getByRole("heading", { name: "Copy this address" })
      .locator("xpath=..")
      .getByRole("button", { name: "Copy" })
      .click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      `${own.origin}/api/rpc/webhooks/twilio/sms#rc=5&rp=all`,
    );
    await own.twilio.post();
    await page.getByText("The first callback arrived.").waitFor();
    expect(
      await page.getByText("No callback has been accepted").isVisible(),
    ).toBe(false);
    await page.getByRole("link", { name: "Show the overview" }).click();
    await page
      .getByRole("heading", { name: "1 of 1 message delivered" })
      .waitFor();
    expect(complaints).toEqual([]);
  });

  test("the waiting page says so if a callback arrived that isn't recorded", async () => {
    await using own = await startBinary();
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${own.origin}/`);
    await page.getByText("Waiting for the first callback.").waitFor();
    await own.twilio.post({ MessageStatus: "queued" });
    await page.getByText("Its signature is valid").waitFor({ timeout: 20_000 });
    await own.twilio.post();
    await page.getByText("The first callback arrived.").waitFor();
    expect(complaints).toEqual([]);
  });

  test("the filter takes suggestions and is applied by keyboard; the ranges keep it", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/?range=7d`);
    await page.locator("#filter-q").focus();
    await page.keyboard.type("channel:sm");
    await page.locator("#suggestions [role=option]").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await page.locator("#filter-q").inputValue()).toBe("channel:sms ");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/?range=7d&q=channel%3Asms*");
    await page.getByRole("link", { name: "24h", exact: true }).click();
    await page.waitForURL("**/?range=24h&q=channel%3Asms");
    await page.getByRole("link", { name: "Show all" }).click();
    await page.waitForURL("**/?range=24h");
    expect(complaints).toEqual([]);
  });

  test("without scripts, the filter and the comparison work, on a phone", async () => {
    await using opened = await openPage(browser, {
      javaScriptEnabled: false,
      viewport: { width: 360, height: 740 },
    });
    const { page } = opened;
    await page.goto(`${server.origin}/?range=24h`);
    await page.locator("#filter-q").fill("channel:sms");
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.waitForURL("**/?range=24h&q=channel%3Asms");
    await page.locator("#compare summary").click();
    await page.getByRole("link", { name: "The same weekdays" }).click();
    await page.waitForURL("**/?range=24h&q=channel%3Asms&compare=week");
    await page.locator("#compare summary").click();
    const form = await page.locator("#compare form").boundingBox();
    expect(form?.x).toBeGreaterThanOrEqual(0);
    expect((form?.x ?? 0) + (form?.width ?? 0)).toBeLessThanOrEqual(360);
    await page.locator("#compare input[type=date]").fill("2026-01-02");
    await page.getByRole("button", { name: "Compare" }).click();
    await page.waitForURL("**&compare=2026-01-02");
    await page.getByText("from 2 Jan 2026").first().waitFor();
  });

  test("without scripts, every range, the table and the error code reference work", async () => {
    await using opened = await openPage(browser, { javaScriptEnabled: false });
    const { page } = opened;
    await page.goto(`${server.origin}/`);
    await page.getByRole("link", { name: "7d", exact: true }).click();
    await page.waitForURL("**/?range=7d");
    await page.getByText("Other", { exact: true }).click();
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.waitForURL(/from=/);
    await page.getByText("Show as a table").click();
    await page.locator(".chart-table tbody a").first().click();
    await page.waitForURL(/\/messages/);
    await page.goto(`${server.origin}/errors/dictionary`);
    await page.getByLabel("Number or words").fill("landline");
    await page.getByRole("button", { name: "Search" }).click();
    await page.waitForURL(/q=landline/);
    await page.getByRole("link", { name: "30006" }).click();
    await page.waitForURL("**/errors/30006");
  });

  test("the error code reference searches while typing, and updates the address", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/errors/dictionary`);
    await markPage(page);
    await page.getByLabel("Number or words").pressSequentially("3000");
    await page.waitForURL(/q=3000/);
    await page.getByRole("link", { name: "30003" }).waitFor();
    expect(await isMarked(page)).toBe(true);
    await page.keyboard.type("3");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/errors/30003");
    expect(complaints).toEqual([]);
  });
});

/** Returns the index of the bar that has the focus, from 0, or -1. */
function focusedBar(page: Page): Promise<number> {
  return page.evaluate(() =>
    [...document.querySelectorAll(".chart-bars a")].indexOf(
      document.activeElement ?? document.body,
    ),
  );
}

/** Returns the indexes of the bars whose values are shown. */
function shownTips(page: Page): Promise<number[]> {
  return page
    .locator(".tip")
    .evaluateAll((tips) =>
      tips.flatMap((tip, index) =>
        getComputedStyle(tip).opacity === "1" ? [index] : [],
      ),
    );
}
