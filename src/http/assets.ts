import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import sseExtension from "htmx.org/dist/ext/hx-sse.min.js" with { type: "text" };
import htmx from "htmx.org/dist/htmx.min.js" with { type: "text" };
import faviconAlert from "../../views/icons/favicon-alert.svg" with { type: "text" };
import favicon from "../../views/icons/favicon.svg" with { type: "text" };
import alertsScript from "../../views/scripts/alerts.js" with { type: "text" };
import chartsScript from "../../views/scripts/charts.js" with { type: "text" };
import liveScript from "../../views/scripts/live.js" with { type: "text" };
import messagesScript from "../../views/scripts/messages.js" with { type: "text" };
import pageScript from "../../views/scripts/page.js" with { type: "text" };
import searchScript from "../../views/scripts/search.js" with { type: "text" };
import setupScript from "../../views/scripts/setup.js" with { type: "text" };
import themeScript from "../../views/scripts/theme.js" with { type: "text" };
import troubleScript from "../../views/scripts/trouble.js" with { type: "text" };
import timesScript from "../../views/scripts/times.js" with { type: "text" };
import alertRules from "../../views/styles/alert-rules.css" with { type: "text" };
import alerts from "../../views/styles/alerts.css" with { type: "text" };
import apiTokens from "../../views/styles/api-tokens.css" with { type: "text" };
import base from "../../views/styles/base.css" with { type: "text" };
import charts from "../../views/styles/charts.css" with { type: "text" };
import completeness from "../../views/styles/completeness.css" with { type: "text" };
import costs from "../../views/styles/costs.css" with { type: "text" };
import controls from "../../views/styles/controls.css" with { type: "text" };
import errors from "../../views/styles/errors.css" with { type: "text" };
import filter from "../../views/styles/filter.css" with { type: "text" };
import forwarding from "../../views/styles/forwarding.css" with { type: "text" };
import frame from "../../views/styles/frame.css" with { type: "text" };
import lists from "../../views/styles/lists.css" with { type: "text" };
import message from "../../views/styles/message.css" with { type: "text" };
import narrow from "../../views/styles/narrow.css" with { type: "text" };
import numbers from "../../views/styles/numbers.css" with { type: "text" };
import overview from "../../views/styles/overview.css" with { type: "text" };
import parts from "../../views/styles/parts.css" with { type: "text" };
import print from "../../views/styles/print.css" with { type: "text" };
import ranges from "../../views/styles/ranges.css" with { type: "text" };
import refusals from "../../views/styles/refusals.css" with { type: "text" };
import report from "../../views/styles/report.css" with { type: "text" };
import savedViews from "../../views/styles/saved-views.css" with { type: "text" };
import search from "../../views/styles/search.css" with { type: "text" };
import settings from "../../views/styles/settings.css" with { type: "text" };
import settingsGeneral from "../../views/styles/settings-general.css" with { type: "text" };
import setup from "../../views/styles/setup.css" with { type: "text" };
import status from "../../views/styles/status.css" with { type: "text" };
import suggestions from "../../views/styles/suggestions.css" with { type: "text" };
import suppressions from "../../views/styles/suppressions.css" with { type: "text" };
import times from "../../views/styles/times.css" with { type: "text" };
import top from "../../views/styles/top.css" with { type: "text" };
import { NOT_FOUND, type Problem } from "./problem.ts";
import { acceptsEncoding } from "./responses.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

/** One stylesheet for the browser, made of one file per part of the pages. Later ones win. */
const STYLESHEET = [
  base,
  controls,
  top,
  frame,
  status,
  filter,
  suggestions,
  search,
  lists,
  savedViews,
  charts,
  ranges,
  times,
  overview,
  report,
  parts,
  errors,
  message,
  numbers,
  suppressions,
  setup,
  refusals,
  completeness,
  costs,
  settings,
  settingsGeneral,
  apiTokens,
  alerts,
  alertRules,
  forwarding,
  narrow,
  print,
].join("\n");

