import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where temporary files are on a disk. The other ones may be in memory, which some tests notice. */
export const ON_DISK = "/var/tmp";

/**
 * Makes an empty folder, which is removed with its contents when disposed of. It's
 * in `parent`, or with the other temporary files.
 */
export function tempDir(
  parent: string = tmpdir(),
): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(parent, "smsledger-test-"));
  return {
    path,
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
