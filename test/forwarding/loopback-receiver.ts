export type ReceivedRequest = {
  readonly headers: Record<string, string>;
  readonly body: string;
};

/** Starts an HTTP server on loopback that receives events. Hold it with `await using`. */
export function startReceiver() {
  const requests: ReceivedRequest[] = [];
  let answer = { status: 200, text: "ok" };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      requests.push({
        headers: Object.fromEntries(request.headers),
        body: await request.text(),
      });
      return new Response(answer.text, { status: answer.status });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/hook`,
    requests,
    /** What it answers from now on. */
    answer(status: number, text = ""): void {
      answer = { status, text };
    },
    stop: () => server.stop(true),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
