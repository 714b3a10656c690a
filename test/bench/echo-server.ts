/**
 * The minimal server: reads the body, verifies nothing and stores nothing. Prints its port.
 */
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    await request.bytes();
    return Response.json({ success: true, processed: 1 });
  },
});
console.log(`listening on ${server.url.origin}`);
