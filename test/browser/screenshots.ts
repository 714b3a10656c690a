import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { launchChromium } from "./browser.ts";
import { makeFirstUser, setupLink } from "./first-user.ts";
import {
  postHostileCallbacks,
  postSampleCallbacks,
} from "./sample-callbacks.ts";
import {
  PAGES_OF_DEMO,
  PAGES_OF_HOSTILE,
  PAGES_OF_SAMPLE,
  PAGES_OF_SETTINGS,
  PAGES_WITHOUT_DATA,
  startBinary,
} from "./sites.ts";
import { PAGES_OF_ALERTS, startWithAlerts } from "./sites-with-alerts.ts";

/**
 * `bun run screenshots <folder>`: every page of the compiled program, wide and narrow,
 * light and dark: without data, with sample data, with hostile data, in the demo, and the
 * sign-in and settings pages.
 */
const folder = process.argv[2];
if (folder === undefined) {
  console.error("Usage: bun run screenshots <folder>");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

const browser = await launchChromium();
{
  await using site = await startBinary({ TWILIO_WEBHOOK_AUTH_TOKEN: "" });
  await shoot(browser, site.origin, "empty", PAGES_WITHOUT_DATA);
}
{
  await using site = await startBinary();
  await postHostileCallbacks(site.twilio);
  await shoot(browser, site.origin, "hostile", PAGES_OF_HOSTILE);
}
{
  await using site = await startBinary();
  await postSampleCallbacks(site.twilio, 140);
  await shoot(browser, site.origin, "sample", PAGES_OF_SAMPLE);
}
{
  await using site = await startWithAlerts();
  await shoot(browser, site.origin, "alerts", PAGES_OF_ALERTS);
}
{
  await using site = await startBinary({}, "demo");
  await shoot(browser, site.origin, "demo", PAGES_OF_DEMO);
}
{
  await using site = await startBinary({ SIGN_IN: "password" });
  const link = new URL(await setupLink(site));
  const first = { "setup-first": "/setup", setup: link.pathname + link.search };
  await shoot(browser, site.origin, "access", first);
  const context = await browser.newContext();
  await makeFirstUser(await context.newPage(), site);
  await shoot(browser, site.origin, "access", { login: "/login" });
  const storageState = await context.storageState();
  await shoot(browser, site.origin, "settings", PAGES_OF_SETTINGS, {
    storageState,
  });
}
await browser.close();

/** Takes screenshots of each page in both widths and both themes. */
async function shoot(
  browser: Browser,
  origin: string,
  kind: string,
  pages: Readonly<Record<string, string>>,
  options: BrowserContextOptions = {},
): Promise<void> {
  for (const [size, width] of [
    ["wide", 1280],
    ["narrow", 360],
  ] as const) {
    for (const theme of ["light", "dark"] as const) {
      const context = await browser.newContext({
        viewport: { width, height: 800 },
        colorScheme: theme,
        reducedMotion: "reduce",
        ...options,
      });
      const page = await context.newPage();
      for (const [name, path] of Object.entries(pages)) {
        await page.goto(origin + path);
        await page.screenshot({
          path: join(folder ?? ".", `${kind}-${name}-${size}-${theme}.png`),
          fullPage: true,
        });
      }
      await context.close();
    }
  }
}
