import { describe, expect, test } from "bun:test";
import { publicUrlFindings } from "../../src/doctor/public-url.ts";
import { startProxy } from "../proxy/proxies.ts";
import { startServer } from "../support/start-server.ts";
import { runDoctor } from "./doctor-run.ts";

type Server = Awaited<ReturnType<typeof startServer>>;

const portOf = ({ origin }: { readonly origin: string }) =>
  new URL(origin).port;

/**
 * Resolves to doctor's findings about the path through a real proxy to a server, run next
 * to that server.
 */
async function throughCaddy(
  server: Server,
  lines: string,
  env: Record<string, string> = {},
  path = "",
) {
  await using proxy = await startProxy("caddy", lines);
  const { topic, text } = await runDoctor({
    PORT: portOf(server),
    DATABASE_URL: server.config.databaseUrl,
    SIGN_IN: "none",
    PUBLIC_URL: proxy.origin + path,
    NODE_EXTRA_CA_CERTS: proxy.caFile,
    ...env,
  });
  expect(text).not.toContain("undefined");
  return topic("Public address");
}

const passOn = (server: Server) =>
  `  reverse_proxy ${new URL(server.origin).host}`;

describe.skipIf(!Bun.which("caddy"))("behind Caddy (needs caddy)", () => {
  test("an address that leads here is fine, and the check leaves nothing but a refusal", async () => {
    await using server = await startServer();
    expect((await throughCaddy(server, passOn(server)))[0]).toBe(
      "✓ Callbacks posted to PUBLIC_URL reach this server.",
    );
    expect(await server.store.lastEventAt(Date.now())).toBeUndefined();
  });

  test("pages and metrics that a proxy forwards without a header are reported as open", async () => {
    await using server = await startServer();
    const silent = `  reverse_proxy ${new URL(server.origin).host} {
      header_up Host localhost
      header_up -X-Forwarded-For
      header_up -X-Forwarded-Proto
      header_up -X-Forwarded-Host
      header_up -Via
    }`;
    const [, ...open] = await throughCaddy(server, silent);
    expect(open.join("\n")).toContain("Anyone can open the pages");
    expect(open.join("\n")).toContain("Anyone can read the metrics");
  });

  test("with sign-in, the pages are checked too", async () => {
    await using server = await startServer({ SIGN_IN: "password" });
    const env = { SIGN_IN: "password" };
    expect((await throughCaddy(server, passOn(server), env))[1]).toBe(
      "✓ The pages are there too.",
    );
    const webhookOnly = `  handle /api/rpc/webhooks/twilio/* {\n  ${passOn(server)}\n  }\n  respond 404`;
    expect((await throughCaddy(server, webhookOnly, env)).slice(0, 2)).toEqual([
      "✓ Callbacks posted to PUBLIC_URL reach this server.",
      "! Only the webhook can be reached at PUBLIC_URL, not the pages.",
    ]);
  });

  test("a proxy may remove the base path or keep it, but not change it", async () => {
    await using server = await startServer({
      SIGN_IN: "password",
      PUBLIC_URL: "https://ops.example.com/sms",
    });
    const stripped = `  handle_path /sms/* {\n  ${passOn(server)}\n  }`;
    for (const lines of [stripped, passOn(server)])
      expect((await throughCaddy(server, lines, {}, "/sms"))[0]).toBe(
        "✓ Callbacks posted to PUBLIC_URL reach this server.",
      );
    const changed = `  rewrite * /api/rpc/elsewhere\n${passOn(server)}`;
    expect((await throughCaddy(server, changed, {}, "/sms"))[0]).toBe(
      "✗ PUBLIC_URL leads to smsledger, but the proxy changes the path, so the webhook isn't found.",
    );
  });

  test("another smsledger than this one is detected", async () => {
    await using server = await startServer();
    await using other = await startServer();
    const [first, advice] = await throughCaddy(server, passOn(other));
    expect(first).toBe(
      "✗ PUBLIC_URL leads to a different smsledger than the one running here.",
    );
    expect(advice).toContain("DNS");
  });

  test("an untrusted certificate is named", async () => {
    await using server = await startServer();
    const env = { NODE_EXTRA_CA_CERTS: "" };
    expect((await throughCaddy(server, passOn(server), env))[0]).toBe(
      "✗ The certificate at PUBLIC_URL isn't trusted, so Twilio doesn't post there.",
    );
  });

  test("a proxy without a response, a redirect, a refusal and another program's page are each named", async () => {
    await using server = await startServer();
    for (const [lines, words] of [
      [
        "  reverse_proxy 127.0.0.1:1",
        "✗ A proxy answers at PUBLIC_URL, but it gets no response from smsledger (502).",
      ],
      [
        "  redir /api/* https://www.example.com{uri} 301",
        "✗ PUBLIC_URL answers with a redirect to another host, which turns a callback into a request without a body.",
      ],
      [
        "  redir /api/* /login 302",
        "✗ PUBLIC_URL answers with a redirect to another path, which turns a callback into a request without a body.",
      ],
      [
        "  respond 401",
        "✗ Something in front of smsledger refuses callbacks (401).",
      ],
      [
        "  respond 404",
        "✗ The program at PUBLIC_URL doesn't know the webhook's path (404).",
      ],
      [
        "  respond <b>injected</b>",
        "✗ PUBLIC_URL leads to something other than smsledger (200).",
      ],
    ] as const)
      expect([lines, (await throughCaddy(server, lines))[0]]).toEqual([
        lines,
        words,
      ]);
  });

  test("without our header, one smsledger can't be distinguished from another", async () => {
    await using server = await startServer();
    const lines = `${passOn(server)} {\n    header_down -smsledger-instance\n  }`;
    expect((await throughCaddy(server, lines))[0]).toStartWith(
      "! PUBLIC_URL leads to smsledger, but possibly not to this one",
    );
  });
});

