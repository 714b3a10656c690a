/**
 * `bun test/bench/page-clients.ts ORIGIN CLIENTS PAUSE_MS < PATHS`
 *
 * Loads pages in a loop, one path after another, with CLIENTS clients at once, until
 * SIGTERM. Then prints how many were loaded. A separate process, so that handling the
 * responses doesn't slow down the measurement.
 */
const [origin = "", clients = "1", pauseMs = "0"] = process.argv.slice(2);
const paths = (await Bun.stdin.text()).trim().split("\n");
let started = 0;
let loaded = 0;
const report = (): never => {
  console.log(loaded);
  process.exit(0);
};
process.on("SIGTERM", report);

async function loop(): Promise<never> {
  for (;;) {
    const path = paths[started++ % paths.length] ?? "/";
    const response = await fetch(origin + path, {
      headers: { "accept-encoding": "gzip" },
      decompress: false,
    });
    // An export never ends within a run, so its megabytes are counted.
    if (path.startsWith("/messages.csv")) {
      for await (const chunk of response.body ?? [])
        loaded += chunk.byteLength / 2 ** 20;
    } else {
      await response.arrayBuffer();
      loaded++;
    }
    if (Number(pauseMs) > 0) await Bun.sleep(Number(pauseMs));
  }
}
await Promise.all(Array.from({ length: Number(clients) }, loop));
