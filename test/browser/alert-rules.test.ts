import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import { postSampleCallbacks } from "./sample-callbacks.ts";
import { startBinary, type BinarySite } from "./sites.ts";
import { until } from "../support/until.ts";

describe.skipIf(!hasChromium)("a rule's form in a browser", () => {
  let browser: Browser;
  let site: BinarySite;

  beforeAll(async () => {
    [browser, site] = await Promise.all([launchChromium(), startBinary()]);
    await postSampleCallbacks(site.twilio, 28);
  });

  afterAll(async () => {
    await site[Symbol.asyncDispose]();
  });

  test("its filter has suggestions, which complete it without sending the form; a preview keeps what was filled in", async () => {
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    const address = `${site.origin}/alerts/rules/new?kind=failure-rate`;
    await page.goto(address);
    await page.getByLabel("Name").fill("One country fails");
    const filter = page.getByLabel("Only messages that match");
    await filter.pressSequentially("country:");
    await page.locator("#suggestions [role=option]").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await until(async () =>
      expect(await filter.inputValue()).toMatch(/^country:[A-Z]{2}\s*$/),
    );
    expect(page.url()).toBe(address);
    const chosen = (await filter.inputValue()).trim();
    await page.getByLabel("Resolves below").fill("10");
    await page.getByRole("button", { name: "Preview" }).click();
    await page
      .getByText("In the last 30 days it wouldn’t have fired")
      .waitFor();
    expect(await page.locator("#preview").isVisible()).toBe(true);
    expect(await page.getByLabel("Resolves below").inputValue()).toBe("10");
    await page.getByRole("button", { name: "Add the rule" }).click();
    await page.waitForURL("**/alerts/rules");
    const row = page.locator("tr", { hasText: "One country fails" });
    expect(await row.innerText()).toContain(`Only ${chosen}`);
    await row.getByRole("button", { name: "Turn off" }).click();
    await row.getByRole("button", { name: "Turn on" }).waitFor();
    expect(complaints).toEqual([]);
  });

  test("a filtered list leads to a new rule without scripts", async () => {
    await using opened = await openPage(browser, { javaScriptEnabled: false });
    const { page } = opened;
    await page.goto(`${site.origin}/messages?q=country:US`);
    await page.getByRole("link", { name: "Alert me on this" }).click();
    await page.getByRole("link", { name: "Silence" }).click();
    await page.getByLabel("Name").fill("US is silent");
    await page.getByRole("button", { name: "Preview" }).click();
    await page.getByText("In the last 30 days").waitFor();
    await page.getByRole("button", { name: "Add the rule" }).click();
    await page.waitForURL("**/alerts/rules");
    await page.getByText("US is silent").waitFor();
  });
});
