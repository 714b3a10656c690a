import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, cpSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { makeDeb } from "../../deploy/release/deb.ts";
import { CURRENT_DOCUMENTS } from "../docs/documents.ts";
import { compiledBinary } from "../support/compiled-binary.ts";
import { tempDir } from "../support/temp-dir.ts";
import { scratchRoot, whyNoScratchRoot } from "./scratch-root.ts";
import { requireTool, runTool } from "./tools.ts";

const DEPLOY = join(import.meta.dir, "../../deploy");
const URL = "https://sms.example.com";
const TOKEN = "0123456789abcdef0123456789abcdef";
const DATABASE = "--database-url /var/lib/smsledger/smsledger.db";

/** Debian's name for this machine. */
const architecture = { x64: "amd64", arm64: "arm64" }[process.arch as string];
const file = `smsledger_${packageJson.version}_${architecture}.deb`;

const why = await whyNoScratchRoot();
if (why !== undefined) console.warn(`The Debian package isn't tested: ${why}.`);

/** A release for this machine, with the program that the tests use. */
const release = tempDir();
const program = `smsledger-linux-${process.arch}`;
beforeAll(async () => {
  requireTool("dpkg-deb", "dpkg");
  const { path } = release;
  copyFileSync(await compiledBinary(), join(path, program));
  cpSync(DEPLOY, join(path, "deploy"), { recursive: true });
  await Bun.write(join(path, "smsledger.cdx.json"), "{}");
  using folder = tempDir();
  await makeDeb(`linux-${process.arch as "x64" | "arm64"}`, path, folder.path);
});
afterAll(() => release[Symbol.dispose]());

test("ShellCheck accepts the package's scripts", async () => {
  requireTool("shellcheck", "shellcheck");
  for (const name of ["preinst", "postinst", "prerm", "postrm"])
    expect(await runTool(["shellcheck", join(DEPLOY, "debian", name)])).toEqual(
      { status: 0, said: "" },
    );
});

test("the package's files belong to root, and its dependencies are declared", async () => {
  const path = join(release.path, file);
  const { said } = await runTool(["dpkg-deb", "--contents", path]);
  for (const line of said.trim().split("\n"))
    expect(line).toMatch(
      /^(drwxr-xr-x|-rw-r--r--|-rwxr-xr-x|-rw-------) root\/root /,
    );
  const field = async (name: string): Promise<string> =>
    (await runTool(["dpkg-deb", "--field", path, name])).said.trim();
  expect(await field("Architecture")).toBe(`${architecture}`);
  expect(await field("Version")).toBe(packageJson.version);
  expect(await field("Depends")).toBe("adduser, libc6 (>= 2.17)");
});

test("the documents use the packages' real file names", () => {
  const names = ["amd64", "arm64"].map(
    (each) => `smsledger_${packageJson.version}_${each}.deb`,
  );
  for (const { path, text } of CURRENT_DOCUMENTS)
    for (const [name] of text.matchAll(/\bsmsledger_\S*?\.deb\b/g))
      expect([path, names.includes(name)]).toEqual([path, true]);
  expect(names).toContain(file);
});

