/** `bun run test`: every check there is, one after the other; ends with one line of what passed and failed. */
type Counts = { passed: number; failed: number; skipped: number };

const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
/** The runner names a failed test where it failed and again at its end. */
const failures = new Set<string>();

/** Runs a command, passes its output on, and resolves to its exit code and what it printed. */
async function run(
  command: readonly string[],
): Promise<{ code: number; output: string }> {
  const child = Bun.spawn([...command], {
    stdout: "pipe",
    stderr: "pipe",
    stdin: "ignore",
  });
  const read = async (
    stream: ReadableStream<Uint8Array>,
    to: NodeJS.WriteStream,
  ): Promise<string> => {
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      to.write(chunk);
      text += decoder.decode(chunk, { stream: true });
    }
    return text;
  };
  const [out, err] = await Promise.all([
    read(child.stdout, process.stdout),
    read(child.stderr, process.stderr),
  ]);
  return { code: await child.exited, output: out + err };
}

const bun = process.execPath;
const checks: readonly (readonly [name: string, command: readonly string[]])[] =
  [
    ["format", [bun, "fmt", "--no-script", "--check"]],
    ["types", [bun, "run", "check"]],
    ["lint and XSS scan", [bun, "run", "lint"]],
    ["layers", [bun, "run", "layers"]],
    ["build", [bun, "run", "build"]],
  ];
for (const [name, command] of checks) {
  console.log(`\n== ${name}`);
  const { code } = await run(command);
  if (code === 0) counts.passed++;
  else {
    counts.failed++;
    failures.add(name);
  }
}

console.log("\n== tests");
// Two files at a time, as most of them wait for a browser or a server.
const { code, output } = await run([
  bun,
  "test",
  "--timeout",
  "60000",
  "--parallel=2",
]);
const count = (word: string): number =>
  Number(new RegExp(`^ *(\\d+) ${word}$`, "m").exec(output)?.[1] ?? 0);
counts.passed += count("pass");
counts.skipped += count("skip");
counts.failed += count("fail");
// A runner that ended badly without naming a test, such as a file that does not load.
if (code !== 0 && count("fail") === 0) counts.failed++;
for (const [, name] of output.matchAll(/^\(fail\) (.*?)(?: \[[\d.]+ms\])?$/gm))
  failures.add(name ?? "");
for (const [, name] of output.matchAll(/^\(skip\) (.*)$/gm))
  console.log(`skipped: ${name}`);
for (const name of failures) console.log(`failed: ${name}`);

console.log(
  `\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
);
process.exit(counts.failed === 0 ? 0 : 1);
