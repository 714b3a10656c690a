import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { COLOR_RULES, faultsOn } from "./accessibility.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import { makeFirstUser } from "./first-user.ts";
import { postSampleCallbacks } from "./sample-callbacks.ts";
import { PAGES_OF_SETTINGS, startBinary, type BinarySite } from "./sites.ts";
import { until } from "../support/until.ts";
import { someOf } from "../support/long-runs.ts";

const PHONE = { width: 360, height: 740 };
const ADMIN = "W".repeat(60);
const NAMES = [
  "Ø".repeat(60),
  "محمد عبد الرحمن بن عبد العزيز آل سعود الطويل",
  "🎉".repeat(60),
  "a name of a dozen words, each of which is short enough",
];

const SETTINGS_PATHS = [
  ...Object.values(PAGES_OF_SETTINGS),
  "/settings/users/2",
  "/settings/tokens/2/revoke",
];
/** How many of them a test visits, others each time, unless everything runs. */
const PATHS_EACH = 6;
const PATHS = [
  "/",
  "/messages",
  "/errors",
  "/errors/dictionary",
  "/numbers",
  "/search",
  "/forwarding",
  "/forwarding/new",
  "/refusals",
  ...SETTINGS_PATHS,
];

/** Pages that belong to no entry of the navigation. */
const OF_NO_ENTRY: ReadonlySet<string> = new Set(["/search"]);

