import { beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { addPerson, PASSWORD } from "../account/people.ts";
import { start } from "../cli/program.ts";
import { startProxy } from "../proxy/proxies.ts";
import { openStore } from "../support/open-store.ts";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { compiledBinary } from "../support/compiled-binary.ts";
import { freePort } from "../support/free-port.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";
import { AUTH_TOKEN, twilioClient } from "../support/twilio-client.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import { signIn } from "./first-user.ts";
import { sampleSid } from "./sample-callbacks.ts";
import { someOf } from "../support/long-runs.ts";

const NUMBER = "+14155550123";
const MESSAGE = sampleSid(1);

/** Ten pages, each with a part that shows what was recorded since, if it has one. */
const ALL: readonly (readonly [path: string, part: string | undefined])[] = [
  ["/", "#overview"],
  ["/?range=1h", "#overview"],
  ["/messages", ".news-link"],
  ["/messages?q=status:undelivered", ".news-link"],
  [`/messages/${MESSAGE}`, "main"],
  ["/errors", "main"],
  ["/errors/30003", "main"],
  [`/numbers/${encodeURIComponent(NUMBER)}`, "main"],
  ["/refusals", undefined],
  ["/settings", undefined],
];
/** A browser with ten pages and their streams takes long. */
const PAGES = someOf(ALL, 4);

describe.skipIf(!hasChromium || !Bun.which("caddy"))(
  "open pages behind Caddy (needs caddy)",
  () => {
    let browser: Browser;

    beforeAll(async () => {
      browser = await launchChromium();
    });

    test("live pages recover from a restart of the server and one of the proxy", async () => {
      using folder = tempDir();
      const databaseUrl = join(folder.path, "smsledger.db");
      await addAna(databaseUrl);
      const port = freePort();
      await using proxy = await startProxy(
        "caddy",
        `  reverse_proxy 127.0.0.1:${port}`,
      );
      const begin = async () =>
        start([await compiledBinary()], ["serve"], {
          cwd: folder.path,
          env: {
            TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
            PORT: String(port),
            PUBLIC_URL: proxy.origin,
            TRUSTED_PROXIES: "127.0.0.1",
            DATABASE_URL: databaseUrl,
          },
        });
      let server = await begin();
      const twilio = twilioClient(server.origin);
      const record = async (params: Record<string, string>) => {
        const signedUrl = proxy.origin + WEBHOOK_PATHS.sms;
        const fields = { To: NUMBER, ErrorCode: "30003", ...params };
        const answer = await twilio.post(fields, { signedUrl });
        expect(answer.status).toBe(200);
      };
      await record({ MessageSid: MESSAGE, MessageStatus: "sent" });
      await record({ MessageStatus: "undelivered" });

      await using opened = await openPage(browser, {
        ignoreHTTPSErrors: true,
      });
      await opened.page.goto(`${proxy.origin}/login`);
      await signIn(opened.page, "ana", PASSWORD);
      await opened.page.waitForURL(`${proxy.origin}/`);
      const pages: Page[] = [];
      for (const [path, part] of PAGES) {
        const page = await opened.page.context().newPage();
        await page.goto(proxy.origin + path);
        if (part !== undefined) await isLive(page);
        pages.push(page);
      }
      const headings = await Promise.all(pages.map(headingOf));

      server.kill("SIGTERM");
      await server.ended();
      await askWhileAway(pages);
      expect(await Promise.all(pages.map(headingOf))).toEqual(headings);
      server = await begin();
      await record({ MessageStatus: "undelivered" });
      await record({ MessageSid: MESSAGE, MessageStatus: "delivered" });
      await areRight(pages, proxy.origin);

      await proxy.end();
      await askWhileAway(pages);
      await record({ MessageStatus: "undelivered" });
      await record({ MessageSid: MESSAGE, MessageStatus: "undelivered" });
      await proxy.begin();
      await areRight(pages, proxy.origin);
      server.kill("SIGTERM");
      await server.ended();
    }, 180_000);
  },
);

async function addAna(databaseUrl: string): Promise<void> {
  const store = await openStore(databaseUrl);
  await addPerson(store.accounts, "ana", "admin");
  await store.close();
}

async function isLive(page: Page): Promise<void> {
  await page
    .locator('#live[data-state="live"]')
    .waitFor({ timeout: 30_000, state: "attached" });
}

/**
 * Makes each live page request what is new while nothing responds, and waits until it says
 * so.
 */
async function askWhileAway(pages: readonly Page[]): Promise<void> {
  for (const [index, page] of pages.entries()) {
    if (PAGES[index]?.[1] === undefined) continue;
    await page.evaluate(() =>
      document
        .getElementById("live")
        ?.dispatchEvent(new CustomEvent("recorded", { bubbles: true })),
    );
    await page
      .getByText(
        "The server isn’t responding, so this page may be out of date. It",
      )
      .waitFor({ timeout: 15_000 });
  }
}

/** Waits until each page shows what a page loaded now does, and no error. */
async function areRight(pages: readonly Page[], origin: string): Promise<void> {
  for (const [index, page] of pages.entries()) {
    const [path = "", part] = PAGES[index] ?? [];
    if (part === undefined) {
      expect(await headingOf(page)).not.toBe("");
      continue;
    }
    await isLive(page);
    await page.waitForFunction(
      () => document.getElementById("notice")?.hidden === true,
      undefined,
      { timeout: 40_000 },
    );
    if (part === ".news-link") {
      await page.locator(part).waitFor({ timeout: 40_000 });
      await page.locator(part).click();
      await page.locator(part).waitFor({ state: "detached" });
      continue;
    }
    // Compared anew each time, as a page without news isn't from this minute.
    const fresh = await page.context().newPage();
    await until(async () => {
      await fresh.goto(origin + path);
      expect(await textOf(page)).toBe(await textOf(fresh));
    });
    await fresh.close();
  }
}

/**
 * Returns the text of a page, without its times, which keep changing, and those in charts,
 * which begin and end with the minute.
 */
function textOf(page: Page): Promise<string> {
  return page.evaluate(() => {
    const copy = document.querySelector("main")?.cloneNode(true);
    if (!(copy instanceof HTMLElement)) return "";
    for (const time of copy.querySelectorAll("time")) time.remove();
    const text = copy.textContent ?? "";
    return text
      .replace(/\d\d:\d\d/g, "")
      .replace(/\s+/g, " ")
      .trim();
  });
}

function headingOf(page: Page): Promise<string> {
  return page.evaluate(
    () => document.querySelector("main h1")?.textContent ?? "",
  );
}
