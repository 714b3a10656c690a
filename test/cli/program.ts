import { join } from "node:path";

/** The command that runs smsledger, without its arguments. */
export type Program = readonly string[];

/** Run from its source. */
export const FROM_SOURCE: Program = [
  process.execPath,
  join(import.meta.dir, "../../src/main.ts"),
];

const compiled = process.env["SMSLEDGER_BINARY"];

/** Compiled, if SMSLEDGER_BINARY names it, as `bun run test` does: it starts in a third of the time. */
export const PROGRAM: Program =
  compiled === undefined ? FROM_SOURCE : [compiled];

export type Surroundings = {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Its standard input; nothing otherwise. */
  readonly input?: string;
};

export type Ended = {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs the program to its end, with only the given environment. */
export async function run(
  program: Program,
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<Ended> {
  const child = spawn(program, args, surroundings);
  const [stdout, stderr, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { status, stdout, stderr };
}

/**
 * Starts the program as a server and waits until it says where it listens. Hold it with
 * `await using`: if it still runs, it is killed at the end.
 */
export async function start(
  program: Program,
  args: readonly string[],
  surroundings: Surroundings = {},
) {
  const child = spawn(program, args, surroundings);
  let output = "";
  const stderr = new Response(child.stderr).text();
  const address = Promise.withResolvers<string>();
  const drained = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      output += decoder.decode(chunk, { stream: true });
      const match = /(?:listening on|Open) (http:\/\/[\w.:[\]]+)/.exec(output);
      if (match?.[1] !== undefined) address.resolve(match[1]);
    }
    address.reject(
      new Error(`The server didn't start:\n${output}${await stderr}`),
    );
  })();
  address.promise.catch(() => undefined);
  const origin = await address.promise;
  return {
    origin,
    pid: child.pid,
    output: () => output,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** Resolves to the exit status, or null if a signal killed it. */
    async ended(): Promise<number | null> {
      await Promise.all([child.exited, drained]);
      return child.exitCode;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null)
        child.kill("SIGKILL");
      await child.exited;
    },
  };
}

function spawn(
  program: Program,
  args: readonly string[],
  { env = {}, cwd = process.cwd(), input }: Surroundings,
) {
  return Bun.spawn([...program, ...args], {
    cwd,
    env: { PATH: process.env["PATH"], ...env },
    stdin: input === undefined ? "ignore" : new Blob([input]),
    stdout: "pipe",
    stderr: "pipe",
  });
}
