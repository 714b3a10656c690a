import { join } from "node:path";

/** Whether libraries can be compiled that change what a process sees of the system. */
export const canCompile = Bun.which("cc") !== null;

/** Compiles a file of this folder, which a process loads by LD_PRELOAD. Returns the library's file, in `folder`. */
export function compileLibrary(source: string, folder: string): string {
  const library = join(folder, source.replace(/\.c$/, ".so"));
  const file = join(import.meta.dir, source);
  const { exitCode, stderr } = Bun.spawnSync([
    "cc",
    "-shared",
    "-fPIC",
    "-O2",
    "-o",
    library,
    file,
    "-ldl",
  ]);
  if (exitCode !== 0) throw new Error(`cc ${source}: ${stderr.toString()}`);
  return library;
}
