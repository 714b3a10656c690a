import { beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { startReceiver } from "../forwarding/loopback-receiver.ts";
import { until } from "../support/until.ts";
import { checkPhonePage } from "./accessibility.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import { startBinary } from "./sites.ts";
import { someOf } from "../support/long-runs.ts";

const ENV = { FORWARD_ALLOW: "127.0.0.0/8" };

describe.skipIf(!hasChromium)("forwarding, in a browser", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });

  test("an endpoint is added with a suggested filter, its failed attempt is seen as it happens, and the event is sent again", async () => {
    await using site = await startBinary(ENV);
    await using receiver = startReceiver();
    receiver.answer(404, "no such hook");
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${site.origin}/forwarding`);
    await page.getByRole("link", { name: "Add an endpoint" }).click();
    await page.getByLabel("Name").fill("crm");
    await page.getByLabel("URL").fill(receiver.url);
    await page.getByLabel("Filter").pressSequentially("status:fai");
    await page.getByRole("option", { name: "status:failed" }).first().click();
    // Choosing a suggestion doesn't send this form.
    expect(await page.getByLabel("Filter").inputValue()).toContain(
      "status:failed",
    );
    await page.getByLabel("Only these:").check();
    await page.getByLabel("sms_failed").check();
    await page.getByRole("button", { name: "Add the endpoint" }).click();
    await page.locator("#secret").waitFor();
    expect(await page.locator("#secret").innerText()).toMatch(/^whsec_/);
    await page.getByRole("button", { name: "Send a test event" }).click();
    await page.getByText("The test event failed with status 404").waitFor();
    await page.getByText("no such hook").waitFor();

    await page.getByRole("link", { name: "crm" }).click();
    await page.locator('#live[data-state="live"]').waitFor();
    await site.twilio.post({ MessageStatus: "delivered" });
    await site.twilio.post({ MessageStatus: "failed", ErrorCode: "30003" });
    await page.getByRole("cell", { name: "first attempt" }).first().waitFor();
    receiver.answer(204);
    await page
      .locator("td.col-event", { hasText: "sms_failed" })
      .first()
      .click();
    await page.getByText("This attempt failed with status 404").waitFor();
    await page.getByRole("button", { name: "Send this event again" }).click();
    await page.getByText("Done: 1 sent.").waitFor();
    await until(async () => {
      const types = receiver.requests.map(
        ({ body }): unknown => JSON.parse(body).type,
      );
      expect(
        types.filter((type) => type === "sms_failed").length,
      ).toBeGreaterThan(1);
      expect(types).not.toContain("sms_delivered");
    });
    expect(complaints.filter((text) => !/status of 40[04]/.test(text))).toEqual(
      [],
    );
  }, 120_000);

  test("without JavaScript, an endpoint is added, tested, paused, resumed and removed, and a time range sent again", async () => {
    await using site = await startBinary(ENV);
    await using receiver = startReceiver();
    await using opened = await openPage(browser, { javaScriptEnabled: false });
    const { page } = opened;
    await site.twilio.post({ MessageStatus: "failed" });
    await page.goto(`${site.origin}/forwarding/new`);
    await page.getByLabel("Name").fill("crm");
    await page.getByLabel("URL").fill(receiver.url);
    await page.getByRole("button", { name: "Add the endpoint" }).click();
    await page.getByRole("button", { name: "Send a test event" }).click();
    await page.getByText("The test event succeeded").waitFor();
    await page.getByRole("link", { name: "crm" }).click();
    await page.getByRole("link", { name: "Send past events again…" }).click();
    await page.getByRole("button", { name: "Show how many" }).click();
    await page.getByRole("button", { name: "Send 1 again" }).click();
    await until(() => expect(receiver.requests).toHaveLength(2));
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("link", { name: "Remove this endpoint…" }).click();
    await page.getByRole("button", { name: "Remove it" }).click();
    await page.getByText("Nothing is forwarded yet").waitFor();
  }, 120_000);

  test("with 50 endpoints, long names and a hostile response, every page fits a phone and is readable in both themes", async () => {
    await using site = await startBinary(ENV);
    await using receiver = startReceiver();
    receiver.answer(500, `<script>alert(1)</script>${"مرحبا ".repeat(340)}`);
    for (let index = 0; index < 50; index++)
      await addEndpoint(site.origin, {
        name: `${"W".repeat(50)} ${index}`,
        url:
          index === 0
            ? receiver.url
            : `https://${"w".repeat(60)}.example.com/${"x".repeat(200)}`,
        q: index === 0 ? "status:failed" : "",
      });
    await using opened = await openPage(browser, {
      viewport: { width: 360, height: 740 },
    });
    const { page } = opened;
    let dialogs = 0;
    page.on("dialog", async (dialog) => {
      dialogs++;
      await dialog.dismiss();
    });
    await page.goto(`${site.origin}/forwarding/1`);
    await page.getByRole("button", { name: "Send a test event" }).click();
    await page.getByText("The test event failed").waitFor();
    const attempt = new URL(page.url()).pathname;
    const paths = [
      "/forwarding",
      "/forwarding/new",
      "/forwarding/1",
      "/forwarding/2",
      "/forwarding/1/edit",
      "/forwarding/1/rotate",
      "/forwarding/1/remove",
      "/forwarding/1/resend",
      "/forwarding/1/resend?what=range&from=24h",
      attempt,
    ];
    for (const path of someOf(paths, 4)) {
      await page.goto(site.origin + path);
      await checkPhonePage(page);
    }
    expect(dialogs).toBe(0);
  }, 120_000);
});

/** Adds an endpoint as its form does. */
async function addEndpoint(
  origin: string,
  fields: Record<string, string>,
): Promise<void> {
  const form = { events: "all", rate: "50", concurrency: "4", ...fields };
  const { status } = await fetch(`${origin}/forwarding`, {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin" },
    body: new URLSearchParams(form),
  });
  expect(status).toBe(200);
}
