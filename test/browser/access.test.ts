import { beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { checkPhonePage } from "./accessibility.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import { makeFirstUser, PASSWORD, setupLink, signIn } from "./first-user.ts";
import { startBinary } from "./sites.ts";
import { until } from "../support/until.ts";
import { someOf } from "../support/long-runs.ts";

const ONE_TIME = "seven green bicycles";

describe.skipIf(!hasChromium)("signing in, in a browser", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });

  for (const javaScriptEnabled of someOf([true, false], 1)) {
    const how = javaScriptEnabled ? "with" : "without";
    test(`from the first start to a second user, ${how} JavaScript`, async () => {
      await using site = await startBinary({ SIGN_IN: "password" });
      await using admin = await openPage(browser, { javaScriptEnabled });
      const { page, complaints } = admin;
      await makeFirstUser(page, site);
      await until(async () =>
        expect(await page.title()).toContain("Set up Twilio"),
      );

      await signOut(page);
      await page.waitForURL("**/login");
      await page.goto(`${site.origin}/messages?q=status:failed`);
      await signIn(page, "Ana Núñez", "not the password");
      await page.getByRole("alert").waitFor();
      await signIn(page, "Ana Núñez", PASSWORD);
      await page.waitForURL(`${site.origin}/messages?q=status:failed`);

      await page.getByRole("link", { name: "Settings" }).click();
      await page.getByRole("link", { name: "Users" }).click();
      await page.getByLabel("Name").fill("mo");
      await page.getByLabel("One-time password").fill(ONE_TIME);
      await page.getByRole("button", { name: "Add the user" }).click();
      await page.locator("#password-shown").waitFor();
      await until(async () =>
        expect(await page.locator("#password-shown").innerText()).toBe(
          ONE_TIME,
        ),
      );

      await using member = await openPage(browser, { javaScriptEnabled });
      await member.page.goto(site.origin);
      await signIn(member.page, "mo", ONE_TIME);
      await member.page.getByText("First, choose your own password.").waitFor();
      await member.page.getByLabel("Current password").fill(ONE_TIME);
      await member.page
        .getByLabel("New password", { exact: true })
        .fill(PASSWORD);
      await member.page.getByLabel("Repeat the new password").fill(PASSWORD);
      await member.page
        .getByRole("button", { name: "Change the password" })
        .click();
      await member.page.getByText("Your password was changed").waitFor();
      expect(
        await member.page.getByRole("link", { name: "Users" }).count(),
      ).toBe(0);
      await member.page.goto(`${site.origin}/settings/users`);
      await member.page.getByText("Only admins can do this").waitFor();
      await member.page.goto(`${site.origin}/messages`);

      await page.getByRole("link", { name: "mo", exact: true }).click();
      await page.getByLabel("admin").check();
      await page.getByRole("button", { name: "Save the role" }).click();
      await page.getByRole("cell", { name: "admin" }).nth(1).waitFor();
      await page.getByRole("link", { name: "mo", exact: true }).click();
      await page.getByRole("link", { name: "Remove this user…" }).click();
      await page.getByRole("button", { name: "Remove the user" }).click();
      await page.waitForURL("**/settings/users");
      await until(async () =>
        expect(await page.locator("tbody tr").count()).toBe(1),
      );
      await member.page.reload();
      await member.page.waitForURL("**/login?next=%2Fmessages");

      await page.getByRole("link", { name: "Audit" }).click();
      await page
        .locator("tbody tr:first-child", { hasText: "removed a user mo" })
        .waitFor();
      const expected = /status of 40[13]/;
      expect(complaints.filter((text) => !expected.test(text))).toEqual([]);
      expect(member.complaints.filter((text) => !expected.test(text))).toEqual(
        [],
      );
    });
  }

  test("an open page redirects to the sign-in when its session ends", async () => {
    await using site = await startBinary({ SIGN_IN: "password" });
    await using opened = await openPage(browser);
    const { page } = opened;
    await makeFirstUser(page, site);
    await site.twilio.post({});
    await page.goto(`${site.origin}/messages`);
    await page.locator('#live[data-state="live"]').waitFor({ timeout: 15_000 });
    const other = await page.context().newPage();
    await other.goto(`${site.origin}/settings/account`);
    await signOut(other);
    await other.waitForURL("**/login");
    await page.waitForURL("**/login?next=%2Fmessages", { timeout: 15_000 });
  });

  test("a filter typed after the session ended is applied after the next sign-in", async () => {
    await using site = await startBinary({ SIGN_IN: "password" });
    await using opened = await openPage(browser);
    const { page } = opened;
    await makeFirstUser(page, site);
    await site.twilio.post({});
    await page.goto(`${site.origin}/messages`);
    // The page isn't told that its session ends.
    await page.getByRole("button", { name: "Live updates" }).click();
    await page.locator('#live[data-state="paused"]').waitFor();
    await page.context().clearCookies();
    await page.locator("#filter-q").fill("status:failed");
    await page.waitForURL("**/login?next=*");
    await signIn(page, "Ana Núñez", PASSWORD);
    await page.waitForURL(`${site.origin}/messages?q=status%3Afailed`);
  });

  test("Back after a failed sign-in leads to a page, not to a resubmission prompt", async () => {
    await using site = await startBinary({ SIGN_IN: "password" });
    await using opened = await openPage(browser);
    const { page } = opened;
    await makeFirstUser(page, site);
    // Otherwise the open page would go to the sign-in by itself.
    await page.goto("about:blank");
    await page.context().clearCookies();
    await page.goto(`${site.origin}/messages`);
    await signIn(page, "Ana Núñez", "not the password");
    await page.getByRole("alert").waitFor();
    await signIn(page, "Ana Núñez", PASSWORD);
    await page.waitForURL(`${site.origin}/messages`);
    // The sign-in redirects users who are already signed in.
    await page.goBack();
    await page.waitForURL(`${site.origin}/`);
    expect(await page.locator("h1").first().innerText()).not.toBe("");
  });

  test("the account and sign-in pages fit a phone, are readable in both themes and show hostile names as text", async () => {
    await using site = await startBinary({ SIGN_IN: "password" });
    const paths = [
      "/settings/users",
      "/settings/users/1",
      "/settings/users/2",
      "/settings/users/2/remove",
      "/settings/account",
      "/settings/audit",
    ];
    await using opened = await openPage(browser, {
      viewport: { width: 360, height: 740 },
    });
    const { page } = opened;
    let dialogs = 0;
    page.on("dialog", async (dialog) => {
      dialogs++;
      await dialog.dismiss();
    });
    await page.goto(site.origin);
    await checkPhonePage(page);
    await page.goto(await setupLink(site));
    await checkPhonePage(page);
    await makeFirstUser(page, site, "W".repeat(64));
    await page.goto(`${site.origin}/settings/users`);
    await page.getByLabel("Name").fill(`"><img src=x onerror=alert(1)>`);
    await page.getByRole("button", { name: "Add the user" }).click();
    await page.locator("#password-shown").waitFor();
    await checkPhonePage(page);
    for (const path of someOf(paths, 3)) {
      await page.goto(site.origin + path);
      await checkPhonePage(page);
    }
    await signOut(page);
    await page.waitForURL("**/login");
    await signIn(page, "x", "y");
    await checkPhonePage(page);
    expect(dialogs).toBe(0);
  }, 120_000);
});

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
}