/** In one file, because an extension that loads after htmx has started is too late. */
const HTMX = `${htmx}\n${sseExtension}`;

const SCRIPT = "text/javascript; charset=utf-8";

/** One of our scripts, in its own scope. */
function script(text: string) {
  return { text: `(() => {\n"use strict";\n${text}})();\n`, type: SCRIPT };
}

/** The icon of a page's tab, whose dot has a text. */
function countedIcon(text: string) {
  const size = text.length > 1 ? 13 : 16;
  return {
    text: faviconAlert.replace(
      /<circle[^>]*>/,
      '<circle cx="21" cy="11" r="10.500" fill="#d42f35" stroke="#fff" stroke-width="1"/>' +
        '<text x="21" y="11" dy=".36em" text-anchor="middle" font-family="system-ui,sans-serif" ' +
        `font-weight="700" font-size="${size}" fill="#fff">${text}</text>`,
    ),
    type: "image/svg+xml",
  };
}

const FILES = {
  "style.css": { text: STYLESHEET, type: "text/css; charset=utf-8" },
  "htmx.js": { text: HTMX, type: SCRIPT },
  "theme.js": script(themeScript),
  "messages.js": script(messagesScript),
  "page.js": script(pageScript),
  "search.js": script(searchScript),
  "times.js": script(timesScript),
  "trouble.js": script(troubleScript),
  "live.js": script(liveScript),
  "alerts.js": script(alertsScript),
  "charts.js": script(chartsScript),
  "setup.js": script(setupScript),
  "favicon.svg": { text: favicon, type: "image/svg+xml" },
  "favicon-alert.svg": { text: faviconAlert, type: "image/svg+xml" },
  // With the number of open alerts.
  "favicon-1.svg": countedIcon("1"),
  "favicon-2.svg": countedIcon("2"),
  "favicon-3.svg": countedIcon("3"),
  "favicon-4.svg": countedIcon("4"),
  "favicon-5.svg": countedIcon("5"),
  "favicon-6.svg": countedIcon("6"),
  "favicon-7.svg": countedIcon("7"),
  "favicon-8.svg": countedIcon("8"),
  "favicon-9.svg": countedIcon("9"),
  "favicon-more.svg": countedIcon("9+"),
} as const;

export type AssetName = keyof typeof FILES;

/** Returns the icon for a number of open alerts. */
export function faviconFor(alerts: number): AssetName {
  if (alerts === 0) return "favicon.svg";
  const name = `favicon-${alerts}.svg`;
  return isAssetName(name) ? name : "favicon-more.svg";
}

const ENCODINGS = { br: promisify(brotliCompress), gzip: promisify(gzip) };

/** Files are hashed and compressed when they are first requested, so that starting stays fast. */
const paths = new Map<AssetName, string>();
const compressed = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

/** The path of a file, below the base path. It changes with the file, so browsers may cache it forever. */
export function assetPath(name: AssetName): string {
  let path = paths.get(name);
  if (path === undefined) {
    const hash = createHash("sha256").update(FILES[name].text).digest("hex");
    path = `/assets/${hash.slice(0, 12)}/${name}`;
    paths.set(name, path);
  }
  return path;
}

/** Serves an asset from memory. Addresses from another version aren't found. */
export async function serveAsset({
  params: { hash, name },
  request,
}: {
  readonly params: Readonly<Record<"hash" | "name", string>>;
  readonly request: Request;
}): Promise<Response | Problem> {
  if (!isAssetName(name) || assetPath(name) !== `/assets/${hash}/${name}`)
    return NOT_FOUND;
  const { text, type } = FILES[name];
  const headers: Record<string, string> = {
    ...SECURITY_HEADERS,
    "content-type": type,
    "cache-control": "public, max-age=31536000, immutable",
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
}

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
