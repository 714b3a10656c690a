import { beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { run, start } from "../cli/program.ts";
import { compiledBinary } from "../support/compiled-binary.ts";
import { freePort } from "../support/free-port.ts";
import { tempDir } from "../support/temp-dir.ts";
import {
  AUTH_TOKEN,
  newMessageSid,
  twilioClient,
} from "../support/twilio-client.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import { until } from "../support/until.ts";

describe.skipIf(!hasChromium)("pages that are open during a restore", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });

  test("each reloads, says why, and stays live", async () => {
    using folder = tempDir();
    const program = [await compiledBinary()];
    const database = join(folder.path, "smsledger.db");
    const backup = join(folder.path, "backup.db");
    const command = (...args: string[]) =>
      run(program, [...args, "--database-url", database]);
    const serve = (port: string) =>
      start(program, ["serve"], {
        env: {
          TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
          DATABASE_URL: database,
          SIGN_IN: "none",
          PORT: port,
        },
      });
    const port = String(freePort());
    await using server = await serve(port);
    const { origin } = server;
    const twilio = twilioClient(origin);
    const [kept = "", lost = "", later = ""] = [1, 2, 3].map(newMessageSid);
    await twilio.post({ MessageSid: kept, MessageStatus: "sent" });
    expect((await command("backup", backup)).status).toBe(0);
    await twilio.post({ MessageSid: lost, MessageStatus: "sent" });
    await using list = await openPage(browser);
    await using one = await openPage(browser);
    await list.page.goto(`${origin}/messages`);
    await one.page.goto(`${origin}/messages/${kept}`);
    for (const { page } of [list, one])
      await page.locator("#live[data-state=live]").waitFor();
    await until(async () =>
      expect(await list.page.locator("tbody tr").count()).toBe(2),
    );

    server.kill("SIGTERM");
    await server.ended();
    expect((await command("restore", backup, "--yes")).status).toBe(0);
    await using _again = await serve(port);
    // As many events as before, so that nothing seems to be missing by ID alone.
    await twilio.post({ MessageSid: later, MessageStatus: "sent" });
    for (const { page } of [list, one]) {
      await page
        .getByText("A backup was restored", { exact: false })
        .waitFor({ timeout: 20_000 });
      await page.locator("#live[data-state=live]").waitFor();
    }
    const links = list.page.locator("tbody a.row-link");
    // It may have been reloaded before the later one arrived.
    await until(async () => {
      const shown = await links.evaluateAll((all) =>
        all.map((link) => link.getAttribute("href")),
      );
      expect(shown.join()).toContain(later);
      expect(shown.join()).toContain(kept);
      expect(shown.join()).not.toContain(lost);
    });
    await twilio.post({ MessageSid: kept, MessageStatus: "delivered" });
    await one.page.getByText("Delivered to the phone").first().waitFor();
  });
});
