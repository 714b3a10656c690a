import { beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { postMessagesTo } from "../numbers/number-posts.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import { startBinary } from "./sites.ts";

const NUMBER = "+4915112345678";

describe.skipIf(!hasChromium)("the Do not send list, in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });

  test("a number appears by itself, is looked up with the keyboard, removed with a note, and put back by a later failure", async () => {
    await using site = await startBinary();
    await using opened = await openPage(browser);
    const { page, complaints } = opened;
    await page.goto(`${site.origin}/do-not-send`);
    await page.getByText("No number is on the list").waitFor();
    await postMessagesTo(site, NUMBER, ["delivered", 30005]);
    await page.locator(".suppressions").getByText(NUMBER).waitFor();

    await page.getByLabel("Is this number on the list?").focus();
    await page.keyboard.type("0049 151 12345678");
    await page.keyboard.press("Enter");
    await page.getByText("On the list.").waitFor();

    await page.getByRole("link", { name: `Remove ${NUMBER}` }).click();
    await page.getByLabel("Note").fill("wrote that it works again");
    await page.getByRole("button", { name: "Remove it" }).click();
    await page.getByText("This number isn’t on the list now").waitFor();
    await page.getByText("History of this number").click();
    await page.getByText("wrote that it works again").waitFor();

    await postMessagesTo(site, NUMBER, [30005]);
    await page.getByRole("link", { name: "Remove from the list" }).waitFor();
    await page.goto(`${site.origin}/numbers`);
    await page
      .locator(".col-advice")
      .getByText("Don’t retry: no mobile number")
      .waitFor();
    expect(complaints).toEqual([]);
  }, 120_000);
});
