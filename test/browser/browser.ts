import { existsSync } from "node:fs";
import {
  chromium,
  type Browser,
  type BrowserContextOptions,
  type Page,
} from "playwright-core";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** How long a step in the browser may take on a busy machine. */
const STEP_TIMEOUT_MS = 30_000;

/** Whether the browser tests can run here. They say so if they can't. */
export const hasChromium = existsSync(CHROMIUM);
if (!hasChromium)
  console.warn(`Browser tests are skipped: there is no ${CHROMIUM}.`);

/** Starts the system's Chromium, headless and connected only to the page's server. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * Opens a page in its own profile. `complaints` has the browser's objections: errors and
 * policy violations.
 */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  context.setDefaultTimeout(STEP_TIMEOUT_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()))
      complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return {
    page,
    complaints,
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** Leaves a mark that a reload would remove. */
export async function markPage(page: Page): Promise<void> {
  await page.evaluate(() => document.documentElement.classList.add("marked"));
}

export function isMarked(page: Page): Promise<boolean> {
  return page.evaluate(() =>
    document.documentElement.classList.contains("marked"),
  );
}
