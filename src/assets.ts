import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import { Elysia } from "elysia";
import htmxScript from "htmx.org/dist/htmx.min.js" with { type: "text" };
import favicon from "../views/favicon.svg" with { type: "text" };
import pageScript from "../views/page.js" with { type: "text" };
import stylesheet from "../views/style.css" with { type: "text" };
import { acceptsEncoding } from "./http.ts";

const FILES = {
  "style.css": { text: stylesheet, type: "text/css; charset=utf-8" },
  "htmx.js": { text: htmxScript, type: "text/javascript; charset=utf-8" },
  "page.js": { text: pageScript, type: "text/javascript; charset=utf-8" },
  "favicon.svg": { text: favicon, type: "image/svg+xml" },
} as const;

export type AssetName = keyof typeof FILES;

const ENCODINGS = { br: promisify(brotliCompress), gzip: promisify(gzip) };

/** Nothing is hashed or compressed before it is first asked for, so that the start stays quick. */
const paths = new Map<AssetName, string>();
const compressed = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

/** The address of a file, below the base path. It changes with the file, so it may be kept for ever. */
export function assetPath(name: AssetName): string {
  let path = paths.get(name);
  if (path === undefined) {
    const hash = createHash("sha256").update(FILES[name].text).digest("hex");
    path = `/assets/${hash.slice(0, 12)}/${name}`;
    paths.set(name, path);
  }
  return path;
}

/** The files of the pages, from memory. An address of another version is not found. */
export const assetRoutes = (
  notFound: (request: Request) => Promise<Response>,
) =>
  new Elysia().get("/assets/:hash/:name", async ({ params, request }) => {
    const { hash, name } = params;
    if (!isAssetName(name) || assetPath(name) !== `/assets/${hash}/${name}`)
      return notFound(request);
    const { text, type } = FILES[name];
    const headers: Record<string, string> = {
      "content-type": type,
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
      vary: "accept-encoding",
    };
    for (const encoding of ["br", "gzip"] as const) {
      if (acceptsEncoding(request, encoding)) {
        return new Response(await compressedAsset(name, encoding), {
          headers: { ...headers, "content-encoding": encoding },
        });
      }
    }
    return new Response(text, { headers });
  });

function compressedAsset(
  name: AssetName,
  encoding: keyof typeof ENCODINGS,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = `${encoding} ${name}`;
  let bytes = compressed.get(key);
  if (bytes === undefined) {
    bytes = ENCODINGS[encoding](FILES[name].text).then(
      (buffer) => new Uint8Array(buffer),
    );
    compressed.set(key, bytes);
  }
  return bytes;
}

function isAssetName(name: string): name is AssetName {
  return Object.hasOwn(FILES, name);
}
