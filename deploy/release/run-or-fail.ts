/**
 * Runs a command in a folder, and resolves to its standard output. If the command fails,
 * throws an Error with `failure` and its standard error.
 */
export async function runOrFail(
  command: readonly string[],
  cwd: string,
  failure: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = Bun.spawn([...command], {
    cwd,
    env: { ...process.env, NODE_ENV: "production", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, said] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) !== 0) throw new Error(`${failure}\n${said.trim()}`);
  return output;
}
