import { expect, test } from "bun:test";
import { startServer } from "../support/start-server.ts";
import { get } from "./page-client.ts";

/** Bytes that a browser may load before a page is whole. */
const FIRST_LOAD_BYTES_MAX = 60 * 1024;

test("assets may be kept for ever, as their address changes with them", async () => {
  await using server = await startServer();
  for (const path of await assetsOf(server.origin)) {
    expect(path).toMatch(/^\/assets\/[0-9a-f]{12}\/[a-z.]+$/);
    const { status, headers } = await get(server.origin + path);
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe(
      "public, max-age=31536000, immutable",
    );
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
});

test("assets come as the browser accepts them, with the same content", async () => {
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

test("the first load of a full page is at most 60 KB", async () => {
  await using server = await startServer();
  for (let index = 0; index < 60; index++)
    await server.twilio.post(
      {
        MessageStatus: "undelivered",
        ErrorCode: `300${index % 10}${index % 7}`,
      },
      { query: `?campaign=spring${index}&order=${index}` },
    );
  let bytes = await transferred(`${server.origin}/messages`);
  for (const path of await assetsOf(server.origin))
    bytes += await transferred(server.origin + path);
  expect(bytes).toBeLessThan(FIRST_LOAD_BYTES_MAX);
});

async function assetsOf(origin: string): Promise<string[]> {
  const { text } = await get(`${origin}/messages`);
  const paths = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)];
  return [...new Set(paths.map((match) => match[1] ?? ""))];
}

async function transferred(url: string): Promise<number> {
  const answer = await fetch(url, {
    headers: { "accept-encoding": "gzip" },
    decompress: false,
  });
  return (await answer.arrayBuffer()).byteLength;
}
