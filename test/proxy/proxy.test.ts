import { describe, expect, test } from "bun:test";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { codeBlocks, documentOf } from "../docs/documents.ts";
import { startServer } from "../support/start-server.ts";
import { AUTH_TOKEN, callbackParams } from "../support/twilio-client.ts";
import { startProxy } from "./proxies.ts";

const install = documentOf("docs/install.md");

/** Returns the proxy configuration in install.md, with the port of the server under test. */
function documentedLines(kind: "caddy" | "nginx", origin: string): string {
  const [block = ""] = codeBlocks(install, kind);
  const lines =
    kind === "caddy"
      ? block.replace(/^.*\{\n/, "").replace(/\}\s*$/, "")
      : block;
  return withServer(lines, origin);
}

function withServer(lines: string, origin: string): string {
  return lines.replaceAll("127.0.0.1:3000", new URL(origin).host);
}

/**
 * Posts through a proxy what Twilio signed for `signedUrl`, over TLS with an untrusted
 * certificate.
 */
function postThrough(url: string, signedUrl: string): Promise<Response> {
  const params = callbackParams({});
  return fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": getExpectedTwilioSignature(
        AUTH_TOKEN,
        signedUrl,
        params,
      ),
    },
    body: new URLSearchParams(params),
    tls: { rejectUnauthorized: false },
  });
}

/**
 * For each proxy, forward everything: with the original path, with a prefix removed, with a
 * different Host.
 */
const passAll = {
  caddy: "  reverse_proxy 127.0.0.1:3000",
  nginx: `    location / {
      proxy_pass http://127.0.0.1:3000;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
    }`,
};
const stripSms = {
  caddy: "  handle_path /sms/* {\n    reverse_proxy 127.0.0.1:3000\n  }",
  nginx:
    "    location /sms/ {\n      proxy_pass http://127.0.0.1:3000/;\n    }",
};
const otherHost = {
  caddy:
    "  reverse_proxy 127.0.0.1:3000 {\n    header_up Host backend.internal\n  }",
  nginx: "    location / {\n      proxy_pass http://127.0.0.1:3000;\n    }",
};

const path = WEBHOOK_PATHS.sms;

for (const kind of ["caddy", "nginx"] as const) {
  describe.skipIf(!Bun.which(kind))(`behind ${kind} (needs ${kind})`, () => {
    test("the documented configuration forwards callbacks with their query unchanged, and shows the sign-in", async () => {
      await using server = await startServer({
        PUBLIC_URL: "https://sms.example.com",
        TRUSTED_PROXIES: "127.0.0.1",
        SIGN_IN: "password",
      });
      await using proxy = await startProxy(
        kind,
        documentedLines(kind, server.origin),
      );
      const query = "?campaign=it's%20spring&order=47%2F11&x=%7e";
      const answer = await postThrough(
        proxy.origin + path + query,
        `https://sms.example.com${path}${query}`,
      );
      expect([answer.status, await answer.json()]).toEqual([
        200,
        { success: true, processed: 1 },
      ]);
      const [message] = (await server.store.listMessages([], { size: 1 }))
        .messages;
      expect(message?.tags).toEqual([
        ["campaign", "it's spring"],
        ["order", "47/11"],
        ["x", "~"],
      ]);
      for (const other of ["/", "/messages", "/errors"]) {
        const page = await fetch(proxy.origin + other, {
          headers: { accept: "text/html" },
          redirect: "manual",
          tls: { rejectUnauthorized: false },
        });
        expect([page.status, page.headers.get("location")]).toEqual([
          302,
          "/setup",
        ]);
      }
    });

    test("a proxy that rewrites Host doesn't matter with PUBLIC_URL", async () => {
      await using server = await startServer({
        PUBLIC_URL: "https://sms.example.com",
      });
      await using proxy = await startProxy(
        kind,
        withServer(otherHost[kind], server.origin),
      );
      const answer = await postThrough(
        proxy.origin + path,
        `https://sms.example.com${path}`,
      );
      expect(answer.status).toBe(200);
    });

    test("a base path works whether the proxy keeps it or removes it", async () => {
      const publicUrl = "https://ops.example.com/sms";
      await using server = await startServer({ PUBLIC_URL: publicUrl });
      for (const lines of [passAll[kind], stripSms[kind]]) {
        await using proxy = await startProxy(
          kind,
          withServer(lines, server.origin),
        );
        const answer = await postThrough(
          `${proxy.origin}/sms${path}?a=1`,
          `${publicUrl}${path}?a=1`,
        );
        expect(answer.status).toBe(200);
      }
    });

    test("without PUBLIC_URL, a trusted proxy's forwarding headers determine the signed address", async () => {
      await using server = await startServer({
        TRUSTED_PROXIES: "127.0.0.0/8",
      });
      await using proxy = await startProxy(
        kind,
        withServer(passAll[kind], server.origin),
      );
      expect(
        (await postThrough(proxy.origin + path, proxy.origin + path)).status,
      ).toBe(200);
    });

    test("without PUBLIC_URL and a trusted proxy, the server sees http where https was signed, and refuses", async () => {
      await using server = await startServer();
      await using proxy = await startProxy(
        kind,
        withServer(passAll[kind], server.origin),
      );
      expect(
        (await postThrough(proxy.origin + path, proxy.origin + path)).status,
      ).toBe(403);
    });

    // As root, nginx forwards as a user of its own; Caddy as root can't be distinguished
    // from root.
    if (kind === "nginx" && process.getuid?.() === 0)
      test("the pages are refused through a proxy that runs as a service, even without forwarding headers and with keep-alive", async () => {
        await using server = await startServer({ METRICS_TOKEN: "" });
        const bare = `    location / {
      proxy_pass http://127.0.0.1:3000;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }`;
        await using proxy = await startProxy(
          kind,
          withServer(bare, server.origin),
        );
        for (const page of ["/", "/messages", "/api/v1/messages"]) {
          const answer = await fetch(proxy.origin + page, {
            tls: { rejectUnauthorized: false },
          });
          expect([page, answer.status]).toEqual([page, 403]);
          expect(await answer.text()).toContain(
            "This request came from a service on this machine, such as a proxy,",
          );
        }
      });

    test("the pages are refused to anyone behind a proxy that says so", async () => {
      await using server = await startServer({
        PUBLIC_URL: "https://sms.example.com",
      });
      await using proxy = await startProxy(
        kind,
        withServer(passAll[kind], server.origin),
      );
      for (const page of ["/", "/messages", "/errors", "/livez", "/nowhere"]) {
        const answer = await fetch(proxy.origin + page, {
          tls: { rejectUnauthorized: false },
          redirect: "manual",
        });
        expect(answer.status).toBe(403);
      }
    });
  });
}
