/**
 * `bun test/forwarding/receiver.ts PORT FILE`: a receiver that adds a line to a file for each
 * request before it answers, so that what it received survives `kill -9`.
 */
import { appendFileSync } from "node:fs";

const [port = "0", file = ""] = process.argv.slice(2);

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(port),
  async fetch(request) {
    const { type, data } = await request.json();
    const id = request.headers.get("webhook-id");
    appendFileSync(file, `${data.messageSid} ${type} ${id}\n`);
    return new Response(null, { status: 204 });
  },
});
console.log(server.port);
