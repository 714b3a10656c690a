import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, cpSync } from "node:fs";
import { join } from "node:path";
import { compiledBinary } from "../support/compiled-binary.ts";
import { tempDir } from "../support/temp-dir.ts";
import { scratchRoot, whyNoScratchRoot } from "./scratch-root.ts";
import { requireTool, runTool, type Ended } from "./tools.ts";

const DEPLOY = join(import.meta.dir, "../../deploy");
const INSTALL = "/mnt/deploy/install.sh";
const TOKEN = "0123456789abcdef0123456789abcdef";
const URL = "https://sms.example.com";
const DATABASE = "--database-url /var/lib/smsledger/smsledger.db";

const why = await whyNoScratchRoot();
if (why !== undefined) console.warn(`install.sh isn't tested: ${why}.`);

test("ShellCheck accepts install.sh", async () => {
  requireTool("shellcheck", "shellcheck");
  const file = join(DEPLOY, "install.sh");
  expect(await runTool(["shellcheck", file])).toEqual({ status: 0, said: "" });
});

describe.skipIf(why !== undefined)("install.sh", () => {
  /** A downloaded release. */
  const release = tempDir();
  const program = `smsledger-linux-${process.arch}`;
  let root: Awaited<ReturnType<typeof scratchRoot>>;
  beforeAll(async () => {
    cpSync(DEPLOY, join(release.path, "deploy"), { recursive: true });
    copyFileSync(await compiledBinary(), join(release.path, program));
    root = await scratchRoot(release.path, "systemd");
    const { status, said } = await root.run(
      `${INSTALL} --public-url ${URL} --auth-token-file -`,
      TOKEN,
    );
    if (status !== 0) throw new Error(said);
  });
  afterAll(async () => {
    await root[Symbol.asyncDispose]();
    release[Symbol.dispose]();
  });

  /** Runs a command that must succeed, and resolves to its output. */
  const said = async (command: string, input?: string): Promise<string> => {
    const ended = await root.run(command, input);
    expect(ended).toMatchObject({ status: 0 });
    return ended.said.trim();
  };
  const settings = () => said("cat /etc/smsledger/smsledger.env");

  test("starts and enables a service that records callbacks", async () => {
    expect(await said("systemctl is-active smsledger")).toBe("active");
    expect(await said("systemctl is-enabled smsledger")).toBe("enabled");
    expect(
      await said(
        "stat --format %U /proc/$(systemctl show --property MainPID --value smsledger)",
      ),
    ).toBe("smsledger");
    await said(
      `smsledger simulate --count 1 --public-url ${URL} --twilio-webhook-auth-token-file /etc/smsledger/twilio-auth-token`,
    );
    expect(await said(`smsledger export ${DATABASE} | wc -l`)).toBe("1");
  });

  test("lets only root and the service read settings, token and data", async () => {
    expect(
      await said(
        "stat --format '%n %U:%G %a' /etc/smsledger/* /var/lib/smsledger /var/lib/smsledger/backups",
      ),
    ).toBe(`/etc/smsledger/smsledger.env root:root 600
/etc/smsledger/twilio-auth-token root:smsledger 640
/var/lib/smsledger smsledger:smsledger 700
/var/lib/smsledger/backups smsledger:smsledger 700`);
  });

  test("installs completions and the manual page", async () => {
    expect(await said("man --where smsledger")).toEqual(
      expect.stringMatching(
        /^\/usr\/local\/(share\/)?man\/man1\/smsledger\.1$/,
      ),
    );
    const shells = { bash: "bash-completion/completions/smsledger" };
    for (const [shell, file] of Object.entries({
      ...shells,
      zsh: "zsh/site-functions/_smsledger",
      fish: "fish/vendor_completions.d/smsledger.fish",
    }))
      expect(await said(`cat /usr/local/share/${file}`)).toContain(
        `# ${shell} completion for smsledger`,
      );
  });

  test("prints the link to create the first admin until there is one", async () => {
    const setup = `${URL}/setup?code=`;
    expect(await said(INSTALL)).toContain(`Create the first admin: ${setup}`);
    await said(`smsledger user add ana --generate ${DATABASE}`);
    expect(await said(INSTALL)).not.toContain(setup);
  });

  test("a second run changes only the settings it is given", async () => {
    await said(
      "sed -i s/^RETENTION_DAYS=.*/RETENTION_DAYS=90/ /etc/smsledger/smsledger.env && chmod 640 /etc/smsledger/smsledger.env",
    );
    const before = await settings();
    const messages = await said(`smsledger export ${DATABASE}`);
    const pid = await said("systemctl show --property MainPID smsledger");
    expect(await said(INSTALL)).toBe(
      `Installed smsledger ${await said("smsledger version")}.\nThe service is ready.`,
    );
    expect(await settings()).toBe(before);
    await said(`${INSTALL} --public-url https://other.example.com`);
    expect(await settings()).toBe(
      before.replace(URL, "https://other.example.com"),
    );
    expect(await said("stat --format %a /etc/smsledger/smsledger.env")).toBe(
      "640",
    );
    expect(await said("cat /etc/smsledger/twilio-auth-token")).toBe(TOKEN);
    expect(await said(`smsledger export ${DATABASE}`)).toBe(messages);
    expect(await said("systemctl show --property MainPID smsledger")).not.toBe(
      pid,
    );
  });

  test("takes over an installation made by hand", async () => {
    await said(
      "sed -i /^TWILIO/d /etc/smsledger/smsledger.env; cd /etc/smsledger; chown root: twilio-auth-token; chmod 600 twilio-auth-token",
    );
    await said(INSTALL);
    expect(await settings()).toEndWith(
      "TWILIO_WEBHOOK_AUTH_TOKEN_FILE=/etc/smsledger/twilio-auth-token",
    );
    await said(
      "setpriv --reuid smsledger --regid smsledger --clear-groups cat /etc/smsledger/twilio-auth-token",
    );
  });

  test("shows the log when the service doesn't start", async () => {
    await said(
      "sed -i.good s/^RETENTION_DAYS=.*/RETENTION_DAYS=-1/ /etc/smsledger/smsledger.env",
    );
    const ended = await root.run(INSTALL);
    expect(ended.status).toBe(1);
    expect(ended.said).toContain("RETENTION_DAYS: ");
    expect(ended.said).toContain("The service isn't ready;");
    await said(
      "mv /etc/smsledger/smsledger.env.good /etc/smsledger/smsledger.env",
    );
    await said(INSTALL);
  });

  test("changes nothing if the program is damaged, doesn't run here, or is missing", async () => {
    const refused = async (args: string): Promise<string> => {
      const ended: Ended = await root.run(`${INSTALL} ${args}`);
      expect(ended.status).toBe(1);
      return ended.said;
    };
    await said(
      `mkdir -p /tmp/bad && cd /tmp/bad && cp /bin/true ${program} && echo "${"0".repeat(64)}  ${program}" >SHA256SUMS`,
    );
    expect(await refused(`/tmp/bad/${program}`)).toContain(
      "doesn't match SHA256SUMS",
    );
    await said(`cd /tmp/bad && echo nonsense >other`);
    expect(await refused("/tmp/bad/other")).toContain(
      "doesn't run on this machine",
    );
    expect(await refused("/tmp/bad/none")).toContain(
      "There's no file /tmp/bad/none.",
    );
    expect(await refused("--public-url sms.example.com")).toContain(
      "--public-url: must be an address",
    );
    expect(await said("smsledger version; ls /usr/local/bin/smsledger*")).toBe(
      `${await said("smsledger version")}\n/usr/local/bin/smsledger`,
    );
  });

  test("asks at a terminal for what isn't set, without showing the token", async () => {
    await said(`rm -r /etc/smsledger`);
    const { status, said: session } = await root.runAtTerminal(INSTALL, [
      ["Address that Twilio calls", URL],
      ["Auth token of your Twilio account", TOKEN],
    ]);
    expect(status).toBe(0);
    expect(session).not.toContain(TOKEN);
    expect(await said("cat /etc/smsledger/twilio-auth-token")).toBe(TOKEN);
    expect(await settings()).toContain(`\nPUBLIC_URL=${URL}\n`);
  });

  test("--uninstall keeps settings and data, and --delete-data deletes them", async () => {
    const kept = "cd / && find etc/smsledger var/lib/smsledger | sort";
    await said("systemctl stop smsledger");
    const before = await said(kept);
    await said(`${INSTALL} --uninstall`);
    expect(await said(kept)).toBe(before);
    expect((await root.run("systemctl cat smsledger")).status).toBe(1);
    expect(
      await said(
        "find /etc /usr /var -name '*smsledger*' | grep --invert-match --extended-regexp '^/(etc|var/lib)/smsledger'; true",
      ),
    ).toBe("");
    await said(INSTALL);
    expect(await said(`smsledger export ${DATABASE} | wc -l`)).toBe("1");
    await said(`${INSTALL} --uninstall --delete-data`);
    expect(
      await said(
        "ls -d /etc/smsledger /var/lib/smsledger 2>&1; id smsledger; true",
      ),
    ).toBe(
      "ls: cannot access '/etc/smsledger': No such file or directory\n" +
        "ls: cannot access '/var/lib/smsledger': No such file or directory\n" +
        "id: 'smsledger': no such user",
    );
    expect(await said(`${INSTALL} --uninstall`)).toStartWith(
      "Removed smsledger.",
    );
  });
});