describe.skipIf(why !== undefined)("the Debian package", () => {
  let root: Awaited<ReturnType<typeof scratchRoot>>;
  beforeAll(async () => {
    root = await scratchRoot(release.path, "systemd");
    expect(await said(`dpkg --install /mnt/${file}`)).toContain(
      "smsledger listens on http://127.0.0.1:3000.",
    );
  });
  afterAll(() => root[Symbol.asyncDispose]());

  /** Runs a command that must succeed, and resolves to its output. */
  const said = async (command: string, input?: string): Promise<string> => {
    const ended = await root.run(command, input);
    expect(ended).toMatchObject({ status: 0 });
    return ended.said.trim();
  };

  test("installs and starts a service, which records callbacks once it has the token", async () => {
    expect(await said("systemctl is-active smsledger")).toBe("active");
    expect(await said("systemctl is-enabled smsledger")).toBe("enabled");
    await said(
      "install -m 640 -g smsledger /dev/stdin /etc/smsledger/twilio-auth-token",
      TOKEN,
    );
    await said(
      `sed -i 's/^#\\(TWILIO.*\\)/\\1/; s,^#PUBLIC_URL.*,PUBLIC_URL=${URL},' /etc/smsledger/smsledger.env`,
    );
    await said("systemctl restart smsledger");
    await said(
      `until smsledger healthcheck; do sleep 0.1; done; smsledger simulate --count 1 --public-url ${URL} --twilio-webhook-auth-token-file /etc/smsledger/twilio-auth-token`,
    );
    expect(await said(`smsledger export ${DATABASE} | wc -l`)).toBe("1");
  });

  test("installs files in Debian's standard locations", async () => {
    expect(await said("man --where smsledger")).toBe(
      "/usr/share/man/man1/smsledger.1.gz",
    );
    expect(
      await said(
        "stat --format '%n %U:%G %a' /etc/smsledger/smsledger.env /var/lib/smsledger",
      ),
    ).toBe(
      "/etc/smsledger/smsledger.env root:root 600\n/var/lib/smsledger smsledger:smsledger 700",
    );
    await said("systemd-analyze verify smsledger.service");
    await said("bash -n /usr/share/bash-completion/completions/smsledger");
    expect(
      await said("zcat /usr/share/doc/smsledger/changelog.gz"),
    ).toStartWith(`smsledger (${packageJson.version}) `);
  });

  test("an upgrade keeps settings and data, and restarts the service", async () => {
    const settings = await said("cat /etc/smsledger/smsledger.env");
    const pid = await said("systemctl show --property MainPID smsledger");
    await said(`dpkg --install /mnt/${file}`);
    expect(await said("systemctl show --property MainPID smsledger")).not.toBe(
      pid,
    );
    expect(await said("systemctl is-active smsledger")).toBe("active");
    expect(await said("cat /etc/smsledger/smsledger.env")).toBe(settings);
    expect(await said(`smsledger export ${DATABASE} | wc -l`)).toBe("1");
  });

  test("an upgrade doesn't start a service that someone disabled", async () => {
    await said("systemctl disable --now smsledger");
    await said(`dpkg --install /mnt/${file}`);
    expect((await root.run("systemctl is-active smsledger")).said).toBe(
      "inactive\n",
    );
    await said("systemctl enable --now smsledger");
  });

  test("the package and install.sh refuse to overwrite each other", async () => {
    for (const args of ["", "--uninstall --delete-data"]) {
      const ended = await root.run(`/mnt/deploy/install.sh ${args}`);
      expect(ended.status).toBe(1);
      expect(ended.said).toContain("smsledger is a Debian package here.");
    }
  });

  test("removing the package keeps settings and data; purging it deletes them", async () => {
    await said("dpkg --remove smsledger");
    expect((await root.run("systemctl is-active smsledger")).said).toBe(
      "inactive\n",
    );
    await said("test ! -e /usr/bin/smsledger");
    await said(
      "test -e /etc/smsledger/twilio-auth-token -a -e /etc/smsledger/smsledger.env -a -e /var/lib/smsledger/smsledger.db",
    );
    const mixed = await root.run("/mnt/deploy/install.sh");
    expect(mixed.said).toContain("smsledger is a Debian package here.");
    await said("dpkg --purge smsledger");
    await said("test ! -e /etc/smsledger -a ! -e /var/lib/smsledger");
    expect(await said("find /etc /var/lib -name '*smsledger*' -print")).toBe(
      "",
    );
    await said("/mnt/deploy/install.sh");
    const refused = await root.run(`dpkg --install /mnt/${file}`);
    expect(refused.status).not.toBe(0);
    expect(refused.said).toContain("smsledger was installed with install.sh.");
    await said("systemctl is-active smsledger");
  });
});
