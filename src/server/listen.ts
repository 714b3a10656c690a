import type { AnyElysia } from "elysia";

/** Seconds without a byte after which a connection is closed. */
const IDLE_TIMEOUT_S = 30;
/** How long a stopping server waits for requests in flight before it cuts them off. */
const STOP_WAIT_MS = 5_000;

/** The server can't listen on the address; the message says why and what to do. */
export class CannotListen extends Error {
  override readonly name: string = "CannotListen";
}

/** Another program has the port. */
export class AddressInUse extends CannotListen {
  override readonly name = "AddressInUse";
}

export type Address = { readonly host: string; readonly port: number };

export type Listening = {
  readonly url: URL;
  /** Accepts no more connections, answers requests in flight, and cuts off those that are stuck. */
  stopGracefully(): Promise<void>;
  /** Cuts off requests in flight. */
  stopNow(): Promise<void>;
};

/** Starts listening. Throws CannotListen, or AddressInUse if another program has the port. */
export function listen(app: AnyElysia, address: Address): Listening {
  const server = serveOn(app, address);
  const stopNow = async (): Promise<void> => {
    // Not every cut connection reports that it's gone.
    await Promise.race([server.stop(true), Bun.sleep(200)]);
  };
  return {
    url: server.url,
    stopNow,
    async stopGracefully() {
      const { promise: stuck, resolve } = Promise.withResolvers<void>();
      const cutOff = setTimeout(resolve, STOP_WAIT_MS);
      await Promise.race([server.stop(), stuck.then(stopNow)]);
      clearTimeout(cutOff);
    },
  };
}

function serveOn(app: AnyElysia, { host, port }: Address): Bun.Server<unknown> {
  try {
    app.listen({
      hostname: host,
      port,
      idleTimeout: IDLE_TIMEOUT_S,
      // Handlers limit what they read; a limit here would answer in other words than theirs.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      development: false,
      reusePort: false,
    });
  } catch (error) {
    throw explained(error, port);
  }
  if (app.server === null) throw new Error("The server did not start.");
  return app.server;
}

/** A system error, explained for the operator. */
function explained(error: unknown, port: number): unknown {
  switch (error instanceof Error && "code" in error && error.code) {
    case "EADDRINUSE":
      return new AddressInUse(
        `Port ${port} is in use by another program. Stop that program, or set PORT to another port.`,
      );
    case "EACCES":
      return new CannotListen(
        `This user may not listen on port ${port}. Set PORT to 1024 or higher.`,
      );
    case "EADDRNOTAVAIL":
    case "EAFNOSUPPORT":
      return new CannotListen(
        "HOST isn't an address of this machine. Set it to one that is, such as 127.0.0.1.",
      );
    default:
      return error;
  }
}
