import { describe, expect, test } from "bun:test";
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
const nodesText = await read("deploy/compose.nodes.yaml");
const gitignore = await read("deploy/.gitignore");
const workflow = await read(".github/workflows/ci.yml");

type Service = {
  readonly build?: unknown;
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly secrets?: readonly string[];
  readonly networks: { readonly inside: { readonly ipv4_address?: string } };
};

/** The parts of the compose file with two nodes. */
function readNodes() {
  // It's text of our own.
  return Bun.YAML.parse(nodesText) as {
    readonly services: Readonly<
      Record<"node1" | "node2" | "postgres" | "haproxy" | "caddy", Service>
    >;
    readonly networks: {
      readonly inside: { readonly ipam: { readonly config: unknown } };
    };
    readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  };
}

/** Returns the settings in the image and the compose file. */
function settingsGiven(): Record<string, string> {
  const env = Object.fromEntries(
    dockerfile
      .matchAll(/^ENV (.*)$/gm)
      .flatMap(([, line = ""]) => line.split(" "))
      .map((pair) => pair.split("=")),
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
  const {
    TWILIO_WEBHOOK_AUTH_TOKEN_FILE,
    // The runtime's own.
    BUN_CONFIG_DNS_TIME_TO_LIVE_SECONDS: _,
    ...env
  } = settingsGiven();
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
  expect(gitignore).toBe(
    ".env\ndatabase-password\ndatabase-url\nsuperuser-password\ntwilio-auth-token\n",
  );
});

describe("the compose file with two nodes", () => {
  const { services, networks, secrets } = readNodes();

  test("starts nodes with settings that exist, which trust HAProxy's address", () => {
    const { node1, node2 } = services;
    expect(node2).toEqual(node1);
    const env = node1.environment;
    const names: string[] = Object.values(SETTINGS).map(({ name }) => name);
    expect(
      Object.keys(env)
        .map((name) => name.replace(/_FILE$/, ""))
        .filter((name) => !names.includes(name)),
    ).toEqual([]);
    const address = services.haproxy.networks.inside.ipv4_address;
    expect(env.TRUSTED_PROXIES).toBe(address);
    expect(networks.inside.ipam.config).toEqual([
      { subnet: "172.31.78.0/24", ip_range: "172.31.78.128/25" },
    ]);
    expect(node1).toMatchObject({ read_only: true, cap_drop: ["ALL"] });
    expect(node1.build).toEqual({
      context: "..",
      dockerfile: "deploy/Dockerfile",
      args: { COMMIT: "${COMMIT:-}" },
    });
  });

  test("passes requests from Caddy to HAProxy to the nodes", async () => {
    const { caddy, haproxy, postgres } = services;
    expect(caddy.environment.SMSLEDGER_ADDRESS).toBe("haproxy:8080");
    expect(haproxy.environment).toEqual({
      SMSLEDGER_LISTEN: ":8080",
      SMSLEDGER_NODE_1: "node1:3000",
      SMSLEDGER_NODE_2: "node2:3000",
    });
    for (const { volumes } of [caddy, haproxy, postgres])
      for (const volume of volumes.filter((each) => each.startsWith("./"))) {
        const [file = ""] = volume.split(":");
        expect([file, existsSync(join(PROJECT, "deploy", file))]).toEqual([
          file,
          true,
        ]);
      }
  });

  test("keeps secrets in files that its first lines make and that aren't committed", () => {
    const used = Object.values(services).flatMap((each) => each.secrets ?? []);
    expect([...new Set(used)].toSorted()).toEqual(
      Object.keys(secrets).toSorted(),
    );
    for (const [name, { file }] of Object.entries(secrets)) {
      expect(file).toBe(`./${name}`);
      expect(gitignore.split("\n")).toContain(name);
      expect(nodesText).toMatch(
        new RegExp(`^# .* install -m 400 -o \\d+ /dev/stdin ${name}\\b`, "m"),
      );
    }
  });
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
