/** A machine may have no IPv6. */
const ADDRESSES = ["127.0.0.1", "::1"];

/**
 * Starts a server that nothing may reach, at one port of both loopback addresses. It counts
 * connections, so that even one that sends nothing shows. Hold it with `using`.
 */
export function forbiddenServer() {
  let connections = 0;
  let port = 0;
  const listeners = ADDRESSES.flatMap((hostname) => {
    try {
      const listener = Bun.listen({
        hostname,
        port,
        socket: {
          open: () => void connections++,
          data: (socket) =>
            void socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
        },
      });
      port = listener.port;
      return [listener];
    } catch (error) {
      if (hostname === "127.0.0.1") throw error;
      return [];
    }
  });
  return {
    port,
    connections: () => connections,
    [Symbol.dispose]() {
      for (const listener of listeners) listener.stop(true);
    },
  };
}
