/**
 * `bun run test`: runs every check; ends with the failures and one line of counts. `bun run
 * test test/live`: runs only the tests in these files and folders.
 */
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

/** For tests that take seconds by themselves, on a busy machine. */
const TIMEOUT_MS = 60_000;
/** One more than there are cores, because most tests wait at times. */
const WORKERS = availableParallelism() + 1;
/**
 * Beside them, for browser tests, which wait the most and whose longest file takes a minute
 * and a half: the runner would start it last.
 */
const BROWSER_WORKERS = 2;
const BROWSER_TESTS = "test/browser";

const ROOT = join(import.meta.dir, "..");
const bun = process.execPath;

const CHECKS = {
  format: [bun, "fmt", "--no-script", "--check"],
  types: [bun, "run", "check"],
  "lint and XSS scan": [bun, "run", "lint"],
  layers: [bun, "run", "layers"],
} as const;

type Ended = { readonly code: number; readonly output: string };

/** Runs a command; with `isShown`, passes on its output as it comes. */
async function run(
  command: readonly string[],
  isShown = false,
): Promise<Ended> {
  const child = Bun.spawn([...command], {
    cwd: ROOT,
    env: { ...process.env, SMSLEDGER_BINARY: join(ROOT, "dist/smsledger") },
    stdout: "pipe",
    stderr: "pipe",
    stdin: "ignore",
  });
  let output = "";
  const read = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      if (isShown) process.stdout.write(chunk);
      output += decoder.decode(chunk, { stream: true });
    }
  };
  await Promise.all([read(child.stdout), read(child.stderr)]);
  return { code: await child.exited, output };
}

/** Runs a check and prints its output at the end. Resolves to its name if it failed. */
async function check(
  name: string,
  command: readonly string[],
): Promise<string | undefined> {
  const { code, output } = await run(command);
  console.log(`\n== ${name}: ${code === 0 ? "passed" : "failed"}\n${output}`);
  return code === 0 ? undefined : name;
}

/**
 * Lets files share a worker's modules, because loading them for each file takes most of the
 * time.
 */
function tests(paths: readonly string[], workers: number): Promise<Ended> {
  const options = [`--timeout=${TIMEOUT_MS}`, `--parallel=${workers}`];
  return run([bun, "test", ...options, "--no-isolate", ...paths], true);
}

/** Runs all tests: those in the browser beside the others. */
async function allTests(): Promise<Ended> {
  const others = readdirSync(join(ROOT, "test"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `test/${name}`)
    .filter((path) => path !== BROWSER_TESTS);
  const ended = await Promise.all([
    tests([BROWSER_TESTS], BROWSER_WORKERS),
    tests(others, WORKERS),
  ]);
  return {
    code: Math.max(...ended.map(({ code }) => code)),
    output: ended.map(({ output }) => output).join("\n"),
  };
}

const paths = process.argv.slice(2);
// Tests run the compiled program.
const unbuilt = await check("build", [bun, "run", "build"]);
const checks = paths.length > 0 ? [] : Object.entries(CHECKS);
const [{ code, output }, ...others] = await Promise.all([
  paths.length > 0 ? tests(paths, WORKERS) : allTests(),
  ...checks.map(([name, command]) => check(name, command)),
]);
const failedChecks = [unbuilt, ...others].filter((name) => name !== undefined);

/** The sum of what the runners counted. */
const count = (word: string): number =>
  output
    .matchAll(new RegExp(`^ *(\\d+) ${word}$`, "gm"))
    .reduce((sum, [, number]) => sum + Number(number), 0);
const named = (word: string): string[] =>
  output
    .matchAll(new RegExp(`^\\(${word}\\) (.*?)(?: \\[[\\d.]+ms\\])?$`, "gm"))
    .map(([, name = ""]) => name)
    .toArray();
const skipped = named("skip");
// The runner names a failed test both where it failed and at the end.
const failed = new Set([...failedChecks, ...named("fail")]);
// A runner that failed without naming a test, for example because a file doesn't load.
const isBroken = code !== 0 && count("fail") === 0;
if (isBroken) failed.add("the test runner");

for (const name of skipped) console.log(`skipped: ${name}`);
for (const name of failed) console.log(`failed: ${name}`);
const passed = count("pass") + checks.length + 1 - failedChecks.length;
const failures = count("fail") + failedChecks.length + (isBroken ? 1 : 0);
console.log(`\n${passed} passed, ${failures} failed, ${count("skip")} skipped`);
process.exit(failures === 0 ? 0 : 1);
