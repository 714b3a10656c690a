import { beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { email } from "../../src/alerts/channels/email/email.ts";
import type { Notice } from "../../src/alerts/notice.ts";
import { FIRING, MOMENT, RESOLVED } from "../alerts/channels/notices.ts";
import { faultsOn } from "./accessibility.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";

/** Rules for pages of a site: a mail is a document of its own, without landmarks. */
const OF_SITES = new Set(["region", "landmark-one-main"]);

const HOSTILE: Notice = {
  ...FIRING,
  severity: "warning",
  title: `<script>alert(1)</script> ${"a very long title ".repeat(40)}`,
  lines: [
    "https://evil.example/".repeat(60),
    "x".repeat(900),
    '"><img src=https://evil.example/pixel.png onerror=alert(1)>',
    "A long sentence about many messages of many senders. ".repeat(40),
  ],
  facts: [
    { name: "N".repeat(90), value: "v".repeat(300) },
    { name: "Sender", value: "</td></table><style>*{display:none}</style>" },
  ],
  links: [
    ...FIRING.links,
    { label: "L".repeat(200), url: "https://sms.example.com/x" },
  ],
};

const TEST: Notice = {
  ...FIRING,
  kind: "test",
  severity: "info",
  facts: [],
  links: [],
};

function htmlOf(notice: Notice): string {
  const request = email.request(notice, { to: "ops@example.com" }, MOMENT);
  if (request.via !== "smtp") throw new Error("not a mail");
  return request.mail.html;
}

describe.skipIf(!hasChromium)("a mail in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });

  test.each([
    ["a critical alert", FIRING],
    ["a resolved one", RESOLVED],
    ["a test", TEST],
    ["hostile and long content", HOSTILE],
  ])(
    "%s is readable: narrow and wide, light and dark",
    async (_what, notice) => {
      // Neither depends on the other.
      for (const { colorScheme, width } of [
        { colorScheme: "light", width: 320 },
        { colorScheme: "dark", width: 800 },
      ] as const) {
        await using opened = await openPage(browser, {
          colorScheme,
          viewport: { width, height: 700 },
        });
        const { page, complaints } = opened;
        const requests: string[] = [];
        page.on("request", (request) => requests.push(request.url()));
        await page.setContent(htmlOf(notice));
        const scrolled = await page.evaluate(
          () => document.documentElement.scrollWidth,
        );
        expect(scrolled).toBeLessThanOrEqual(width);
        const faults = await faultsOn(page);
        expect(faults.filter(({ rule }) => !OF_SITES.has(rule))).toEqual([]);
        expect(requests).toEqual([]);
        expect(complaints).toEqual([]);
      }
    },
  );
});
