import { chmodSync, cpSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The user ID of nobody, who has no permissions. */
export const NOBODY = 65_534;

/** The place where a command runs. */
export type Place = AsyncDisposable & {
  /** Contains the database, a backup, and whatever a command writes. */
  readonly folder: string;
  /** The prefix of the command line. */
  readonly as: readonly string[];
  readonly stdout: "pipe" | "/dev/full";
};

type MakePlace = (template: string, folder: string) => Place;

/** Each is made from a folder that has what commands need. */
export const PLACES: Readonly<Record<string, MakePlace>> = {
  "on a full disk": (template, folder) => {
    mount("-t", "tmpfs", "-o", "size=8m,mode=755", "none", folder);
    copyAll(template, folder);
    const ballast = join(folder, "ballast");
    Bun.spawnSync(["dd", "if=/dev/zero", `of=${ballast}`, "bs=1k"], {
      stderr: "ignore",
    });
    return place(folder, { unmount: true });
  },
  "on a read-only disk": (template, folder) => {
    copyAll(template, folder);
    mount("--bind", folder, folder);
    mount("-o", "remount,bind,ro", folder);
    return place(folder, { unmount: true });
  },
  "with files of another user": (template, folder) => {
    copyAll(template, folder);
    chmodSync(folder, 0o755);
    for (const name of readdirSync(folder))
      chmodSync(join(folder, name), 0o600);
    return place(folder, { as: AS_NOBODY });
  },
  "with a folder of another user": (template, folder) => {
    copyAll(template, folder);
    chmodSync(folder, 0o700);
    return place(folder, { as: AS_NOBODY });
  },
  "with a full disk for its output": (template, folder) => {
    copyAll(template, folder);
    return place(folder, { stdout: "/dev/full" });
  },
};

/** Returns why the places can't be made on this machine, or undefined. */
export function whyNoPlaces(): string | undefined {
  if (process.platform !== "linux") return "it needs Linux";
  if (process.getuid?.() !== 0) return "it needs root, to mount small disks";
  for (const program of ["mount", "umount", "setpriv", "dd"])
    if (Bun.which(program) === null) return `it needs ${program}`;
  const { exitCode } = Bun.spawnSync([
    "unshare",
    "--mount",
    "mount",
    "-t",
    "tmpfs",
    "none",
    "/mnt",
  ]);
  return exitCode === 0 ? undefined : "this machine may not mount";
}

const AS_NOBODY = [
  "setpriv",
  `--reuid=${NOBODY}`,
  `--regid=${NOBODY}`,
  "--clear-groups",
];

function place(
  folder: string,
  {
    as = [],
    stdout = "pipe",
    unmount = false,
  }: {
    readonly as?: readonly string[];
    readonly stdout?: Place["stdout"];
    readonly unmount?: boolean;
  },
): Place {
  return {
    folder,
    as,
    stdout,
    async [Symbol.asyncDispose]() {
      if (unmount) run("umount", folder);
    },
  };
}

function copyAll(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  cpSync(from, to, { recursive: true });
}

function mount(...args: string[]): void {
  run("mount", ...args);
}

function run(...command: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(command);
  if (exitCode !== 0) throw new Error(`${command[0]}: ${stderr.toString()}`);
}
