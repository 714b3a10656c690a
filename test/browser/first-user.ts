import type { Page } from "playwright-core";
import { until } from "../support/until.ts";
import type { BinarySite } from "./sites.ts";

export const PASSWORD = "correct horse battery";

/** Resolves to the link that a server without users has logged. */
export async function setupLink(site: BinarySite): Promise<string> {
  let link = "";
  await until(async () => {
    link = /http:\S+\/setup\?code=[\w-]+/.exec(site.output())?.[0] ?? "";
    if (link === "") throw new Error("The server hasn't logged a link yet.");
  });
  return link;
}

/** Creates the first user, as the person who started the server does, and signs them in. */
export async function makeFirstUser(
  page: Page,
  site: BinarySite,
  name = "Ana Núñez",
): Promise<void> {
  await page.goto(site.origin);
  await page.getByText("in the server’s log").waitFor();
  await page.goto(await setupLink(site));
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Repeat the password").fill(PASSWORD);
  await page.getByRole("button", { name: "Make the user and sign in" }).click();
  await page.waitForURL(`${site.origin}/`);
}

/** Fills in the form on /login, which is open. */
export async function signIn(
  page: Page,
  name: string,
  password: string,
): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}
