import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import {
  postHostileCallbacks,
  postSampleCallbacks,
} from "./sample-callbacks.ts";
import {
  PAGES_OF_DEMO,
  PAGES_OF_HOSTILE,
  PAGES_OF_SAMPLE,
  PAGES_WITHOUT_DATA,
  startBinary,
  type BinarySite,
} from "./sites.ts";

/** The maximum text length of a list page, so that long values can't fill it. */
const LIST_TEXT_MAX = 40_000;

const SITES = {
  empty: PAGES_WITHOUT_DATA,
  sample: PAGES_OF_SAMPLE,
  hostile: PAGES_OF_HOSTILE,
  masked: {
    messages: "/messages",
    numbers: "/numbers",
    "do-not-send": "/do-not-send",
  },
  demo: PAGES_OF_DEMO,
} as const;
type Site = keyof typeof SITES;

const pagesOf = (site: Site): [Site, string][] =>
  Object.values(SITES[site]).map((path) => [site, path]);
const PAGES = [
  ...pagesOf("empty"),
  ...pagesOf("sample"),
  ...pagesOf("hostile"),
  ...pagesOf("masked"),
  ...pagesOf("demo"),
];

describe.skipIf(!hasChromium)("every page of the compiled program", () => {
  let browser: Browser;
  let sites: Record<Site, BinarySite>;
  const urlsOf = (pages: readonly [Site, string][]): string[] =>
    pages.map(([site, path]) => sites[site].origin + path);

  beforeAll(async () => {
    // The first test builds the program, and the others share it.
    const empty = await startBinary({ TWILIO_WEBHOOK_AUTH_TOKEN: "" });
    const [sample, hostile, masked, demo] = await Promise.all([
      startBinary(),
      startBinary(),
      startBinary({ MASK_NUMBERS: "true" }),
      startBinary({}, "demo"),
    ]);
    sites = { empty, sample, hostile, masked, demo };
    browser = await launchChromium();
    await Promise.all([
      postSampleCallbacks(sample.twilio, 60),
      postSampleCallbacks(masked.twilio, 14),
      postHostileCallbacks(hostile.twilio),
    ]);
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    for (const site of Object.values(sites)) await site[Symbol.asyncDispose]();
  });

  describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
    let opened: Awaited<ReturnType<typeof openPage>>;
    beforeAll(async () => {
      opened = await openPage(browser, { colorScheme: theme });
    });
    afterAll(() => opened[Symbol.asyncDispose]());

    test.each(PAGES)(
      "%s: %s has no serious accessibility fault",
      async (site, path) => {
        const { page } = opened;
        await page.goto(sites[site].origin + path);
        await openDetails(page);
        const axe = new AxeBuilder({ page }).setLegacyMode();
        // Only colors differ between the themes.
        if (theme === "dark") axe.withRules(["color-contrast"]);
        const { violations } = await axe.analyze();
        const grave = violations
          .filter(({ impact }) => impact === "serious" || impact === "critical")
          .flatMap(({ id, nodes }) =>
            nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`),
          );
        expect(grave).toEqual([]);
      },
    );
  });

  test("no page is wider than a phone, whatever was posted", async () => {
    await using opened = await openPage(browser, {
      viewport: { width: 360, height: 740 },
    });
    const { page } = opened;
    for (const url of urlsOf(PAGES)) {
      await page.goto(url);
      await openDetails(page);
      const width = await page.evaluate(
        () => document.documentElement.scrollWidth,
      );
      expect([url, width]).toEqual([url, 360]);
    }
  });

  test("the browser reports no errors, and nothing posted is executed", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    let dialogs = 0;
    page.on("dialog", async (dialog) => {
      dialogs++;
      await dialog.dismiss();
    });
    for (const url of urlsOf(PAGES)) await page.goto(url);
    expect(dialogs).toBe(0);
    // The browser itself reports the status of a page that fails on purpose.
    expect(
      complaints.filter(
        (text) => !/responded with a status of 40[04]/.test(text),
      ),
    ).toEqual([]);
  });

  test("every page has the same content without scripts", async () => {
    await using scripted = await openPage(browser);
    await using plain = await openPage(browser, { javaScriptEnabled: false });
    for (const url of urlsOf(pagesOf("sample"))) {
      await scripted.page.goto(url);
      await plain.page.goto(url);
      const headings = (page: Page): Promise<string[]> =>
        page.locator("main :is(h1, h2, th, td.col-to)").allInnerTexts();
      expect([url, await headings(plain.page)]).toEqual([
        url,
        await headings(scripted.page),
      ]);
    }
  });

  test("long values are truncated where they would displace other content", async () => {
    await using opened = await openPage(browser);
    const { page } = opened;
    for (const url of urlsOf(pagesOf("hostile")).filter(
      (each) => !each.includes("/messages/"),
    )) {
      await page.goto(url);
      const text = await page.locator("body").innerText();
      expect([url, text.length < LIST_TEXT_MAX]).toEqual([url, true]);
    }
  });
});

/** Expands collapsed content, so that it is checked too. */
async function openDetails(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details"))
      details.open = true;
  });
}
