import { existsSync } from "node:fs";
import {
  chromium,
  type Browser,
  type BrowserContextOptions,
  type Page,
} from "playwright-core";

/** The one without a window, which takes half of the other's time, if it's there. */
const [CHROMIUM = "chromium"] = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
].filter((path) => path !== undefined && existsSync(path));

/** How long a step in the browser may take on a busy machine. */
const STEP_TIMEOUT_MS = 60_000;

/** Whether the browser tests can run here. They say so if they can't. */
export const hasChromium = existsSync(CHROMIUM);
if (!hasChromium)
  console.warn(`Browser tests are skipped: there is no ${CHROMIUM}.`);

let started: Browser | undefined;

/**
 * Starts the system's Chromium, headless and connected only to the page's server. All files
 * of a process share it, as its start takes longer than most tests, and it ends with the
 * process.
 */
export async function launchChromium(): Promise<Browser> {
  // A test that takes too long ends the runner's child processes.
  if (started?.isConnected()) return started;
  started = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // All pages share a process, which costs less than their own.
      "--renderer-process-limit=1",
    ],
  });
  return started;
}

/** Pages that aren't in use, by their options: a new profile takes as long as a test. */
const idle = new WeakMap<Browser, Map<string, Page[]>>();

/**
 * Opens an empty page in a profile without cookies or storage. `complaints` has the
 * browser's objections: errors and policy violations.
 */
export async function openPage(
  given: Browser,
  options: BrowserContextOptions = {},
) {
  const browser = given.isConnected() ? given : await launchChromium();
  const all = { viewport: { width: 1280, height: 800 }, ...options };
  const pages = idlePages(browser, JSON.stringify(all));
  const page = pages.pop() ?? (await newPage(browser, all));
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()))
      complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return {
    page,
    complaints,
    async [Symbol.asyncDispose]() {
      // Signed-in profiles keep their cookies, so they aren't reused.
      if (options.storageState !== undefined) return page.context().close();
      await clear(page, all);
      pages.push(page);
    },
  };
}

function idlePages(browser: Browser, options: string): Page[] {
  const ofBrowser = idle.get(browser) ?? new Map<string, Page[]>();
  idle.set(browser, ofBrowser);
  const pages = ofBrowser.get(options) ?? [];
  ofBrowser.set(options, pages);
  return pages;
}

async function newPage(
  browser: Browser,
  options: BrowserContextOptions,
): Promise<Page> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(STEP_TIMEOUT_MS);
  return await context.newPage();
}

/** Leaves a profile as it was when it was new. */
async function clear(
  page: Page,
  { viewport, colorScheme = "light" }: BrowserContextOptions,
): Promise<void> {
  const context = page.context();
  for (const each of context.pages()) if (each !== page) await each.close();
  page.removeAllListeners();
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await context.setOffline(false);
  await context.clearPermissions();
  await page.emulateMedia({ colorScheme, media: null });
  if (viewport) await page.setViewportSize(viewport);
  if (page.url().startsWith("http"))
    await page.evaluate(() => {
      localStorage.clear();
      sessionStorage.clear();
    });
  await page.goto("about:blank");
  await context.clearCookies();
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
