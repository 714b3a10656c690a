import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { startServer } from "../support/start-server.ts";
import { launchChromium } from "./browser.ts";
import {
  postHostileCallbacks,
  postSampleCallbacks,
  sampleSid,
} from "./sample-callbacks.ts";

/** `bun test/browser/screenshots.ts <folder>`: every page, wide and narrow, light and dark. */
const folder = process.argv[2];
if (folder === undefined) {
  console.error("Usage: bun test/browser/screenshots.ts <folder>");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

const browser = await launchChromium();
{
  await using server = await startServer({ TWILIO_WEBHOOK_AUTH_TOKEN: "" });
  await shoot(browser, server.origin, { "no-token": "/messages" });
}
{
  await using server = await startServer();
  await shoot(browser, server.origin, {
    "empty-messages": "/messages",
    "empty-errors": "/errors",
    "not-found": "/nothing-here",
  });
}
{
  await using server = await startServer();
  await postHostileCallbacks(server.twilio);
  await shoot(browser, server.origin, {
    "hostile-messages": "/messages",
    "hostile-message": `/messages/${sampleSid(10_005)}`,
    "hostile-script": `/messages/${sampleSid(10_000)}`,
  });
}
{
  await using server = await startServer();
  await postSampleCallbacks(server.twilio, 140);
  await shoot(browser, server.origin, {
    messages: "/messages",
    "messages-filtered": "/messages?status=failed",
    "messages-nothing": "/messages?q=SMffff",
    "messages-mistake": "/messages?status=foo&code=abc&before=x",
    "message-delivered": `/messages/${sampleSid(0)}`,
    "message-read": `/messages/${sampleSid(2)}`,
    "message-undelivered": `/messages/${sampleSid(4)}`,
    errors: "/errors",
  });
}
await browser.close();

/** Takes each page in both widths and both themes. */
async function shoot(
  browser: Browser,
  origin: string,
  pages: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [size, width] of [
    ["wide", 1280],
    ["narrow", 360],
  ] as const) {
    for (const theme of ["light", "dark"] as const) {
      const context = await browser.newContext({
        viewport: { width, height: 800 },
        colorScheme: theme,
      });
      const page = await context.newPage();
      for (const [name, path] of Object.entries(pages)) {
        await page.goto(origin + path);
        await page.evaluate(() =>
          document.querySelector("details")?.setAttribute("open", ""),
        );
        await page.screenshot({
          path: join(folder ?? ".", `${name}-${size}-${theme}.png`),
          fullPage: true,
        });
      }
      await context.close();
    }
  }
}
