import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "../support/temp-dir.ts";
import { PROGRAM, run } from "./program.ts";

test("each setting is shown with its value and source, but no secret", async () => {
  using folder = tempDir();
  const file = join(folder.path, "token");
  writeFileSync(file, "s3cret\n");
  const args = ["config", "--port", "8080"];
  const env = {
    PUBLIC_URL: "https://sms.example.com",
    PORT: "9090",
    TWILIO_WEBHOOK_AUTH_TOKEN_FILE: file,
    METRICS_TOKEN: "s3cret-s3cret-s3cret",
  };
  const shown = await run(PROGRAM, args, { env });
  expect(shown).toMatchObject({ status: 0, stderr: "" });
  for (const line of [
    `TWILIO_WEBHOOK_AUTH_TOKEN +\\(secret\\) +the file ${file}`,
    "PUBLIC_URL +https://sms\\.example\\.com +environment",
    "PORT +8080 +--port",
    "HOST +127\\.0\\.0\\.1 +default",
    "METRICS_TOKEN +\\(secret\\) +environment",
    "BACKUP_FOLDER +- +not set",
    // The default depends on the terminal; here there is none.
    "LOG_FORMAT +json +default",
  ])
    expect(shown.stdout).toMatch(new RegExp(`^${line}$`, "m"));
  const json = await run(PROGRAM, [...args, "--json"], { env });
  const settings = JSON.parse(json.stdout);
  expect(settings).toContainEqual({
    name: "TWILIO_WEBHOOK_AUTH_TOKEN",
    flag: "--twilio-webhook-auth-token-file",
    value: null,
    source: "file",
    file,
  });
  expect(settings).toContainEqual({
    name: "PORT",
    flag: "--port",
    value: "8080",
    source: "flag",
    file: null,
  });
  expect(shown.stdout + json.stdout).not.toContain("s3cret");
});

test("invalid settings are reported as the server reports them", async () => {
  const { status, stderr } = await run(PROGRAM, ["config"], {
    env: { PORT: "x", SIGN_IN: "none", HOST: "0.0.0.0" },
  });
  expect(status).toBe(2);
  expect(stderr).toContain(
    'PORT: must be a port number from 0 to 65535 (got "x").',
  );
});
