import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { startServer } from "../support/start-server.ts";
import { eventOf } from "../store/events.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import { rows } from "./messages-list.ts";

const RARE_TO = "+442071838750";
const RARE = "-to:+1415";

describe.skipIf(!hasChromium)(
  "a search that hit its limit, in a browser",
  () => {
    let browser: Browser;
    let server: Awaited<ReturnType<typeof startServer>>;

    beforeAll(async () => {
      browser = await launchChromium();
      // So little at a time that a page takes many searches.
      server = await startServer({}, Date.now, { stretch: 20, fillMs: 0 });
    });

    afterAll(async () => {
      await server[Symbol.asyncDispose]();
    });

    /** Scrolls down until the list has this many rows. */
    const hasRows = (page: Page, count: number) =>
      page.waitForFunction(
        (wanted) => {
          scrollTo(0, document.body.scrollHeight);
          return document.querySelectorAll("tbody tr").length === wanted;
        },
        count,
        { timeout: 20_000 },
      );

    const record = async (messages: number, rareEach: number) => {
      for (let index = 0; index < messages; index++)
        await server.store.recordEvent(
          eventOf(
            {
              To: index % rareEach === 0 ? RARE_TO : `+1415555${1_000 + index}`,
            },
            { receivedAt: Date.now() },
          ),
        );
    };

    test("continues by itself until the page is full, and adds its matches to the list", async () => {
      await record(900, 15);
      await using opened = await openPage(browser);
      const { page, complaints } = opened;
      const path = `/messages?q=${encodeURIComponent(RARE)}`;
      await page.goto(server.origin + path);
      await page.getByText("This search hit its limit.").waitFor();
      const first = await rows(page);
      expect(first.length).toBeLessThan(50);
      await hasRows(page, 50);
      const all = await rows(page);
      expect(all.slice(0, first.length)).toEqual(first);
      expect(new Set(all).size).toBe(50);
      await page.getByText("50 shown", { exact: true }).waitFor();
      expect(
        await page.evaluate(() => location.pathname + location.search),
      ).toBe(path);
      // The rest is on a separate page.
      await page.getByRole("link", { name: "Older" }).click();
      await page.waitForURL(/older=/);
      await hasRows(page, 10);
      const rest = await rows(page);
      expect(rest.filter((row) => all.includes(row))).toEqual([]);
      await page.getByText("10 shown", { exact: true }).waitFor();

      // Rows that were added to the list are updated too.
      await page.goBack();
      await hasRows(page, 50);
      const last = (await rows(page)).at(-1) ?? "";
      const MessageSid = /[SM]M[0-9a-f]{32}/.exec(last)?.[0] ?? "";
      await server.twilio.post(
        { MessageSid, MessageStatus: "read", To: RARE_TO },
        { channel: "whatsapp" },
      );
      await page.locator("tr", { hasText: "Read" }).waitFor();
      expect(complaints).toEqual([]);
    });

    test("offers a link to continue without JavaScript, and shows each match once", async () => {
      await record(400, 1_000);
      const path = `/messages?q=${encodeURIComponent("-to:+1415 after:1h")}`;
      await using opened = await openPage(browser, {
        javaScriptEnabled: false,
      });
      const { page } = opened;
      await page.goto(server.origin + path);
      const seen: (string | null)[] = [];
      for (let pages = 0; pages < 200; pages++) {
        seen.push(...(await rows(page)));
        const link = page.locator("#older");
        if ((await link.count()) === 0) break;
        const next = new URL(
          (await link.getAttribute("href")) ?? "",
          page.url(),
        );
        await link.click();
        await page.waitForURL(next.href);
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toHaveLength(61);
    });
  },
);