describe.skipIf(!hasChromium)("the pages on a phone", () => {
  let browser: Browser;
  let site: BinarySite;
  let signedIn: BrowserContextOptions;

  beforeAll(async () => {
    [browser, site] = await Promise.all([
      launchChromium(),
      startBinary({ SIGN_IN: "password" }),
    ]);
    await postSampleCallbacks(site.twilio, 20);
    await using opened = await openPage(browser);
    const { page } = opened;
    await makeFirstUser(page, site, ADMIN);
    for (const name of NAMES) await addUserAndToken(page, site, name);
    signedIn = { storageState: await page.context().storageState() };
  }, 120_000);

  afterAll(async () => {
    await site?.[Symbol.asyncDispose]();
  });

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? "with" : "without";
    test(`every navigation entry is visible on every page, ${how} JavaScript`, async () => {
      await using opened = await openPage(browser, {
        ...signedIn,
        viewport: PHONE,
        javaScriptEnabled,
      });
      const { page } = opened;
      for (const path of someOf(PATHS, PATHS_EACH)) {
        await page.goto(site.origin + path);
        const isSettings = path.startsWith("/settings");
        const shown = await linksInView(page, ".pages");
        expect([path, shown.map(({ words }) => words)]).toEqual([
          path,
          [
            "Overview",
            "Messages",
            "Errors",
            "Numbers",
            "Alerts",
            "Forwarding",
            "Refusals",
            "Settings",
          ],
        ]);
        const settings = await linksInView(page, ".settings-nav");
        expect([path, settings.map(({ words }) => words)]).toEqual([
          path,
          isSettings
            ? [
                "General",
                "Users",
                "API tokens",
                "API",
                "Senders",
                "Notifications",
                "Account",
                "Digest",
                "Erase",
                "Audit",
              ]
            : [],
        ]);
        for (const { words, width, height } of [...shown, ...settings]) {
          const isLarge = width >= 36 && height >= 44;
          expect([path, words, width, height, isLarge]).toEqual([
            path,
            words,
            width,
            height,
            true,
          ]);
        }
        const current = (links: readonly ShownLink[]) =>
          links.filter(({ isCurrent }) => isCurrent).length;
        expect([path, current(shown), current(settings)]).toEqual([
          path,
          OF_NO_ENTRY.has(path) ? 0 : 1,
          isSettings ? 1 : 0,
        ]);
      }
    });

    test(`the keyboard reaches every entry, the account and the sign-out, ${how} JavaScript`, async () => {
      await using opened = await openPage(browser, {
        ...signedIn,
        viewport: PHONE,
        javaScriptEnabled,
      });
      const { page } = opened;
      await page.goto(`${site.origin}/settings/audit`);
      const reached = await tabThrough(page, 25);
      for (const words of [
        "Overview",
        "Messages",
        "Errors",
        "Numbers",
        "Alerts",
        "Forwarding",
        "Refusals",
        "Settings",
        "General",
        "Users",
        "API tokens",
        "API",
        "Senders",
        "Notifications",
        "Account",
        "Digest",
        "Erase",
        "Audit",
      ])
        expect(reached).toContain(words);
      const name = page.getByText(ADMIN).first();
      const signOut = page.getByRole("button", { name: "Sign out" });
      await until(async () => expect(await signOut.isVisible()).toBe(false));
      await page.getByRole("button", { name: "Your account" }).focus();
      await page.keyboard.press("Enter");
      await signOut.waitFor();
      await until(async () => expect(await name.isVisible()).toBe(true));
      expect(await tabThrough(page, 2)).toEqual([
        expect.stringContaining(ADMIN),
        "Sign out",
      ]);
      expect(await isInView(page, "#viewer")).toBe(true);
      await page.keyboard.press("Escape");
      await signOut.waitFor({ state: "hidden" });
    });
  }

  test("no country, sender or service name is cut off", async () => {
    await using opened = await openPage(browser, {
      ...signedIn,
      viewport: PHONE,
    });
    const { page } = opened;
    await page.goto(`${site.origin}/errors/30003`);
    const cells = await page.locator(".groups td").evaluateAll((all) =>
      all.map((cell) => ({
        words: cell.textContent,
        isCut: cell.scrollWidth > cell.clientWidth,
      })),
    );
    const names = cells.map(({ words }) => words);
    expect(names).toContain("France");
    expect(names).toContain("MG0123456789abcdef0123456789abcdef");
    expect(cells.filter(({ isCut }) => isCut)).toEqual([]);
  });

  test("no page scrolls sideways at any width, whatever the names of users and tokens", async () => {
    await using opened = await openPage(browser, signedIn);
    const { page } = opened;
    for (const path of someOf(PATHS, PATHS_EACH)) {
      await page.goto(site.origin + path);
      for (const width of [320, 360, 600, 768, 1024]) {
        await page.setViewportSize({ ...PHONE, width });
        const shown = await page.evaluate(() => ({
          view: innerWidth,
          page: document.documentElement.scrollWidth,
        }));
        expect([path, shown]).toEqual([path, { view: width, page: width }]);
        expect([path, width, await brokenWords(page)]).toEqual([
          path,
          width,
          [],
        ]);
        expect([path, width, await isInView(page, ".top-tools")]).toEqual([
          path,
          width,
          true,
        ]);
      }
    }
  });

  test("the account menu is readable in both themes", async () => {
    await using opened = await openPage(browser, {
      ...signedIn,
      viewport: PHONE,
    });
    const { page, complaints } = opened;
    await page.goto(`${site.origin}/settings/tokens`);
    await page.getByRole("button", { name: "Your account" }).click();
    expect(await faultsOn(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await faultsOn(page, COLOR_RULES)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

async function addUserAndToken(
  page: Page,
  { origin }: BinarySite,
  name: string,
): Promise<void> {
  await page.goto(`${origin}/settings/users`);
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Add the user" }).click();
  await page.locator("#password-shown").waitFor();
  await page.goto(`${origin}/settings/tokens`);
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Create the token" }).click();
  await page.locator("#token").waitFor();
}

type ShownLink = {
  readonly words: string;
  readonly width: number;
  readonly height: number;
  readonly isCurrent: boolean;
};

/** Returns the links that are fully visible and can be tapped without scrolling. */
function linksInView(page: Page, selector: string): Promise<ShownLink[]> {
  return page.locator(`${selector} a`).evaluateAll((links) =>
    links.flatMap((link) => {
      const { left, right, top, bottom, width, height } =
        link.getBoundingClientRect();
      const x = (left + right) / 2;
      const y = (top + bottom) / 2;
      const isWhole =
        left >= 0 &&
        right <= innerWidth &&
        bottom <= innerHeight &&
        link.scrollWidth <= link.clientWidth &&
        link.contains(document.elementFromPoint(x, y));
      const words = (link.textContent ?? "").trim();
      const isCurrent = link.ariaCurrent === "page";
      return isWhole ? [{ words, width, height, isCurrent }] : [];
    }),
  );
}

/** Reports whether the element is fully visible without scrolling sideways. */
function isInView(page: Page, selector: string): Promise<boolean> {
  return page.locator(selector).evaluate((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    return width > 0 && left >= 0 && right <= innerWidth;
  });
}

/** Resolves to the texts that the Tab key reaches. */
async function tabThrough(page: Page, times: number): Promise<string[]> {
  const words: string[] = [];
  for (let time = 0; time < times; time++) {
    await page.keyboard.press("Tab");
    words.push(
      await page.evaluate(() => {
        const focused = document.querySelector<HTMLElement>(":focus");
        return focused?.innerText.trim() ?? "";
      }),
    );
  }
  return words;
}

/** Returns our own words in lists that take two lines or overflow their cell. */
function brokenWords(page: Page): Promise<string[]> {
  return page
    .locator(
      ".settings .list :is(th:not(.col-do), .badge, .button, .col-role, .narrow-only time)",
    )
    .evaluateAll((elements) =>
      elements.flatMap((element) => {
        const text = element.textContent ?? "";
        const lines = document.createRange();
        lines.selectNodeContents(element);
        const tops = new Set(
          [...lines.getClientRects()]
            .filter(({ width }) => width > 0)
            .map(({ top }) => Math.round(top)),
        );
        const isOut = element.scrollWidth > element.clientWidth + 1;
        const isInline = getComputedStyle(element).display === "inline";
        const isBroken = /^\S+$/.test(text.trim()) && tops.size > 1;
        return isBroken || (isOut && !isInline) ? [text] : [];
      }),
    );
}
