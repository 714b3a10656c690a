import { ConfigError, type Config } from "./config.ts";
import { isLoopback } from "./setting-values.ts";

/** The address of the server that runs with these settings. Throws ConfigError when they do not tell. */
export function serverOrigin({
  host,
  port,
}: Pick<Config, "host" | "port">): string {
  if (port === 0)
    throw new ConfigError([
      "PORT: is 0, so it does not say where the server listens; give the port that its log names",
    ]);
  // One that listens on all addresses is called by this machine's own.
  const called = { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
  return `http://${called.includes(":") ? `[${called}]` : called}:${port}`;
}

/** Whether a URL's host name is this machine's own. */
export function isThisMachine(hostname: string): boolean {
  return (
    hostname === "localhost" || isLoopback(hostname.replace(/^\[|\]$/g, ""))
  );
}

/**
 * From now on, calls to this host go there directly, also when the environment names
 * a proxy for HTTP: a proxy cannot reach the loopback addresses of this machine.
 */
export function callDirectly(hostname: string): void {
  const known = process.env["NO_PROXY"] ?? process.env["no_proxy"] ?? "";
  const hosts = known === "" ? hostname : `${known},${hostname}`;
  process.env["NO_PROXY"] = hosts;
  process.env["no_proxy"] = hosts;
}
