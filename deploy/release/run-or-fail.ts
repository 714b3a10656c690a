/** Runs a command in a folder. Throws an Error with `failure` and what the command said when it fails. */
export async function runOrFail(
  command: readonly string[],
  cwd: string,
  failure: string,
): Promise<void> {
  const child = Bun.spawn([...command], {
    cwd,
    env: { ...process.env, NODE_ENV: "production" },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const said = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(`${failure}\n${said.trim()}`);
}
