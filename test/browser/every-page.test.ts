import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Dialog, Page } from "playwright-core";
import {
  COLOR_RULES,
  graveFaultsOn,
  openDetails,
  removeEqualRows,
  type Fault,
} from "./accessibility.ts";
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
import { PAGES_OF_ALERTS, startWithAlerts } from "./sites-with-alerts.ts";
import { someOf } from "../support/long-runs.ts";

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };
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
  alerts: PAGES_OF_ALERTS,
} as const;
type Site = keyof typeof SITES;

/** How many pages of each site are visited, others each time, unless everything runs. */
const PAGES_EACH = 5;

const pagesOf = (site: Site): [Site, string][] =>
  someOf(Object.values(SITES[site]), PAGES_EACH).map((path) => [site, path]);
const PAGES = [
  ...pagesOf("empty"),
  ...pagesOf("sample"),
  ...pagesOf("hostile"),
  ...pagesOf("masked"),
  ...pagesOf("demo"),
  ...pagesOf("alerts"),
];

describe.skipIf(!hasChromium)("every page of the compiled program", () => {
  let browser: Browser;
  let sites: Record<Site, BinarySite>;
  let scripted: OpenPage;
  let plain: OpenPage;

  beforeAll(async () => {
    // The first test builds the program, and the others share it.
    const empty = await startBinary({ TWILIO_WEBHOOK_AUTH_TOKEN: "" });
    const [sample, hostile, masked, demo, alerts] = await Promise.all([
      startBinary(),
      startBinary(),
      startBinary({ MASK_NUMBERS: "true" }),
      startBinary({}, "demo"),
      startWithAlerts(),
    ]);
    sites = { empty, sample, hostile, masked, demo, alerts };
    browser = await launchChromium();
    await Promise.all([
      postSampleCallbacks(sample.twilio, 60),
      postSampleCallbacks(masked.twilio, 14),
      postHostileCallbacks(hostile.twilio),
    ]);
    [scripted, plain] = await Promise.all([
      openPage(browser),
      openPage(browser, { javaScriptEnabled: false }),
    ]);
  }, 120_000);

  afterAll(async () => {
    for (const opened of [scripted, plain]) await opened[Symbol.asyncDispose]();
    for (const site of Object.values(sites)) await site[Symbol.asyncDispose]();
  });

  describe.each(PAGES)("%s: %s", (site, path) => {
    let visit: Visit;

    beforeAll(async () => {
      visit = await visitPage(scripted, sites[site].origin + path);
    });

    test("has no serious accessibility fault in either theme", () => {
      expect(visit.faults).toEqual({ light: [], dark: [] });
    });

    test("is no wider than a phone, whatever was posted", () => {
      expect(visit.phoneWidth).toBe(PHONE.width);
    });

    test("cuts off no status and no error code, on a desktop or a phone", () => {
      expect(visit.cut).toEqual([]);
    });

    test("causes no errors in the browser, and nothing posted is executed", () => {
      expect(visit.dialogs).toEqual([]);
      // The browser itself reports the status of a page that fails on purpose.
      const expected = /responded with a status of 40[04]/;
      expect(visit.complaints.filter((text) => !expected.test(text))).toEqual(
        [],
      );
    });

    if (site === "sample")
      test("has the same content without scripts", async () => {
        await plain.page.goto(sites[site].origin + path);
        expect(await headingsOf(plain.page)).toEqual(visit.headings);
      });

    if (site === "hostile" && !path.startsWith("/messages/"))
      test("truncates long values, which would displace other content", () => {
        expect(visit.text.length).toBeLessThan(LIST_TEXT_MAX);
      });
  });
});

type OpenPage = Awaited<ReturnType<typeof openPage>>;

type Visit = {
  readonly complaints: string[];
  readonly dialogs: string[];
  readonly headings: string[];
  readonly text: string;
  readonly faults: { readonly light: Fault[]; readonly dark: Fault[] };
  readonly phoneWidth: number;
  /** Labels of which only a part can be seen. */
  readonly cut: readonly string[];
};

/** Loads a page once, and looks at it at a phone's width and in both themes. */
async function visitPage(
  { page, complaints }: OpenPage,
  url: string,
): Promise<Visit> {
  complaints.length = 0;
  const dialogs: string[] = [];
  const onDialog = async (dialog: Dialog): Promise<void> => {
    dialogs.push(dialog.message());
    await dialog.dismiss();
  };
  page.on("dialog", onDialog);
  await page.setViewportSize(DESKTOP);
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(url);
  const text = await page.locator("body").innerText();
  const headings = await headingsOf(page);
  await openDetails(page);
  const cut = await cutLabelsOn(page);
  await page.setViewportSize(PHONE);
  const phoneWidth = await page.evaluate(
    () => document.documentElement.scrollWidth,
  );
  cut.push(...(await cutLabelsOn(page)));
  await page.setViewportSize(DESKTOP);
  await removeEqualRows(page);
  const light = await graveFaultsOn(page);
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await graveFaultsOn(page, COLOR_RULES);
  page.off("dialog", onDialog);
  const faults = { light, dark };
  return {
    text,
    headings,
    faults,
    phoneWidth,
    cut,
    dialogs,
    complaints: [...complaints],
  };
}

function cutLabelsOn(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const isCut = (label: Element): boolean => {
      const { right, width } = label.getBoundingClientRect();
      if (width === 0) return false;
      for (let box = label.parentElement; box; box = box.parentElement)
        if (
          getComputedStyle(box).overflowX === "hidden" &&
          right > box.getBoundingClientRect().right + 1
        )
          return true;
      return false;
    };
    return [
      ...document.querySelectorAll("main :is(.status, .made-up, .code b)"),
    ]
      .filter(isCut)
      .map(({ textContent }) => textContent ?? "");
  });
}

function headingsOf(page: Page): Promise<string[]> {
  return page.locator("main :is(h1, h2, th, td.col-to)").allInnerTexts();
}
