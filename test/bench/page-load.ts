import { serveHistory } from "./history/history-server.ts";
import type { PageAddresses } from "./page-addresses.ts";

/**
 * Measures how long a page takes, in milliseconds from the request to the last byte of the
 * response.
 */
export async function loadPage(url: string): Promise<{
  readonly ms: number;
  readonly status: number;
  /** Of the compressed response. */
  readonly bytes: number;
}> {
  const start = performance.now();
  const { status, bytes } = await load(url, "gzip");
  return { ms: performance.now() - start, status, bytes };
}

/**
 * Resolves to the bytes transferred on a browser's first visit to a page: the page and its
 * assets, compressed.
 */
export async function firstLoadBytes(
  origin: string,
  path: string,
): Promise<number> {
  const response = await fetch(origin + path);
  const assets = new Set(
    (await response.text()).match(/\/assets\/[\w./-]+/g) ?? [],
  );
  let bytes = (await load(origin + path, "gzip, br")).bytes;
  for (const asset of assets)
    bytes += (await load(origin + asset, "gzip, br")).bytes;
  return bytes;
}

export type ColdLoad = {
  readonly page: string;
  readonly warmMs: number;
  readonly coldMs: number;
};

/**
 * Measures the first request of each page to a server that has just started, in
 * milliseconds: with the database in the system's memory, and without it, as after a
 * reboot. The difference is the disk's share.
 */
export async function coldLoads(
  file: string,
  now: number,
  pages: readonly PageAddresses[],
): Promise<readonly ColdLoad[]> {
  const firstLoad = async (path: string, isCold: boolean): Promise<number> => {
    const server = await serveHistory(file, now);
    await load(`${server.origin}/errors/dictionary`, "gzip");
    // GNU dd can tell the system to drop a file from its cache.
    if (isCold)
      Bun.spawnSync(["dd", `if=${file}`, "iflag=nocache", "count=0"], {
        stderr: "ignore",
      });
    const { ms } = await loadPage(server.origin + path);
    await server.kill();
    return ms;
  };
  const loads = [];
  for (const { page, paths } of pages) {
    const [path = "/"] = paths;
    const warmMs = await firstLoad(path, false);
    loads.push({ page, warmMs, coldMs: await firstLoad(path, true) });
  }
  return loads;
}

async function load(
  url: string,
  encodings: string,
): Promise<{ readonly status: number; readonly bytes: number }> {
  const response = await fetch(url, {
    headers: { "accept-encoding": encodings },
    decompress: false,
    redirect: "manual",
  });
  const { byteLength } = await response.arrayBuffer();
  return { status: response.status, bytes: byteLength };
}
