/** Standard output, followed by standard error. */
export function requireTool(name: string, debianPackage: string): void {
  if (Bun.which(name) === null)
    throw new Error(
      `This test needs ${name}. Run: apt-get install ${debianPackage}`,
    );
}

export type Ended = {
  readonly status: number;
  /** Standard output, followed by standard error. */
  readonly said: string;
};

/** Stops at the first command that fails, and ends each response with a line break. */
export async function runTool(
  command: readonly string[],
  cwd = import.meta.dir,
): Promise<Ended> {
  const child = Bun.spawn([...command], {
    cwd,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { status, said: stdout + stderr };
}
