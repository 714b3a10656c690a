import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { startBinary } from "./sites.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import {
  hasChromium,
  isMarked,
  launchChromium,
  markPage,
  openPage,
} from "./browser.ts";
import { box, focused, rows, statusWords } from "./messages-list.ts";
import { postSampleCallbacks, sampleSid } from "./sample-callbacks.ts";
import { until } from "../support/until.ts";

const MESSAGES = 120;

describe.skipIf(!hasChromium)("the message list in a browser", () => {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof startBinary>>;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startBinary()]);
    await postSampleCallbacks(server.twilio, MESSAGES);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test("older and newer pages load without a reload, each from its top", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/messages`);
    await markPage(page);
    const first = await rows(page);
    await page.getByRole("link", { name: "Older" }).click();
    await page.waitForURL(/older=/);
    const second = await rows(page);
    expect(second).toHaveLength(50);
    expect(second.filter((row) => first.includes(row))).toEqual([]);
    expect(await page.evaluate(() => scrollY)).toBeLessThan(300);
    await page.keyboard.press("]");
    await page.waitForFunction(
      () => document.querySelectorAll("tbody tr").length === 20,
    );
    await page.keyboard.press("[");
    await page.waitForURL(/newer=/);
    await until(async () => expect(await rows(page)).toEqual(second));
    await page.getByRole("link", { name: "Newest" }).click();
    await page.waitForURL("**/messages");
    await until(async () => expect(await rows(page)).toEqual(first));
    expect(await isMarked(page)).toBe(true);
    expect(complaints).toEqual([]);
  });

  test("keys move through the rows and open one", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/messages`);
    for (const key of ["j", "j", "ArrowDown", "k"])
      await page.keyboard.press(key);
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/messages/${sampleSid(MESSAGES - 2)}`);
    await page.goBack();
    await page.locator("tbody tr").first().locator(".col-channel").click();
    await page.waitForURL(`**/messages/${sampleSid(MESSAGES - 1)}`);
    expect(complaints).toEqual([]);
  });

  test("after Back, the row that was opened has the focus, and j continues from it", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/messages`);
    await page.locator("#older").scrollIntoViewIfNeeded();
    const scrolled = await page.evaluate(() => scrollY);
    expect(scrolled).toBeGreaterThan(300);
    await page.keyboard.press("j");
    const row = await focused(page);
    const shown = await rows(page);
    expect(shown.indexOf(row)).toBeGreaterThan(5);
    expect(await page.evaluate(() => scrollY)).toBe(scrolled);
    await page.keyboard.press("Enter");
    await page.waitForURL(/SM/);
    await page.goBack();
    await page.waitForURL("**/messages");
    await page.waitForFunction(
      (href) => document.activeElement?.getAttribute("href") === href,
      row,
    );
    expect(await page.evaluate(() => scrollY)).toBe(scrolled);
    await page.keyboard.press("j");
    await until(async () =>
      expect(await focused(page)).toBe(shown[shown.indexOf(row) + 1] ?? ""),
    );
    expect(complaints).toEqual([]);
  });

  test("an open list counts new messages and updates its rows in place", async () => {
    await using own = await startBinary();
    const [first, second] = [newMessageSid(), newMessageSid()];
    await own.twilio.post({ MessageSid: first, MessageStatus: "sent" });
    await own.twilio.post({ MessageSid: second, MessageStatus: "sent" });
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${own.origin}/messages`);
    const shown = await rows(page);
    const top = () =>
      page
        .locator("table.messages")
        .evaluate((table) => table.getBoundingClientRect().top);
    const before = await top();
    await page.locator("tbody a").nth(1).focus();
    await own.twilio.post({ MessageSid: first, MessageStatus: "delivered" });
    await own.twilio.post();
    await own.twilio.post();
    await page.getByRole("link", { name: "2 new" }).waitFor();
    await page
      .locator("tr.changed .col-status", { hasText: "Delivered" })
      .waitFor();
    await until(async () => expect(await rows(page)).toEqual(shown));
    expect(await top()).toBe(before);
    await until(async () =>
      expect(await focused(page)).toBe(`/messages/${first}`),
    );
    await page.getByRole("link", { name: "2 new" }).press("Enter");
    await page.waitForFunction(
      () => document.querySelectorAll("tbody tr").length === 4,
    );
    await until(async () =>
      expect(await focused(page)).toBe((await rows(page))[0] ?? ""),
    );
    await until(async () =>
      expect(await page.locator(".news-link").count()).toBe(0),
    );
    expect(complaints).toEqual([]);
  });

  test("an open message is updated, and expanded parts stay open", async () => {
    await using own = await startBinary();
    const sid = newMessageSid();
    await own.twilio.post({ MessageSid: sid, MessageStatus: "sent" });
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${own.origin}/messages/${sid}`);
    await page.getByText("Everything posted").click();
    await own.twilio.post({ MessageSid: sid, MessageStatus: "delivered" });
    await page.getByText("Delivered to the phone").waitFor();
    await until(async () =>
      expect(await page.locator("details[open]").count()).toBe(1),
    );
    await until(async () =>
      expect(await page.title()).toStartWith("Delivered: +14155550123"),
    );
    expect(complaints).toEqual([]);
  });

  test("an export downloads, and the page shows its progress and when it's complete", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/messages?q=status:failed`);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(
      /^smsledger-messages-.*\.csv$/,
    );
    const note = page.locator("#export-note");
    await note.getByText("Export complete: 17 messages").waitFor();
    await until(async () =>
      expect(await page.locator("#said").textContent()).toStartWith("Export"),
    );
    await page.goto(`${server.origin}/messages?q=status:delivered`);
    const [again] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "JSONL" }).click(),
    ]);
    await note.getByText(/Export complete: \d+ messages/).waitFor();
    expect(again.suggestedFilename()).toEndWith(".jsonl");
    expect(complaints).toEqual([]);
  });

  test("tapping a time shows it in local time and opens no row", async () => {
    await using opened = await openPage(browser, {
      hasTouch: true,
      timezoneId: "Asia/Tokyo",
    });
    const { page, complaints } = opened;
    await page.goto(`${server.origin}/messages`);
    const tip = page.locator("#time-tip");
    await page.locator("td.col-first time").first().tap();
    await until(async () =>
      expect(await tip.innerText()).toMatch(/ UTC\n.+GMT\+9$/),
    );
    await page.locator("td.col-first time").nth(1).tap();
    await until(async () => expect(await tip.count()).toBe(1));
    await page.locator("h1").tap();
    await until(async () => expect(await tip.count()).toBe(0));
    expect(page.url()).toBe(`${server.origin}/messages`);
    expect(complaints).toEqual([]);
  });

  test("everything on the page can be reached with the keyboard, from the skip link on", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(`${server.origin}/messages`);
    const reached: string[] = [];
    for (let presses = 0; presses < 80; presses++) {
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
    for (const id of ["by-all", "by-failed", "filter-q", "export", "older"])
      expect(reached).toContain(id);
    expect(reached.filter((each) => each === "row-link")).toHaveLength(50);
  });

  test("without scripts, the box, the controls, the pages and the messages all work", async () => {
    await using opened = await openPage(browser, { javaScriptEnabled: false });
    const { page } = opened;
    await page.goto(`${server.origin}/messages`);
    await box(page).fill("status:undelivered");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL(/status%3Aundelivered/);
    await until(async () =>
      expect(new Set(await statusWords(page))).toEqual(
        new Set(["Undelivered"]),
      ),
    );
    await page.locator(".filter-more summary").click();
    await page.getByLabel("Error code").fill("30003");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.waitForURL(/q=status%3Aundelivered%20code%3A30003$/);
    await page.goto(`${server.origin}/messages`);
    await page.getByRole("link", { name: "Older" }).click();
    await page.waitForURL(/older=/);
    await until(async () => expect(await rows(page)).toHaveLength(50));
    await page.locator("tbody a").first().click();
    await page.getByText("Everything posted").first().click();
    await page.getByText("AccountSid").first().waitFor();
  });

  test("times carry the exact moment, in UTC and in the reader's time zone", async () => {
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
  });

  test("a printed list says what it shows and when it was printed, with every time in full", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(`${server.origin}/messages?q=status:failed`);
    await page.emulateMedia({ media: "print" });
    const text = await page.locator("body").innerText();
    expect(text).toMatch(/17 messages.* of the filter status:failed/);
    expect(text).toMatch(/Printed \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    expect(text).not.toMatch(/Point at one|Older|Export/);
    await until(async () =>
      expect(await page.locator("#quick").isVisible()).toBe(false),
    );
    const times = await page.locator("td.col-first time").evaluateAll((all) =>
      all.map((time) => ({
        content: getComputedStyle(time, "::after").content,
        isWhole:
          time.parentElement?.scrollWidth === time.parentElement?.clientWidth,
        lines: time.getClientRects().length,
      })),
    );
    for (const { content, ...rest } of times) {
      expect(content).toMatch(/^"\d{4}-\d\d-\d\d \d\d:\d\d"$/);
      expect(rest).toEqual({ isWhole: true, lines: 1 });
    }
  });

  test("on a phone, the counts by status say which period they cover", async () => {
    await using opened = await openPage(browser, {
      viewport: { width: 360, height: 700 },
    });
    const { page } = opened;
    await page.goto(`${server.origin}/messages`);
    await until(async () =>
      expect(await page.getByText("Last 24 h").isVisible()).toBe(true),
    );
    await page.locator("#by-failed").click();
    await page.waitForURL(/after%3A24h$/);
    await until(async () =>
      expect(await page.getByText("Last 24 h").isVisible()).toBe(true),
    );
  });

  test("if a request fails, the page keeps its content and says what went wrong", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(`${server.origin}/messages`);
    const shown = await rows(page);
    await page.route("**/messages?*", async (route) => {
      const url = `${server.origin}/nothing-here`;
      await route.fulfill({ response: await route.fetch({ url }) });
    });
    await page.locator("#by-failed").click();
    await page.getByText("Page not found. There’s no page at this").waitFor();
    expect(page.url()).toBe(`${server.origin}/messages`);
    await until(async () => expect(await rows(page)).toEqual(shown));
  });

  test("if the server doesn't respond, the page says so and retries until it does", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    await page.goto(`${server.origin}/messages`);
    const shown = await rows(page);
    await page.route("**/messages?*", (route) => route.abort());
    await page.locator("#by-failed").click();
    const words = page.getByText(
      "The server isn’t responding, so this page may be out of date. It",
    );
    await words.waitFor();
    await until(async () => expect(await rows(page)).toEqual(shown));
    await page.unroute("**/messages?*");
    await page.waitForURL(/status(:|%3A)failed/, { timeout: 20_000 });
    await words.waitFor({ state: "hidden" });
    await until(async () =>
      expect(new Set(await statusWords(page))).toEqual(new Set(["Failed"])),
    );
  });
});
