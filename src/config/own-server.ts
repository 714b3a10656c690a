import { ConfigError, type Config } from "./config.ts";
import { isLoopback } from "./setting-values.ts";

/** The address of the server that runs with these settings. Throws ConfigError when they don't say. */
export function serverOrigin({
  host,
  port,
}: Pick<Config, "host" | "port">): string {
  if (port === 0)
    throw new ConfigError([
      "PORT: is 0, which means any free port. Set it to the port in the server's log.",
    ]);
  // A server that listens on all addresses is called on this machine's own.
  const called = { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
  return `http://${called.includes(":") ? `[${called}]` : called}:${port}`;
}

/** Whether a URL's host name means this machine. */
export function isThisMachine(hostname: string): boolean {
  return (
    hostname === "localhost" || isLoopback(hostname.replace(/^\[|\]$/g, ""))
  );
}

/**
 * Makes calls to this host bypass any HTTP proxy that the environment names: a proxy can't
 * reach this machine's loopback addresses.
 */
export function callDirectly(hostname: string): void {
  const known = process.env["NO_PROXY"] ?? process.env["no_proxy"] ?? "";
  const hosts = known === "" ? hostname : `${known},${hostname}`;
  process.env["NO_PROXY"] = hosts;
  process.env["no_proxy"] = hosts;
}