test.skipIf(why !== undefined)(
  "without systemd running, install.sh installs the service for the next boot",
  async () => {
    using release = tempDir();
    chmodSync(release.path, 0o755);
    cpSync(DEPLOY, join(release.path, "deploy"), { recursive: true });
    copyFileSync(await compiledBinary(), join(release.path, "smsledger"));
    await using root = await scratchRoot(release.path, "nothing");
    const { status, said } = await root.run(`${INSTALL} /mnt/smsledger`);
    expect(status).toBe(0);
    expect(said).toContain("It starts at the next boot.");
    expect(said).toContain("--public-url");
    expect(said).toContain("--auth-token-file");
    const enabled = await root.run("systemctl is-enabled smsledger");
    expect(enabled.said).toBe("enabled\n");
    const { said: unprivileged } = await root.run(
      `setpriv --reuid 65534 --clear-groups ${INSTALL}`,
    );
    expect(unprivileged).toContain("Only root can do this.");
  },
);

test("install.sh says what is wrong with its arguments", async () => {
  const file = join(DEPLOY, "install.sh");
  for (const args of [["--nonsense"], ["--public-url"], ["--delete-data"]]) {
    const { status, said } = await runTool([file, ...args]);
    expect([status, said]).toEqual([2, expect.stringContaining(args.join())]);
  }
  expect(await runTool([file, "--help"])).toMatchObject({ status: 0 });
});
