/** A receiver that answers everything at once; prints its port, and how much it got when asked with GET. */
let received = 0;
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    if (request.method === "GET") return new Response(String(received));
    await request.text();
    received++;
    return new Response(null, { status: 204 });
  },
});
console.log(server.url.origin);
