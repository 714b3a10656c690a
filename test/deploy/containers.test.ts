import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { readConfig } from "../../src/config/config.ts";
import { SETTINGS } from "../../src/config/settings.ts";
import { runTool } from "./tools.ts";

const PROJECT = join(import.meta.dir, "../..");
const read = (path: string) => Bun.file(join(PROJECT, path)).text();

const dockerfile = await read("deploy/Dockerfile");
const composeText = await read("deploy/compose.yaml");
const workflow = await read(".github/workflows/ci.yml");

/** Returns the settings in the image and the compose file. */
function settingsGiven(): Record<string, string> {
  const [, image = ""] = /^ENV (.*)$/m.exec(dockerfile) ?? [];
  const env = Object.fromEntries(
    image.split(" ").map((pair) => pair.split("=")),
  );
  for (const [, name = "", value] of composeText.matchAll(
    /^ {6}([A-Z_]+): (.*)$/gm,
  ))
    if (!name.startsWith("SMSLEDGER_")) env[name] = value;
  return env;
}

test("the image is built with the project's pinned Bun, from files that exist", () => {
  const { bun } = packageJson.devDependencies;
  expect(dockerfile).toContain(`FROM oven/bun:${bun} AS build\n`);
  const copied = [...dockerfile.matchAll(/^COPY (?!--)(.*) \S+$/gm)]
    .flatMap(([, files = ""]) => files.split(" "))
    .sort();
  expect(copied).toEqual([
    "bun.lock",
    "package.json",
    "src",
    "tsconfig.json",
    "views",
  ]);
  for (const file of copied)
    expect([file, existsSync(join(PROJECT, file))]).toEqual([file, true]);
});

test("Docker receives only what the image is built from", async () => {
  const lines = (await read(".dockerignore"))
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  expect(lines.toSorted()).toEqual([
    "!bun.lock",
    "!package.json",
    "!src",
    "!tsconfig.json",
    "!views",
    "*",
  ]);
});

test("the image's program gets its commit from the build argument", () => {
  expect(dockerfile).toContain(
    "ARG COMMIT=\nRUN SMSLEDGER_COMMIT=$COMMIT bun run build",
  );
  expect(composeText).toContain("COMMIT: ${COMMIT:-}");
});

test("the image and the compose file use settings that exist", () => {
  const { TWILIO_WEBHOOK_AUTH_TOKEN_FILE, ...env } = settingsGiven();
  expect(TWILIO_WEBHOOK_AUTH_TOKEN_FILE).toBe("/run/secrets/twilio-auth-token");
  const names: string[] = Object.values(SETTINGS).map(({ name }) => name);
  expect(Object.keys(env).filter((name) => !names.includes(name))).toEqual([]);
  const config = readConfig({
    flags: {},
    env: { ...env, PUBLIC_URL: "https://sms.example.com" },
    isTerminal: false,
  });
  expect(config).toMatchObject({
    host: "0.0.0.0",
    databaseUrl: "/data/smsledger.db",
  });
  expect(config.trustedProxies?.check("172.31.77.2")).toBe(true);
});

test("the compose file trusts Caddy's address, which no other container can get", () => {
  expect(Bun.YAML.parse(composeText)).toMatchObject({
    services: {
      smsledger: {
        read_only: true,
        cap_drop: ["ALL"],
        environment: { TRUSTED_PROXIES: "172.31.77.2" },
      },
      caddy: { networks: { inside: { ipv4_address: "172.31.77.2" } } },
    },
    networks: {
      inside: {
        ipam: {
          config: [{ subnet: "172.31.77.0/24", ip_range: "172.31.77.128/25" }],
        },
      },
    },
  });
});

test("the domain and the token next to the compose file aren't committed", async () => {
  expect(composeText).toContain("file: ./twilio-auth-token\n");
  expect(await read("deploy/.gitignore")).toBe(".env\ntwilio-auth-token\n");
});

test("GitHub accepts the workflow, and its actions are pinned", async () => {
  const checked = await runTool(
    [
      process.execPath,
      join(PROJECT, "node_modules/.bin/action-validator"),
      ".github/workflows/ci.yml",
    ],
    PROJECT,
  );
  expect(checked).toEqual({ status: 0, said: "" });
  const actions = [...workflow.matchAll(/uses: (\S+)/g)];
  expect(actions.length).toBeGreaterThan(0);
  for (const [, action] of actions)
    expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  expect(workflow).toContain("- run: .ci/run\n");
  expect(workflow).toMatch(/npx -y "bun@.*" run release\n/);
});
