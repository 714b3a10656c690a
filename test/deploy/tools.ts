/** Fails with instructions if a program that these tests need is missing. .ci/run installs them all. */
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

/** Runs a command to its end. */
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
