import { beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { Webhook } from "standardwebhooks";
import { evaluate } from "../../src/alerts/evaluator.ts";
import { forwardAll } from "../../src/cli/forward.ts";
import { createLog } from "../../src/log/log.ts";
import { createUrls } from "../../src/site/urls.ts";
import { PASSWORD, startWithPeople } from "../account/people.ts";
import { startMailServer } from "../mail/mail-server.ts";
import { eventOf } from "../store/events.ts";
import { freePort } from "../support/free-port.ts";
import { until } from "../support/until.ts";
import {
  hasChromium,
  isMarked,
  launchChromium,
  markPage,
  openPage,
} from "./browser.ts";
import { signIn } from "./first-user.ts";

const MINUTE_MS = 60_000;

/** What a webhook's receiver got, with what verifies it. */
type Received = {
  readonly headers: Record<string, string>;
  readonly body: string;
};

function startReceiver() {
  const received: Received[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      received.push({
        headers: Object.fromEntries(request.headers),
        body: await request.text(),
      });
      return new Response("ok");
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/alerts`,
    received,
    async [Symbol.asyncDispose]() {
      await server.stop(true);
    },
  };
}

/**
 * The real server, evaluator and sender. Time passes when `passMinutes` says so, in the hour
 * before now, so that what is sent is due at once.
 */
async function startIncident(mailPort: number) {
  let now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 90 * MINUTE_MS;
  const port = freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const server = await startWithPeople(
    {
      PORT: String(port),
      PUBLIC_URL: publicUrl,
      FORWARD_ALLOW: "127.0.0.1/32",
      SMTP_URL: `smtp://127.0.0.1:${mailPort}?starttls=off`,
      MAIL_FROM: "smsledger <alerts@example.com>",
    },
    () => now,
  );
  const { store, config } = server;
  const stop = new AbortController();
  const log = createLog("silent", "json");
  const forwarding = forwardAll({
    config,
    store,
    log,
    version: "0.0.0-test",
    stopping: stop.signal,
  });
  const evaluation = {
    store,
    urls: createUrls(publicUrl),
    publicUrl,
    addressById: (id: number) => store.addressById(id),
    onMistake(error: unknown) {
      throw error;
    },
  };
  let isStart = true;
  return {
    ...server,
    now: () => now,
    /** Lets minutes pass, in each of which messages fail and others are delivered. */
    async passMinutes(
      minutes: number,
      { failed, delivered }: { failed: number; delivered: number },
    ): Promise<void> {
      for (let minute = 0; minute < minutes; minute++) {
        await Promise.all(
          Array.from({ length: failed + delivered }, (_, index) =>
            store.recordEvent(
              eventOf(
                index < failed
                  ? { MessageStatus: "undelivered", ErrorCode: "30003" }
                  : { MessageStatus: "delivered" },
                { receivedAt: now + index * 100 },
              ),
            ),
          ),
        );
        now += MINUTE_MS;
        await evaluate(evaluation, now, isStart);
        isStart = false;
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await forwarding;
      await server[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(!hasChromium)("an incident, in a browser", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });

  test("failures rise, an alert fires and is sent, somebody takes it, it's over, and its history shows all of it", async () => {
    await using mail = await startMailServer();
    await using receiver = startReceiver();
    await using server = await startIncident(mail.port);
    await using admin = await openPage(browser);
    const { page, complaints } = admin;

    // An admin adds two channels, and tries them.
    await page.goto(`${server.origin}/alerts`);
    await signIn(page, "ana", PASSWORD);
    await page.waitForURL("**/alerts");
    await page.getByText("Nobody is notified.").waitFor();
    await page.getByRole("link", { name: "Add a channel" }).click();
    await page.getByRole("link", { name: "Email" }).click();
    await page.getByLabel("Name").fill("on-call");
    await page.getByLabel("Recipients").fill("ops@example.com");
    await page.getByRole("button", { name: "Save and send a test" }).click();
    await page.getByText("The test was sent").waitFor();
    expect(mail.taken.at(-1)?.email.subject).toContain("Test from smsledger");
    await page.getByRole("link", { name: "Notification channels" }).click();
    await page.getByRole("link", { name: "Webhook" }).click();
    await page.getByLabel("Name").fill("bot");
    await page.getByLabel("URL").fill(receiver.url);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const secret = await page.locator("#secret-0").innerText();
    expect(secret).toMatch(/^whsec_/);
    await page.getByRole("button", { name: "Send a test" }).last().click();
    await page.getByText("Webhook took the test notice.").waitFor();
    expect(await page.content()).not.toContain(secret);

    // All is well, then failures rise.
    await server.passMinutes(20, { failed: 0, delivered: 6 });
    await page.goto(`${server.origin}/alerts`);
    await page.getByText("Nothing is wrong").waitFor();
    await page.goto(server.origin);
    await markPage(page);
    await server.passMinutes(12, { failed: 8, delivered: 2 });
    // The open page says so by itself.
    await page
      .locator(".alert-banner")
      .getByText(/of messages failed in the last 15 minutes/)
      .waitFor();
    expect(await page.locator("#nav-alerts").innerText()).toMatch(
      /^Alerts\s+1/,
    );
    expect(await isMarked(page)).toBe(true);
    await page.goto(`${server.origin}/messages`);
    expect(await page.locator("#favicon").getAttribute("href")).toContain(
      "favicon-1.svg",
    );
    await fitsPhone(page);
    await until(() => {
      expect(mail.taken.at(-1)?.email.subject).toMatch(/\[Critical\] .*% of/);
      expect(kindsOf(receiver.received)).toContain("alert.firing");
    });
    // The tests were signed in the past, where the server's clock is.
    const fired = receiver.received.filter(({ body }) =>
      body.includes("alert.firing"),
    );
    for (const { headers, body } of fired)
      new Webhook(secret).verify(body, headers);

    // A member opens the alert from the mail, and takes it.
    const link = /href="([^"]*\/alerts\/\d+)"/.exec(
      mail.taken.at(-1)?.email.html ?? "",
    )?.[1];
    await using member = await openPage(browser);
    await member.page.goto(link ?? "");
    await signIn(member.page, "mo", PASSWORD);
    await member.page.waitForURL(link ?? "");
    await numbersEqualLists(member.page);
    await member.page.getByLabel("Note").fill("Calling the carrier.");
    await member.page.getByRole("button", { name: "Acknowledge" }).click();
    await member.page.getByText("Who has taken it").waitFor();
    await page.goto(server.origin);
    expect(await page.locator(".alert-banner").allInnerTexts()).toEqual([
      expect.stringContaining("acknowledged by mo"),
    ]);

    // It's over.
    await server.passMinutes(25, { failed: 0, delivered: 12 });
    await until(() => {
      expect(mail.taken.at(-1)?.email.subject).toContain("Resolved");
      expect(kindsOf(receiver.received)).toContain("alert.resolved");
    });
    await until(async () => {
      await page.goto(link ?? "");
      const history = page.locator(".alert-events > li");
      const entries = await history.allInnerTexts();
      expect(entries.map((each) => each.split("\n")[0])).toEqual([
        "The rule’s condition was met",
        "Fired",
        "Acknowledged",
        "Over",
      ]);
      expect(entries[1]).toMatch(/Notice to bot: arrived/);
      expect(entries[1]).toMatch(/Notice to on-call: arrived/);
      expect(entries[2]).toMatch(/by mo[^]*Calling the carrier\./);
      expect(entries[3]).toMatch(/Notice to on-call: arrived/);
    });
    await until(async () => {
      await page.goto(`${server.origin}/alerts`);
      expect(await page.locator(".alert-banner").count()).toBe(0);
    });
    await page.getByText("Nothing is wrong").waitFor();
    expect(await page.locator(".list.alerts tbody tr").innerText()).toMatch(
      /of messages failed[^]*Resolved/,
    );
    expect(complaints).toEqual([]);
    expect(member.complaints).toEqual([]);
  }, 180_000);
});

function kindsOf(received: readonly Received[]): unknown[] {
  return received.map(({ body }) => JSON.parse(body).type);
}

/** Checks that each number of an alert that is a link counts the list that it leads to. */
async function numbersEqualLists(page: Page): Promise<void> {
  const alert = page.url();
  const numbers = page.locator(".alert-numbers a");
  const count = await numbers.count();
  expect(count).toBeGreaterThan(1);
  for (let index = 0; index < count; index++) {
    const number = numbers.nth(index);
    const value = await number.innerText();
    await number.click();
    await page.waitForURL("**/messages?**");
    const found = await page.locator(".count b").innerText();
    expect(found.replace(/ messages?$/, "")).toBe(value);
    await page.goto(alert);
  }
}

async function fitsPhone(page: Page): Promise<void> {
  const wide = page.viewportSize() ?? { width: 1280, height: 900 };
  const width = 390;
  await page.setViewportSize({ width, height: 844 });
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth),
  ).toBeLessThanOrEqual(width);
  await page.setViewportSize(wide);
}
