import { expect, test } from "bun:test";
import { startServer } from "../support/start-server.ts";
import { get } from "./page-client.ts";

/** The maximum number of bytes that a browser loads for a full page. */
const FIRST_LOAD_BYTES_MAX = 60 * 1024;

test("assets can be cached forever, as their URLs change with them", async () => {
  await using server = await startServer();
  for (const path of await assetsOf(server.origin)) {
    expect(path).toMatch(/^\/assets\/[0-9a-f]{12}\/[a-z.-]+$/);
    const { status, headers } = await get(server.origin + path);
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe(
      "public, max-age=31536000, immutable",
    );
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
});

test("assets are compressed as the browser accepts, with the same content", async () => {
  await using server = await startServer();
  for (const path of await assetsOf(server.origin)) {
    const as = async (accepted: string) => {
      const answer = await fetch(server.origin + path, {
        headers: { "accept-encoding": accepted },
      });
      return {
        encoding: answer.headers.get("content-encoding"),
        text: await answer.text(),
      };
    };
    const plain = await as("identity");
    expect(plain.encoding).toBeNull();
    expect(await as("gzip")).toEqual({ ...plain, encoding: "gzip" });
    expect(await as("gzip, br")).toEqual({ ...plain, encoding: "br" });
  }
});

test("the first load of any full page is at most 60 KB", async () => {
  await using server = await startServer();
  for (let index = 0; index < 60; index++)
    await server.twilio.post(
      {
        MessageStatus: "undelivered",
        ErrorCode: `300${index % 10}${index % 7}`,
      },
      { query: `?campaign=spring${index}&order=${index}` },
    );
  for (const path of ["/", "/messages", "/errors", "/numbers"]) {
    let bytes = await transferred(server.origin + path);
    for (const asset of await assetsOf(server.origin, path))
      bytes += await transferred(server.origin + asset);
    expect([path, bytes < FIRST_LOAD_BYTES_MAX, bytes]).toEqual([
      path,
      true,
      bytes,
    ]);
  }
});

/** Resolves to the files that a page loads, or may load later. */
async function assetsOf(origin: string, path = "/numbers"): Promise<string[]> {
  const { text } = await get(origin + path);
  const paths = [...text.matchAll(/="(\/assets\/[^"]+)"/g)];
  return [...new Set(paths.map((match) => match[1] ?? ""))];
}

async function transferred(url: string): Promise<number> {
  const answer = await fetch(url, {
    headers: { "accept-encoding": "gzip" },
    decompress: false,
  });
  return (await answer.arrayBuffer()).byteLength;
}
