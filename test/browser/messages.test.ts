import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { startServer } from "../support/start-server.ts";
import {
  hasChromium,
  isMarked,
  launchChromium,
  markPage,
  openPage,
} from "./browser.ts";
import { postSampleCallbacks, sampleSid } from "./sample-callbacks.ts";

const MESSAGES = 120;

describe.skipIf(!hasChromium)("the list of messages in a browser", () => {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof startServer>>;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startServer()]);
    await postSampleCallbacks(server.twilio, MESSAGES);
  }, 30_000);

  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });

  test("the filter changes the list and the address without a reload, and keeps the focus", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/messages`);
    await markPage(page);
    await page.getByRole("combobox", { name: "Status" }).selectOption("failed");
    await page.waitForURL("**/messages?status=failed");
    expect(new Set(await statusWords(page))).toEqual(new Set(["Failed"]));

    await page.getByLabel("Error code").pressSequentially("21610");
    await page.waitForURL("**/messages?status=failed&code=21610");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe(
      "filter-code",
    );

    await page.getByRole("link", { name: "Clear the filter" }).click();
    await page.waitForURL("**/messages");
    expect(await page.getByLabel("Error code").inputValue()).toBe("");
    expect(await rows(page)).toHaveLength(50);

    await page.getByLabel("Recipient or SID").fill(sampleSid(7).slice(0, 14));
    await page.waitForURL(/q=SM/);
    expect(await rows(page)).toHaveLength(1);
    expect(await page.locator("#found").textContent()).toBe(
      "1 message shown, newest first",
    );
    expect(await isMarked(page)).toBe(true);
    expect(complaints).toEqual([]);
  });

  test("back and forward walk through what was filtered, and the form follows", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/messages`);
    await markPage(page);
    await page.getByRole("combobox", { name: "Status" }).selectOption("read");
    await page.waitForURL("**/messages?status=read");
    await page.locator("#by-failed").click();
    await page.waitForURL("**/messages?status=failed");
    expect(
      await page.getByRole("combobox", { name: "Status" }).inputValue(),
    ).toBe("failed");

    await page.goBack();
    await page.waitForFunction(
      () => document.querySelector("select")?.value === "read",
    );
    expect(new Set(await statusWords(page))).toEqual(new Set(["Read"]));
    await page.goBack();
    await page.waitForFunction(
      () => document.querySelector("select")?.value === "",
    );
    expect(await rows(page)).toHaveLength(50);
    await page.goForward();
    await page.waitForFunction(
      () => document.querySelector("select")?.value === "read",
    );
    expect(await isMarked(page)).toBe(true);
    expect(complaints).toEqual([]);
  });

  test("older and newer pages come without a reload, each from its top", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/messages`);
    await markPage(page);
    const first = await rows(page);
    await page.getByRole("link", { name: "Older" }).click();
    await page.waitForURL(/before=/);
    const second = await rows(page);
    expect(second).toHaveLength(50);
    expect(second.filter((row) => first.includes(row))).toEqual([]);
    expect(await page.evaluate(() => scrollY)).toBeLessThan(300);
    await page.getByRole("link", { name: "Older" }).click();
    await page.waitForFunction(
      () => document.querySelectorAll("tbody tr").length === 20,
    );
    await page.getByRole("link", { name: "Newer" }).click();
    await page.waitForURL(/after=/);
    expect(await rows(page)).toEqual(second);
    await page.getByRole("link", { name: "Newest" }).click();
    await page.waitForURL("**/messages");
    expect(await rows(page)).toEqual(first);
    expect(await isMarked(page)).toBe(true);
    expect(complaints).toEqual([]);
  });

  test("a wrong error code is said where the list was, as it is typed", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(`${server.origin}/messages`);
    await page.getByLabel("Error code").fill("abc");
    await page.getByText("The error code must be a number").waitFor();
    expect(await rows(page)).toEqual([]);
    await page.getByLabel("Error code").fill("30003");
    await page.locator("tbody tr").first().waitFor();
  });

  test("a click on a row opens the message, and so does the keyboard", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/messages`);
    await page.locator("tbody tr").first().locator(".col-channel").click();
    await page.waitForURL(`**/messages/${sampleSid(MESSAGES - 1)}`);
    await page.getByText("Everything posted").first().click();
    await page.getByText("AccountSid").first().waitFor();
    await page.goBack();
    await page.locator("tbody a").nth(1).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/messages/${sampleSid(MESSAGES - 2)}`);
    expect(complaints).toEqual([]);
  });

  test("everything on the page is reached with the keyboard, from the skip link on", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(`${server.origin}/messages`);
    const reached: string[] = [];
    for (let presses = 0; presses < 70; presses++) {
      await page.keyboard.press("Tab");
      reached.push(
        await page.evaluate(
          () =>
            document.activeElement?.id ||
            document.activeElement?.className ||
            document.activeElement?.tagName ||
            "",
        ),
      );
    }
    expect(reached[0]).toBe("skip");
    for (const id of ["by-failed", "filter-q", "filter-status", "filter-code"])
      expect(reached).toContain(id);
    expect(reached.filter((each) => each === "row-link")).toHaveLength(50);
    expect(reached).toContain("older");
    await page.keyboard.press("Home");
    await page.locator(".skip").focus();
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => location.hash)).toBe("#main");
  });

  test("without script the form, the pages and the messages all work", async () => {
    await using opened = await openPage(browser, { javaScriptEnabled: false });
    const { page } = opened;
    await page.goto(`${server.origin}/messages`);
    await page
      .getByRole("combobox", { name: "Status" })
      .selectOption("undelivered");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL(/status=undelivered/);
    expect(new Set(await statusWords(page))).toEqual(new Set(["Undelivered"]));
    await page.goto(`${server.origin}/messages`);
    await page.getByRole("link", { name: "Older" }).click();
    await page.waitForURL(/before=/);
    expect(await rows(page)).toHaveLength(50);
    await page.locator("tbody a").first().click();
    await page.getByText("Everything posted").first().click();
    await page.getByText("AccountSid").first().waitFor();
  });

  test("times carry the exact moment, in UTC and in the reader's own zone", async () => {
    await using opened = await openPage(browser, {
      timezoneId: "Asia/Tokyo",
      locale: "en-GB",
    });
    const { page } = opened;
    await page.goto(`${server.origin}/messages`);
    const title = await page
      .locator("tbody time")
      .first()
      .getAttribute("title");
    expect(title).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n.+GMT\+9$/);
    expect(await page.locator("tbody time").first().textContent()).toBe(
      "just now",
    );
  });

  test("when a request fails, its own page is shown under the address that was there", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(`${server.origin}/messages`);
    await page.route("**/messages?*", async (route) => {
      const url = `${server.origin}/nothing-here`;
      await route.fulfill({ response: await route.fetch({ url }) });
    });
    await page.locator("#filter-status").selectOption("failed");
    await page.getByRole("heading", { name: "Nothing is here" }).waitFor();
    expect(page.url()).toBe(`${server.origin}/messages`);
    expect(await page.locator("#main").count()).toBe(1);
  });

  test("when the server does not answer, the page says so", async () => {
    await using own = await startServer();
    await own.twilio.post();
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(`${own.origin}/messages`);
    await page.route("**/messages?*", (route) => route.abort());
    await page.getByRole("combobox", { name: "Status" }).selectOption("failed");
    await page.getByText("The server does not answer.").waitFor();
  });
});

function rows(page: Page): Promise<(string | null)[]> {
  return page
    .locator("tbody a.row-link")
    .evaluateAll((links) => links.map((link) => link.getAttribute("href")));
}

function statusWords(page: Page): Promise<string[]> {
  return page.locator("td.col-status").allInnerTexts();
}
