import { expect, test } from "bun:test";
import { join } from "node:path";
import { PROGRAM, start } from "../cli/program.ts";
import { tempDir } from "../support/temp-dir.ts";
import { AUTH_TOKEN, twilioClient } from "../support/twilio-client.ts";

test("the debug log shows no recipient in full, on any channel", async () => {
  using folder = tempDir();
  await using server = await start(PROGRAM, ["serve"], {
    env: {
      TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
      PORT: "0",
      LOG_LEVEL: "debug",
      SIGN_IN: "none",
      DATABASE_URL: join(folder.path, "smsledger.db"),
    },
  });
  const twilio = twilioClient(server.origin);
  for (const To of [
    "+14155550123",
    "whatsapp:+14155550123",
    "rcs:+14155550123",
    "messenger:1234567890123456",
    "whatsapp:US.13491208655302741918",
  ])
    expect((await twilio.post({ To })).status).toBe(200);
  server.kill("SIGTERM");
  await server.ended();
  const output = server.output();
  const logged = output
    .split("\n")
    .filter((line) => line.includes("_delivered"))
    .map((line): unknown => JSON.parse(line).to);
  expect(logged).toHaveLength(5);
  for (const to of logged) expect(to).toContain("••••••");
  expect(output).not.toMatch(/5550123|123456789012|1349120865/);
});
