/**
 * Parses the settings' texts. Each function throws an Error whose message completes
 * "NAME: …" and doesn't repeat the text.
 */
import { BlockList, isIP } from "node:net";

/** An address that Twilio can call, as written, without trailing slashes. */
export function publicUrl(text: string): string {
  const given = text.trim();
  const url = URL.parse(given);
  // `URL.parse` repairs a lot that Twilio would sign as written, or couldn't call at all.
  const [, authority = "", path = ""] =
    /^https?:\/\/([^/?#\\\s]+)(?=[/?#]|$)([^?#]*)/i.exec(given) ?? [];
  if (!url || authority === "") {
    throw new Error("must be an address that starts with https:// or http://");
  }
  if (authority.includes("@"))
    throw new Error("can't contain a user name or password");
  if (/[?#]/.test(given))
    throw new Error("can't contain a query (?) or a fragment (#)");
  if (!/^[A-Za-z0-9/._~-]*$/.test(path))
    throw new Error("can only have A-Z a-z 0-9 / . _ ~ - in its path");
  if (url.pathname !== (path || "/"))
    throw new Error("can't have . or .. as a part of its path");
  if (path.includes("/api/rpc/"))
    throw new Error("is the callback URL; give only the part before /api/rpc");
  const [, first = ""] = path.split("/");
  if (OWN_PATHS.has(first.replace(/\..*$/, "")))
    throw new Error(
      "has a path that begins like one of smsledger's own; choose another one, such as /sms",
    );
  return given.replace(/\/+$/, "");
}

/**
 * How the paths of our own routes begin. A base path can't begin like this, because routes
 * are matched both with and without the base path.
 */
export const OWN_PATHS: ReadonlySet<string> = new Set([
  "alerts",
  "api",
  "assets",
  "digest",
  "do-not-send",
  "errors",
  "forwarding",
  "live",
  "livez",
  "login",
  "logout",
  "messages",
  "metrics",
  "numbers",
  "readyz",
  "refusals",
  "report",
  "completeness",
  "search",
  "costs",
  "settings",
  "setup",
]);

/** The path of the public address, without a trailing slash; "" for none. */
export function basePathOf(publicUrl: string | undefined): string {
  return publicUrl === undefined
    ? ""
    : new URL(publicUrl).pathname.replace(/\/+$/, "");
}

/** An IP address to listen on, or `localhost`. */
export function listenHost(text: string): string {
  if (text !== "localhost" && isIP(text) === 0)
    throw new Error(
      "must be an IP address, such as 127.0.0.1, or 0.0.0.0 for all",
    );
  return text;
}

/** Whether only this machine can reach an IP address. */
export function isLoopback(address: string): boolean {
  return LOOPBACK.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);
LOOPBACK.addAddress("::1", "ipv6");

/** A TCP port; 0 for any free one. */
export function port(text: string): number {
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number > 65_535)
    throw new Error("must be a port number from 0 to 65535");
  return number;
}

/** The path of a file, a `file:` URL, or a `postgres://` URL, which its engine reads. */
export function databaseUrl(text: string): string {
  if (isPostgresUrl(text)) return text;
  if (/^[a-z][a-z0-9+.-]+:/i.test(text) && !text.startsWith("file:")) {
    throw new Error(
      "must be the path of a file, or the address of a PostgreSQL database, such as postgres://user@host/database",
    );
  }
  const path = text.startsWith("file:")
    ? text.slice("file:".length).replace(/^\/\//, "")
    : text;
  if (path === "" || path === ":memory:" || path.endsWith("/"))
    throw new Error("must be the path of a file");
  return path;
}

/** Whether a DATABASE_URL names a PostgreSQL database. */
export function isPostgresUrl(databaseUrl: string): boolean {
  return /^postgres(?:ql)?:/i.test(databaseUrl);
}

/** The same address without the password in it, to be shown; anything else unchanged. */
export function withoutPassword(databaseUrl: string): string {
  return databaseUrl.replace(/^(postgres(?:ql)?:\/\/[^/?#]*?):.*@/i, "$1:…@");
}

/** A list of IP addresses and CIDR ranges, separated by commas. */
export function cidrList(text: string): BlockList {
  const list = new BlockList();
  for (const entry of text.split(",").map((each) => each.trim())) {
    const [address = "", bits, ...rest] = entry.split("/");
    const family = isIP(address);
    const widest = family === 6 ? 128 : 32;
    const prefix =
      bits === undefined
        ? widest
        : /^\d{1,3}$/.test(bits)
          ? Number(bits)
          : Number.NaN;
    if (family === 0 || rest.length > 0 || !(prefix <= widest)) {
      throw new Error(
        "must be a list of IP addresses or CIDR ranges, such as 10.0.0.0/8,127.0.0.1",
      );
    }
    list.addSubnet(address, prefix, family === 6 ? "ipv6" : "ipv4");
  }
  return list;
}

/** One of `words`. */
export function oneOf<const T extends string>(
  words: readonly T[],
  text: string,
): T {
  const word = words.find((each) => each === text);
  if (word === undefined) throw new Error(`must be one of ${words.join(", ")}`);
  return word;
}

/** `true` or `false`, in any case. */
export function trueOrFalse(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (word !== "true" && word !== "false")
    throw new Error("must be true or false");
  return word === "true";
}

/** The name of a header, in lower case. */
export function headerName(text: string): string {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(text))
    throw new Error("must be the name of a header, such as Remote-User");
  return text.toLowerCase();
}

/** A whole number within limits. */
export function wholeNumber(
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max))
    throw new Error(`must be a whole number from ${min} to ${max}`);
  return number;
}

/** A percentage above 0 and below 100, as a share. */
export function percentage(text: string): number {
  const percent = /^\d{1,2}(?:\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (percent === 0)
    throw new Error("must be above 0 and below 100, such as 97 or 97.5");
  return percent / 100;
}

/** A secret that is too long to guess, made of characters that a header can carry. */
export function secretToken(text: string): string {
  if (!/^[\x21-\x7e]{16,1000}$/.test(text))
    throw new Error("must have at least 16 characters and no spaces");
  return text;
}
