import { PROGRAM } from "../cli/program.ts";
import { AUTH_TOKEN } from "../support/twilio-client.ts";

export type ServerProcess = {
  readonly origin: string;
  readonly pid: number;
  /** Ends it like a power cut: no more code runs. */
  kill(): Promise<void>;
  /** Ends it as a service manager does; resolves to its exit status. */
  stop(): Promise<number>;
};

/** Starts the real program as a process and resolves once it listens. */
export async function startProcess(
  databaseUrl: string,
  env: Record<string, string> = {},
): Promise<ServerProcess> {
  const child = Bun.spawn([...PROGRAM, "serve"], {
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
  const origin = await listeningOrigin(child.stdout);
  return {
    origin,
    pid: child.pid,
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

/** Reads the log until it says where the server listens, then discards the rest. */
async function listeningOrigin(
  log: ReadableStream<Uint8Array>,
): Promise<string> {
  const found = Promise.withResolvers<string>();
  const read = async (): Promise<void> => {
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of log) {
      if (text.length < 10_000) text += decoder.decode(chunk, { stream: true });
      const [, origin] = /listening on (http:\/\/[^"\s]+)/.exec(text) ?? [];
      if (origin !== undefined) found.resolve(origin);
    }
    found.reject(new Error(`The server didn't start: ${text}`));
  };
  void read();
  return found.promise;
}
