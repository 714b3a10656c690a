import type { AnyElysia } from "elysia";

/** Seconds without a byte after which a connection is closed. */
const IDLE_TIMEOUT_S = 30;
/** How long a stopping server waits for requests in flight before it cuts them off. */
const STOP_WAIT_MS = 6_000;

/** The address is taken; the message says what to do. */
export class AddressInUse extends Error {
  override readonly name = "AddressInUse";
}

export type Listening = {
  readonly url: URL;
  /** Takes no more connections, answers what is in flight, and cuts off what is stuck. */
  stopGracefully(): Promise<void>;
};

/** Starts to listen. Throws AddressInUse when another program has the port. */
export function listen(
  app: AnyElysia,
  { host, port }: { readonly host: string; readonly port: number },
): Listening {
  const server = serveOn(app, host, port);
  return {
    url: server.url,
    async stopGracefully() {
      const cutOff = setTimeout(() => void server.stop(true), STOP_WAIT_MS);
      await Promise.race([server.stop(), Bun.sleep(STOP_WAIT_MS + 500)]);
      clearTimeout(cutOff);
    },
  };
}

function serveOn(
  app: AnyElysia,
  host: string,
  port: number,
): Bun.Server<unknown> {
  try {
    app.listen({
      hostname: host,
      port,
      idleTimeout: IDLE_TIMEOUT_S,
      // The routes limit what they read; a limit here would answer without their words.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      development: false,
      reusePort: false,
    });
  } catch (error) {
    if (
      error instanceof Error &&
      "code" in error &&
      error.code === "EADDRINUSE"
    ) {
      throw new AddressInUse(
        `Port ${port} is in use by another program. Stop that program, or set PORT to another.`,
      );
    }
    throw error;
  }
  if (app.server === null) throw new Error("The server did not start.");
  return app.server;
}
