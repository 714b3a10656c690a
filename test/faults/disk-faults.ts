import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "../support/temp-dir.ts";
import { compileLibrary } from "./preloaded.ts";

export type Disk = {
  readonly databaseUrl: string;
  readonly env: Record<string, string>;
  breakDown(): void;
  mend(): void;
  [Symbol.dispose](): void;
};

/** Databases whose disk calls can be made to fail; see disk-faults.c. */
export type DiskFaults = Disposable & {
  /** Makes a database whose disk fails as `words` describe. */
  disk(words: string): Disk;
};

export function diskFaults(): DiskFaults {
  const made = tempDir();
  const library = compileLibrary("disk-faults.c", made.path);
  return {
    disk(words) {
      const folder = tempDir();
      const control = join(folder.path, "fault");
      writeFileSync(control, "none");
      return {
        databaseUrl: join(folder.path, "data", "smsledger.db"),
        env: { LD_PRELOAD: library, DISK_FAULT: control },
        breakDown: () => writeFileSync(control, words),
        mend: () => writeFileSync(control, "none"),
        [Symbol.dispose]: folder[Symbol.dispose],
      };
    },
    [Symbol.dispose]: made[Symbol.dispose],
  };
}

export function run(...command: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(command);
  if (exitCode !== 0) throw new Error(`${command[0]}: ${stderr.toString()}`);
}
