import { expect, test } from "bun:test";
import { join } from "node:path";
import { certificateAuthority } from "./certificates.ts";
import { forbiddenServer } from "./forbidden.ts";

const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

test("a proxy in the environment gets nothing", async () => {
  using proxy = forbiddenServer();
  using authority = await certificateAuthority();
  using http = receiver();
  using https = receiver(await authority.issue("DNS:hooks.example"));
  const env = Object.fromEntries([
    ...PROXIES.flatMap((name) => [
      [name, `http://127.0.0.1:${proxy.port}`],
      [name.toLowerCase(), `http://127.0.0.1:${proxy.port}`],
    ]),
    ["NO_PROXY", ""],
    ["NODE_USE_ENV_PROXY", "1"],
    ["NODE_EXTRA_CA_CERTS", authority.caFile],
  ]);
  const urls = [
    `http://hooks.example:${http.port}/`,
    `http://127.0.0.2:${http.port}/`,
    `https://hooks.example:${https.port}/`,
  ];
  expect(await sent(urls, env)).toEqual(["200", "200", "200"]);
  expect(proxy.connections()).toBe(0);
  // The variables do lead to the proxy if a request doesn't refuse them.
  const plain = `await fetch("${urls[1]}").catch(() => {})`;
  await Bun.spawn([process.execPath, "-e", plain], { env }).exited;
  expect(proxy.connections()).toBe(1);
});

test("certificates are checked even if the environment says otherwise", async () => {
  using authority = await certificateAuthority();
  using https = receiver(await authority.issue("DNS:hooks.example"));
  const urls = [`https://hooks.example:${https.port}/`];
  const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0" };
  expect(await sent(urls, env)).toEqual(["tls_untrusted"]);
});

function receiver(tls?: { readonly key: string; readonly cert: string }) {
  return Bun.serve({
    hostname: "127.0.0.2",
    port: 0,
    ...(tls && { tls }),
    fetch: () => new Response("ok"),
  });
}

/** What a process with this environment gets from each URL. */
async function sent(
  urls: readonly string[],
  env: Record<string, string>,
): Promise<readonly string[]> {
  const program = join(import.meta.dir, "environment-program.ts");
  const made = Bun.spawn([process.execPath, program, ...urls], { env });
  return (await new Response(made.stdout).text()).trim().split("\n");
}
