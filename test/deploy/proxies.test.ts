import { beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { startProxy } from "../proxy/proxies.ts";
import { tempDir } from "../support/temp-dir.ts";
import { requireTool, runTool } from "./tools.ts";

const DEPLOY = join(import.meta.dir, "../../deploy");
const caddyfile = await Bun.file(join(DEPLOY, "Caddyfile")).text();
const nginxConf = await Bun.file(join(DEPLOY, "nginx.conf")).text();
const TLS = { rejectUnauthorized: false };

beforeAll(() => {
  requireTool("caddy", "caddy");
  requireTool("nginx", "nginx-light");
  requireTool("haproxy", "haproxy");
});

/** Returns the contents of a file's site or server block, for a server at `address`. */
function lines(kind: "caddy" | "nginx", address: string): string {
  const [, block = ""] =
    kind === "caddy"
      ? (/\} \{\n([\s\S]*)\n\}\n$/.exec(caddyfile) ?? [])
      : (/ssl_certificate_key .*\n([\s\S]*)\n\}\n$/.exec(nginxConf) ?? []);
  expect(block).toContain("127.0.0.1:3000");
  return block.replaceAll("127.0.0.1:3000", address);
}

/** Starts a server that returns what it receives, and streams endlessly at `/live`. */
function echoServer() {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      if (pathname !== "/live")
        return Response.json({
          address: pathname + search,
          headers: Object.fromEntries(request.headers),
          bytes: (await request.arrayBuffer()).byteLength,
        });
      const events = new ReadableStream({
        start: (stream) => stream.enqueue("data: one\n\n"),
      });
      return new Response(events, {
        headers: { "content-type": "text/event-stream" },
      });
    },
  });
  return {
    address: `127.0.0.1:${server.port}`,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

describe("the proxy configurations", () => {
  test("Caddy accepts Caddyfile, and formats it the same way", async () => {
    const file = join(DEPLOY, "Caddyfile");
    const validate = ["validate", "--adapter", "caddyfile", "--config", file];
    expect(await runTool(["caddy", ...validate])).toMatchObject({ status: 0 });
    expect(await runTool(["caddy", "fmt", file])).toEqual({
      status: 0,
      said: caddyfile,
    });
  });

  test("nginx accepts nginx.conf without warnings", async () => {
    using folder = tempDir();
    const [key, certificate] = ["key.pem", "cert.pem"].map((name) =>
      join(folder.path, name),
    );
    const made = await runTool(
      `openssl req -x509 -newkey rsa:2048 -nodes -keyout ${key} -out ${certificate} -subj /CN=localhost`.split(
        " ",
      ),
    );
    expect(made.status).toBe(0);
    const file = join(folder.path, "nginx.conf");
    const servers = nginxConf
      .replace(/(ssl_certificate ).*;/, `$1${certificate};`)
      .replace(/(ssl_certificate_key ).*;/, `$1${key};`);
    await Bun.write(
      file,
      `pid ${folder.path}/nginx.pid; events {} http {\naccess_log off;\n${servers}}\n`,
    );
    const { status, said } = await runTool([
      "nginx",
      "-t",
      "-e",
      "stderr",
      "-c",
      file,
    ]);
    expect(said).not.toMatch(/\[(warn|emerg|error)\]/);
    expect(status).toBe(0);
  });

  test("HAProxy accepts haproxy.cfg without warnings", async () => {
    const nodes = [
      "SMSLEDGER_NODE_1=127.0.0.1:1",
      "SMSLEDGER_NODE_2=127.0.0.1:2",
    ];
    const file = join(DEPLOY, "haproxy.cfg");
    const { status, said } = await runTool([
      "env",
      ...nodes,
      "haproxy",
      "-c",
      "-f",
      file,
    ]);
    expect(said).not.toMatch(/\[(WARNING|ALERT)\]/);
    expect(status).toBe(0);
  });
});

for (const kind of ["caddy", "nginx"] as const) {
  describe(`the configuration for ${kind}`, () => {
    test("forwards the client's address, the URL and the host, but not the client's own X-Forwarded headers", async () => {
      await using server = echoServer();
      await using proxy = await startProxy(kind, lines(kind, server.address));
      const path = "/messages?q=it%27s%20spring&x=%7e%2F";
      const answer = await fetch(proxy.origin + path, {
        headers: {
          "x-forwarded-for": "203.0.113.9",
          "x-forwarded-proto": "http",
          "x-forwarded-host": "evil.example",
        },
        tls: TLS,
      });
      const { address, headers } = await answer.json();
      expect(address).toBe(path);
      expect(headers).toMatchObject({
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-proto": "https",
        "x-forwarded-host": new URL(proxy.origin).host,
      });
      expect(headers.host).toMatch(/^localhost(:\d+)?$/);
    });

    test("doesn't buffer event streams", async () => {
      await using server = echoServer();
      await using proxy = await startProxy(kind, lines(kind, server.address));
      const stop = new AbortController();
      const answer = await fetch(`${proxy.origin}/live`, {
        signal: stop.signal,
        tls: TLS,
      });
      const reader = answer.body?.getReader();
      const { value } = (await reader?.read()) ?? {};
      expect(new TextDecoder().decode(value)).toBe("data: one\n\n");
      stop.abort();
    });

    test("forwards a body slightly over the limit, and refuses a huge one", async () => {
      await using server = echoServer();
      await using proxy = await startProxy(kind, lines(kind, server.address));
      const post = (bytes: number) =>
        fetch(proxy.origin, {
          method: "POST",
          body: "a".repeat(bytes),
          tls: TLS,
        });
      const passed = await post(64 * 1024 + 1);
      expect(await passed.json()).toMatchObject({ bytes: 64 * 1024 + 1 });
      // Caddy counts while it forwards the body. Some versions respond with 502.
      expect([413, 502]).toContain((await post(1024 * 1024)).status);
    });
  });
}
