import { PROGRAM, type Program } from "../cli/program.ts";
import { AUTH_TOKEN } from "../support/twilio-client.ts";

export type ServerProcess = {
  readonly origin: string;
  readonly pid: number;
  /** What it has logged so far. */
  readonly log: () => string;
  /** Ends it like a power cut: no more code runs. */
  kill(): Promise<void>;
  /** Ends it as a service manager does; resolves to its exit status. */
  stop(): Promise<number>;
};

/** Starts the real program as a process and resolves once it listens. */
export async function startProcess(
  databaseUrl: string,
  env: Record<string, string> = {},
  program: Program = PROGRAM,
): Promise<ServerProcess> {
  const child = Bun.spawn([...program, "serve"], {
    env: {
      PATH: process.env["PATH"],
      NODE_ENV: "production",
      TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
      DATABASE_URL: databaseUrl,
      PORT: "0",
      SIGN_IN: "none",
      LOG_LEVEL: "info",
      LOG_FORMAT: "json",
      ...env,
    },
    stdout: "pipe",
    stderr: "inherit",
  });
  const { text, origin: listening } = readLog(child.stdout);
  const origin = await listening;
  return {
    origin,
    pid: child.pid,
    log: text,
    async kill() {
      child.kill("SIGKILL");
      await child.exited;
    },
    stop() {
      child.kill("SIGTERM");
      return child.exited;
    },
  };
}

/** What is kept of a log: a test that makes many requests shouldn't keep all of it. */
const LOG_CHARS_MAX = 100_000;

/** Reads the log, which says where the server listens. */
function readLog(log: ReadableStream<Uint8Array>) {
  const found = Promise.withResolvers<string>();
  let text = "";
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of log) {
      if (text.length < LOG_CHARS_MAX)
        text += decoder.decode(chunk, { stream: true });
      const [, origin] = /listening on (http:\/\/[^"\s]+)/.exec(text) ?? [];
      if (origin !== undefined) found.resolve(origin);
    }
    found.reject(new Error(`The server didn't start: ${text}`));
  };
  void read();
  return { text: () => text, origin: found.promise };
}
