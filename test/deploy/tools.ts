/** Fails with what to do when a program that these tests drive is missing; .ci/run installs them all. */
export function requireTool(name: string, debianPackage: string): void {
  if (Bun.which(name) === null)
    throw new Error(
      `${name} is missing, which this test needs. Run: apt-get install ${debianPackage}`,
    );
}

export type Ended = {
  readonly status: number;
  /** What it said on both outputs. */
  readonly said: string;
};

/** Runs a program of the system to its end. */
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
