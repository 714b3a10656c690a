import { beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { readConfig } from "../../src/config/config.ts";
import { SETTINGS } from "../../src/config/settings.ts";
import { tempDir } from "../support/temp-dir.ts";
import { requireTool, runTool } from "./tools.ts";

const DEPLOY = join(import.meta.dir, "../../deploy");
const unit = await Bun.file(join(DEPLOY, "smsledger.service")).text();

beforeAll(() => requireTool("systemd-analyze", "systemd"));

/** Runs systemd-analyze on the unit, with a program that exists on any machine. */
async function inspect(...command: readonly string[]) {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.service");
  await Bun.write(
    file,
    unit.replaceAll("/usr/local/bin/smsledger", "/bin/true"),
  );
  return await runTool(["systemd-analyze", ...command, file]);
}

describe("the systemd unit", () => {
  test("is accepted by systemd", async () => {
    const { status, said } = await inspect("verify", "--man=no");
    expect([status, said]).toEqual([0, ""]);
  });

  test("has an exposure of at most 1.5 of 10", async () => {
    const { said } = await inspect("security", "--offline=true", "--no-pager");
    const [, exposure] =
      /Overall exposure level for \S+: ([\d.]+)/.exec(said) ?? [];
    expect(Number(exposure)).toBeLessThanOrEqual(1.5);
  });

  test("sets only settings that exist", () => {
    const names: string[] = Object.values(SETTINGS).map(({ name }) => name);
    for (const [, name = ""] of unit.matchAll(/^Environment=(\w+)=/gm))
      expect([...names, "BUN_CONFIG_DNS_TIME_TO_LIVE_SECONDS"]).toContain(name);
    expect(unit).toContain("\nExecStart=/usr/local/bin/smsledger serve\n");
  });

  test("comes with settings and examples that the program accepts", async () => {
    const text = await Bun.file(join(DEPLOY, "smsledger.env")).text();
    const env = Object.fromEntries(
      [...text.matchAll(/^#?([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [
        name,
        value,
      ]),
    );
    using folder = tempDir();
    const token = join(folder.path, "token");
    await Bun.write(token, "0123456789abcdef0123456789abcdef");
    const given = { ...env, TWILIO_WEBHOOK_AUTH_TOKEN_FILE: token };
    expect(Object.keys(env)).toEqual(
      expect.arrayContaining(Object.keys(given)),
    );
    const names = Object.values(SETTINGS).flatMap(({ name }) => [
      name,
      `${name}_FILE`,
    ]);
    expect(Object.keys(env).filter((name) => !names.includes(name))).toEqual(
      [],
    );
    const config = readConfig({ flags: {}, env: given, isTerminal: false });
    expect(config.publicUrl).toBe("https://sms.example.com");
    expect(config.authTokens).toHaveLength(1);
  });
});
