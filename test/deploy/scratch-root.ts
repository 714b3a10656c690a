import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";
import type { Ended } from "./tools.ts";

/**
 * Resolves to why there can't be a scratch root here, or undefined. Only root can mount,
 * and not in every container.
 */
export async function whyNoScratchRoot(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "only root can mount";
  try {
    using folder = tempDir();
    await using root = await scratchRoot(folder.path, "nothing");
    const { said } = await root.run("id");
    return said.startsWith("uid=0(root)") ? undefined : said;
  } catch (error) {
    return error instanceof Error ? error.message : "it failed";
  }
}

/**
 * Starts a copy of this machine that a test can change. Its writes stay in memory and are
 * gone at the end, and it has its own processes and network. Either systemd runs there, or
 * nothing does. `folder` is mounted at /mnt.
 */
export async function scratchRoot(folder: string, runs: "systemd" | "nothing") {
  const place = mkdtempSync(join(tmpdir(), "smsledger-root-"));
  // It and everything in it ends when its input does, at the latest with the test.
  const keeper = Bun.spawn(
    ["unshare", "--mount", "--propagation=private", "sh", "-euc", KEEPER],
    {
      cwd: place,
      env: { PATH: process.env["PATH"], FOLDER: folder, RUNS: runs, FIRST },
      stdin: "pipe",
      stdout: "ignore",
      stderr: "pipe",
    },
  );
  const end = async (): Promise<void> => {
    await keeper.stdin.end();
    await keeper.exited;
    rmSync(place, { recursive: true });
  };
  const enter = (): string[] => {
    const first = childOf(childOf(keeper.pid));
    return ["nsenter", `--target=${first}`, "--all", "sh", "-c"];
  };
  /** Runs a shell command there, as root. */
  const run = async (command: string, input = ""): Promise<Ended> => {
    const child = Bun.spawn([...enter(), `exec 2>&1; ${command}`], {
      cwd: "/",
      env: ENV,
      stdin: new Blob([input]),
      stdout: "pipe",
      stderr: "pipe",
    });
    const said = await new Response(child.stdout).text();
    return { status: await child.exited, said };
  };
  /** Runs a command at a terminal. Types each answer when `question` is asked. */
  const runAtTerminal = async (
    command: string,
    answers: readonly (readonly [question: string, answer: string])[],
  ): Promise<Ended> => {
    let said = "";
    let asked = 0;
    const child = Bun.spawn([...enter(), command], {
      cwd: "/",
      env: ENV,
      terminal: {
        data(terminal, data) {
          said += Buffer.from(data).toString();
          const [question, answer] = answers[asked] ?? [];
          if (question === undefined || !said.includes(question)) return;
          asked++;
          terminal.write(`${answer}\n`);
        },
      },
    });
    return { status: await child.exited, said };
  };
  const isReady = async (): Promise<boolean> =>
    (await run(IS_READY[runs])).status === 0;
  const failed = keeper.exited.then(async () => {
    throw new Error(await new Response(keeper.stderr).text());
  });
  try {
    await Promise.race([until(isReady), failed]);
  } catch (error) {
    await end();
    throw error;
  }
  failed.catch(() => undefined);
  return { run, runAtTerminal, [Symbol.asyncDispose]: end };
}

const ENV = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  DEBIAN_FRONTEND: "noninteractive",
};
const IS_READY = {
  nothing: "test -e /run/scratch-root",
  systemd: "test -e /run/scratch-root && systemctl is-system-running",
};

/** Returns the first child of a process. */
function childOf(pid: number): number {
  const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  const [first = ""] = pids.split(" ");
  if (first === "") throw new Error(`Process ${pid} has no child.`);
  return Number(first);
}

const KEEPER = `
mount -t tmpfs tmpfs .
cd "$PWD"
mkdir upper work root cgroups
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
# Containers don't let packages start services or install documentation. Indexing all manual
# pages takes too long.
rm -rf root/usr/sbin/policy-rc.d root/etc/dpkg/dpkg.cfg.d root/var/lib/man-db/auto-update
# The services that systemd starts by default aren't needed, and some would change this machine's kernel.
rm -f root/etc/fstab root/lib/systemd/system-generators/*
find root/lib/systemd/system root/etc/systemd/system -path '*.wants/*' ! -name '*journald*' -delete
for each in dev run tmp; do mount -t tmpfs tmpfs root/$each; done
for each in null zero full random urandom tty; do cp -a /dev/$each root/dev/; done
ln -s pts/ptmx root/dev/ptmx
mkdir -p root/dev/pts root/dev/shm root/mnt root/old
mount --bind "$FOLDER" root/mnt
mount -t cgroup2 cgroup2 cgroups
mkdir cgroups/smsledger-test-$$
echo $$ >cgroups/smsledger-test-$$/cgroup.procs
unshare --pid --fork --kill-child --mount --cgroup --uts --ipc --net sh -euc "$FIRST" </dev/null >/dev/null &
cat >/dev/null
kill -KILL $(cat /proc/$!/task/$!/children)
wait $! || true
echo $$ >cgroups/cgroup.procs
find cgroups/smsledger-test-$$ -depth -type d -exec rmdir {} +`;

/** Sets up the first process there, which becomes systemd or does nothing. */
const FIRST = `
cd root
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
pivot_root . old
umount --lazy old
rmdir old
touch run/scratch-root
if [ "$RUNS" = nothing ]; then exec sleep infinity; fi
exec env --ignore-environment container=test /lib/systemd/systemd --unit=basic.target`;
