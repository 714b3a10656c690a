import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { run, start, type Program } from "../cli/program.ts";
import { compiledBinary } from "../support/compiled-binary.ts";
import { tempDir } from "../support/temp-dir.ts";
import { AUTH_TOKEN, twilioClient } from "../support/twilio-client.ts";

/** Started as a shell with the usual umask starts it. */
let program: Program;
beforeAll(async () => {
  const binary = await compiledBinary();
  program = ["sh", "-c", 'umask 022; exec "$@"', "sh", binary];
});

/**
 * Makes a folder whose files would make a Bun program run somebody else's code and
 * settings.
 */
function hostileFolder() {
  const folder = tempDir();
  const write = (name: string, text: string): void =>
    writeFileSync(join(folder.path, name), text);
  write("evil.ts", 'require("node:fs").writeFileSync("marker", "evil ran");');
  write(
    "bunfig.toml",
    'preload = ["./evil.ts"]\n[run]\npreload = ["./evil.ts"]\n',
  );
  const env =
    "PORT=1\nHOST=::1\nTWILIO_WEBHOOK_AUTH_TOKEN=evil\nDATABASE_URL=evil.db\n";
  for (const name of [".env", ".env.local", ".env.production"])
    write(name, env);
  write("package.json", '{ "type": "commonjs", "main": "evil.ts" }');
  write(
    "tsconfig.json",
    '{ "compilerOptions": { "paths": { "*": ["./evil.ts"] } } }',
  );
  return folder;
}

const before = namesOf(hostileFolder());

function namesOf(folder: ReturnType<typeof tempDir>): string[] {
  using held = folder;
  return readdirSync(held.path);
}

describe("the compiled program, started in somebody else's folder", () => {
  test("serves, records, exports, reports that it's ready, and stops", async () => {
    using folder = hostileFolder();
    const cwd = folder.path;
    await using server = await start(program, [], {
      cwd,
      env: {
        PORT: "0",
        SIGN_IN: "none",
        TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
      },
    });
    const { port, hostname } = new URL(server.origin);
    expect(hostname).toBe("127.0.0.1");
    expect(port).not.toBe("1");

    const twilio = twilioClient(server.origin);
    // The command on the setup page names this program, quoted if necessary.
    const setup = await (await fetch(`${server.origin}/`)).text();
    expect(setup).toMatch(
      /id="test-command">[^ ]*smsledger[^ ]* simulate --url /,
    );
    const recorded = await twilio.post({ MessageStatus: "delivered" });
    expect(recorded.status).toBe(200);
    expect(await recorded.json()).toEqual({ success: true, processed: 1 });
    const forged = await twilio.post({}, { authToken: "evil" });
    expect(forged.status).toBe(403);
    for (const path of ["/livez", "/readyz"])
      expect((await fetch(server.origin + path)).status).toBe(200);
    expect((await fetch(`${server.origin}/messages`)).status).toBe(200);

    const exported = await run(program, ["export"], { cwd });
    expect(exported).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(exported.stdout).status).toBe("delivered");
    const health = await run(program, ["healthcheck", "--port", port], { cwd });
    expect(health).toEqual({ status: 0, stdout: "", stderr: "" });
    const posted = await run(program, ["simulate", "--count", "20"], {
      cwd,
      env: { PORT: port, TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN },
    });
    expect(posted.status).toBe(0);

    server.kill("SIGTERM");
    expect(await server.ended()).toBe(0);
    expect(existsSync(join(cwd, "marker"))).toBe(false);
    const made = readdirSync(cwd).filter((name) => !before.includes(name));
    expect(made).toEqual(["data"]);
  });

  test("makes its database readable only by its owner", async () => {
    using folder = hostileFolder();
    const cwd = folder.path;
    await using server = await start(program, ["serve"], {
      cwd,
      env: { PORT: "0", TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN },
    });
    await twilioClient(server.origin).post({ MessageStatus: "sent" });
    const modeOf = (path: string): string =>
      (statSync(join(cwd, path)).mode & 0o777).toString(8);
    expect(modeOf("data")).toBe("700");
    const files = readdirSync(join(cwd, "data"));
    expect(files).toContain("smsledger.db");
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) expect(modeOf(join("data", file))).toBe("600");
  });

  test("without a token, serves, reports that, and responds to callbacks with 503", async () => {
    using folder = hostileFolder();
    await using server = await start(program, [], {
      cwd: folder.path,
      env: { PORT: "0" },
    });
    const forged = await twilioClient(server.origin).post(
      {},
      { authToken: "evil" },
    );
    expect(forged.status).toBe(503);
    expect(await forged.text()).toContain("TWILIO_WEBHOOK_AUTH_TOKEN");
    expect(server.output()).toContain("TWILIO_WEBHOOK_AUTH_TOKEN is not set");
  });

  test("demo shows its messages and leaves nothing behind", async () => {
    using folder = hostileFolder();
    using temporary = tempDir();
    await using server = await start(program, ["demo"], {
      cwd: folder.path,
      env: { PORT: "0", TMPDIR: temporary.path },
    });
    expect((await fetch(`${server.origin}/messages`)).status).toBe(200);
    server.kill("SIGINT");
    expect(await server.ended()).toBe(0);
    expect(readdirSync(temporary.path)).toEqual([]);
    expect(readdirSync(folder.path)).toEqual(before);
  });

  test("prints its version and help", async () => {
    using folder = hostileFolder();
    const cwd = folder.path;
    const version = await run(program, ["version"], { cwd });
    expect(version).toMatchObject({ status: 0, stderr: "" });
    expect(version.stdout).toStartWith(`${packageJson.version} (`);
    const help = await run(program, ["--help"], { cwd });
    expect(help.status).toBe(0);
    expect(help.stdout).toStartWith("Usage: smsledger ");
    expect(existsSync(join(cwd, "marker"))).toBe(false);
  });

  test("distinguishes failure from wrong usage by its exit status", async () => {
    using folder = hostileFolder();
    const cwd = folder.path;
    const statusOf = async (...args: string[]): Promise<number> =>
      (await run(program, args, { cwd })).status;
    expect(await statusOf("nonsense")).toBe(2);
    expect(await statusOf("--port", "none")).toBe(2);
    expect(await statusOf("simulate")).toBe(2);
    expect(await statusOf("export")).toBe(1);
    expect(await statusOf("healthcheck", "--port", "9")).toBe(1);
  });
});
