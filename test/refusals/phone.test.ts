import { beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { hasChromium, launchChromium, openPage } from "../browser/browser.ts";
import { startServer } from "../support/start-server.ts";
import { refusalOf } from "./sample-refusals.ts";

let browser: Browser | undefined;
beforeAll(async () => {
  if (hasChromium) browser = await launchChromium();
});

test.skipIf(!hasChromium)(
  "on a phone, each line shows what to do below the other facts, within the page's width",
  async () => {
    if (browser === undefined) throw new Error("There is no browser.");
    await using server = await startServer();
    const now = Date.now();
    await server.store.refusals.add({
      refusals: [
        refusalOf({ lastAt: now, times: 12_345 }),
        refusalOf({
          lastAt: now,
          address: "2001:db8:1111:2222:3333:4444:5555:6666",
          proxy: "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
          diagnosis: {
            outcome: "explained",
            causes: ["scheme", "host", "base-path"],
            signedUrl: "https://s.example.com/",
            publicUrl: `https://${"w".repeat(200)}.example.com`,
            boundTo: null,
          },
        }),
      ],
      unlisted: 0,
      now,
    });
    for (const width of [360, 1440]) {
      await using opened = await openPage(browser, {
        viewport: { width, height: 800 },
      });
      const { page, complaints } = opened;
      await page.goto(`${server.origin}/refusals`);
      const rows = page.locator(".refusals tbody tr");
      expect(await rows.count()).toBe(2);
      for (const row of await rows.all()) {
        const advice = row.locator(".advice");
        expect(await advice.isVisible()).toBe(true);
        expect(await row.locator("time:visible").count()).toBe(1);
        expect(await row.locator("bdi.mono:visible").count()).toBe(1);
        if (width > 360) continue;
        const box = await advice.boundingBox();
        const facts = await row.locator(".narrow-only").boundingBox();
        expect(box?.width).toBeGreaterThan(280);
        expect(box?.y).toBeGreaterThanOrEqual(
          (facts?.y ?? NaN) + (facts?.height ?? NaN),
        );
      }
      const beyond = await page.evaluate(
        () => document.documentElement.scrollWidth - window.innerWidth,
      );
      expect(beyond).toBeLessThanOrEqual(0);
      expect(complaints).toEqual([]);
    }
  },
);
