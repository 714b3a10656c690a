/**
 * `bun run test`: runs every check; ends with the failures and one line of counts. `bun run
 * test test/live`: runs only the tests in these files and folders.
 */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  rmSync,
  statfsSync,
} from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "./support/postgres-server.ts";

/** For tests that take seconds by themselves, on a busy machine. */
const TIMEOUT_MS = 120_000;
/** More than there are cores, because many tests wait for a time that is their subject. */
const WORKERS = availableParallelism() * 2;
/** More than all tests need at a time. */
const ROOM_MIN_BYTES = 4e9;

const ROOT = join(import.meta.dir, "..");
/** Of the temporary files, in memory where there's room: most tests would wait for the disk half of their time. */
const TEMPORARY = temporaryFolder();
const bun = process.execPath;
const BINARY = join(ROOT, "dist/smsledger");
/** For `support/threads.ts`. */
const THREADS = join(ROOT, "dist/threads");
const BUNDLE_THREADS = [
  bun,
  "build",
  "test/support/writer.ts",
  "src/account/hasher.ts",
  "--root=.",
  `--outdir=${THREADS}`,
  "--target=bun",
  "--format=cjs",
  "--bytecode",
  "--minify-syntax",
  "--minify-whitespace",
];
/** Of a failure that is repeated at the end, where nobody has to search for it. */
const DETAIL_LINES_MAX = 60;
/** How long each file took here, and for the first run elsewhere: the slowest start first. */
const TIMINGS = ["dist/test-timings.json", "test/timings.json"];

const CHECKS = {
  format: [bun, "fmt", "--no-script", "--check"],
  types: [bun, "run", "check"],
  "lint and XSS scan": [bun, "run", "lint"],
  layers: [bun, "run", "layers"],
} as const;

type Ended = { readonly code: number; readonly output: string };

function temporaryFolder(): string {
  const memory = "/dev/shm";
  const hasRoom =
    process.env["TMPDIR"] === undefined &&
    existsSync(memory) &&
    statfsSync(memory).bavail * statfsSync(memory).bsize > ROOM_MIN_BYTES;
  const folder = mkdtempSync(
    join(hasRoom ? memory : tmpdir(), "smsledger-tests-"),
  );
  // Servers that don't run as root have folders in it.
  chmodSync(folder, 0o1777);
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a command; with `isShown`, passes on its output as it comes. */
async function run(
  command: readonly string[],
  isShown = false,
): Promise<Ended> {
  const child = Bun.spawn([...command], {
    cwd: ROOT,
    env: {
      ...process.env,
      TMPDIR: TEMPORARY,
      SMSLEDGER_BINARY: BINARY,
      SMSLEDGER_THREADS: THREADS,
      SMSLEDGER_TEST_POSTGRES: postgres.folder,
    },
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
function tests(paths: readonly string[]): Promise<Ended> {
  const options = [
    `--timeout=${TIMEOUT_MS}`,
    `--parallel=${WORKERS}`,
    "--no-isolate",
    "--preload=./test/support/threads.ts",
    ...TIMINGS.map((file) => `--timings=${file}`),
    "--update-timings",
  ];
  return run([bun, "test", ...options, ...paths], true);
}

const paths = process.argv.slice(2);
process.env["TMPDIR"] = TEMPORARY;
const postgres = await startPostgres();
// Tests run the compiled program.
const unbuilt = await Promise.all([
  check("build", [bun, "run", "build"]),
  check("bundles of threads", BUNDLE_THREADS),
]);
const checks = paths.length > 0 ? [] : Object.entries(CHECKS);
const [{ code, output }, ...others] = await Promise.all([
  tests(paths.length > 0 ? paths : ["./test"]),
  ...checks.map(([name, command]) => check(name, command)),
]);
const failedChecks = [...unbuilt, ...others].filter(
  (name) => name !== undefined,
);

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

/** What the runner said about failures where they happened: before their lines or after. */
function* failures(): Generator<string> {
  let lines: string[] = [];
  for (const line of output.split("\n")) {
    if (/^\((?:pass|skip)\) |^test\/\S+:$|^ *\d+ pass$/.test(line)) {
      const last = lines.findLastIndex((each) => each.startsWith("(fail) "));
      if (last > 0) yield lines.slice(-DETAIL_LINES_MAX).join("\n");
      lines = [];
    } else lines.push(line);
  }
}

for (const detail of failures()) console.log(`\n${detail}`);
for (const name of skipped) console.log(`skipped: ${name}`);
for (const name of failed) console.log(`failed: ${name}`);
const passed =
  count("pass") + checks.length + unbuilt.length - failedChecks.length;
const failureCount = count("fail") + failedChecks.length + (isBroken ? 1 : 0);
console.log(
  `\n${passed} passed, ${failureCount} failed, ${count("skip")} skipped`,
);
process.exit(failureCount === 0 ? 0 : 1);