/** Resolves to the finding for an address, without a local server to compare with. */
const levelAndText = async (publicUrl: string, instance?: string) => {
  const [finding] = await publicUrlFindings({
    publicUrl,
    instance,
    signIn: "none",
    hasMetricsToken: false,
    port: 3000,
    version: "0.0.0-test",
  });
  return `${finding?.level}: ${finding?.text}`;
};

test("a port on which nothing listens and an unknown name are named", async () => {
  const free = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response(),
  });
  const { port } = free;
  await free.stop(true);
  expect(await levelAndText(`https://127.0.0.1:${port}`)).toBe(
    "wrong: Nothing listens at the address and port of PUBLIC_URL.",
  );
  expect(await levelAndText("https://nobody-knows-this.invalid")).toBe(
    "wrong: DNS doesn't know the name in PUBLIC_URL.",
  );
});

test("a port without TLS and a dropped connection are named", async () => {
  await using server = await startServer();
  expect(await levelAndText(`https://127.0.0.1:${portOf(server)}`)).toBe(
    "wrong: The program at PUBLIC_URL doesn't speak TLS, or it refuses this name.",
  );
  using rude = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { open: (socket) => void socket.end(), data() {} },
  });
  expect(await levelAndText(`http://127.0.0.1:${rude.port}`)).toBe(
    "wrong: The connection to PUBLIC_URL was cut off.",
  );
});

test("without a server running here there is nothing to compare with", async () => {
  await using server = await startServer();
  expect(await levelAndText(server.origin)).toBe(
    "note: PUBLIC_URL leads to smsledger, but none is running here to compare it with.",
  );
});

test("a server without an auth token says so", async () => {
  await using server = await startServer({ TWILIO_WEBHOOK_AUTH_TOKEN: "" });
  expect(await levelAndText(server.origin, "some")).toBe(
    "wrong: The smsledger at PUBLIC_URL has no auth token and no shared key.",
  );
});

test("an endless response is read up to the limit", async () => {
  using endless = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            controller.enqueue(new Uint8Array(16 * 1024));
          },
        }),
      ),
  });
  expect(await levelAndText(endless.url.origin)).toBe(
    "wrong: PUBLIC_URL leads to something other than smsledger (200).",
  );
});
