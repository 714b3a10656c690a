import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { startServer } from "../support/start-server.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import {
  postHostileCallbacks,
  postSampleCallbacks,
  sampleSid,
} from "./sample-callbacks.ts";

const PATHS = [
  "/messages",
  "/messages?status=foo",
  "/messages?q=SMffffff",
  `/messages/${sampleSid(4)}`,
  `/messages/${sampleSid(2)}`,
  `/messages/${sampleSid(10_000)}`,
  `/messages/${sampleSid(10_005)}`,
  "/errors",
  "/errors?period=never",
  "/nothing-here",
];

describe.skipIf(!hasChromium)("every page in a browser", () => {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof startServer>>;
  let empty: Awaited<ReturnType<typeof startServer>>;
  let urls: string[];

  beforeAll(async () => {
    [browser, server, empty] = await Promise.all([
      launchChromium(),
      startServer(),
      startServer({ TWILIO_WEBHOOK_AUTH_TOKEN: "" }),
    ]);
    await postSampleCallbacks(server.twilio, 28);
    await postHostileCallbacks(server.twilio);
    urls = [
      ...PATHS.map((path) => server.origin + path),
      `${empty.origin}/messages`,
      `${empty.origin}/errors`,
    ];
  }, 30_000);

  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
    await empty[Symbol.asyncDispose]();
  });

  for (const theme of ["light", "dark"] as const) {
    test(`no page has a serious accessibility fault in the ${theme} theme`, async () => {
      await using opened = await openPage(browser, { colorScheme: theme });
      const { page } = opened;
      for (const url of urls) {
        await page.goto(url);
        await page.evaluate(() => {
          for (const details of document.querySelectorAll("details"))
            details.open = true;
        });
        const axe = new AxeBuilder({ page }).setLegacyMode();
        // Only colours differ between the themes.
        if (theme === "dark") axe.withRules(["color-contrast"]);
        const { violations } = await axe.analyze();
        const grave = violations
          .filter(({ impact }) => impact === "serious" || impact === "critical")
          .flatMap(({ id, nodes }) =>
            nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`),
          );
        expect([url, grave]).toEqual([url, []]);
      }
    }, 30_000);
  }

  test("no page is wider than a phone, whatever was posted", async () => {
    await using opened = await openPage(browser, {
      viewport: { width: 360, height: 740 },
    });
    const { page } = opened;
    for (const url of urls) {
      await page.goto(url);
      await page.evaluate(() => {
        for (const details of document.querySelectorAll("details"))
          details.open = true;
      });
      const width = await page.evaluate(
        () => document.documentElement.scrollWidth,
      );
      expect([url, width]).toEqual([url, 360]);
    }
  });

  test("the browser objects to nothing, and nothing that was posted runs", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    let dialogs = 0;
    page.on("dialog", async (dialog) => {
      dialogs++;
      await dialog.dismiss();
    });
    for (const url of urls) await page.goto(url);
    expect(dialogs).toBe(0);
    // The browser itself reports the status of a page that is wrong on purpose.
    expect(
      complaints.filter(
        (text) => !/responded with a status of 40[04]/.test(text),
      ),
    ).toEqual([]);
  }, 30_000);

  test("light and dark follow the system", async () => {
    const backgrounds: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await using opened = await openPage(browser, { colorScheme });
      await opened.page.goto(`${server.origin}/messages`);
      backgrounds.push(
        await opened.page.evaluate(
          () => getComputedStyle(document.documentElement).backgroundColor,
        ),
      );
    }
    expect(backgrounds).toEqual(["rgb(247, 247, 245)", "rgb(17, 18, 20)"]);
  });
});
