import { describe, expect, test } from "bun:test";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { get } from "../pages/page-client.ts";
import { until } from "../support/until.ts";
import { startServer } from "../support/start-server.ts";
import {
  ACCOUNT_SID,
  AUTH_TOKEN,
  callbackParams,
} from "../support/twilio-client.ts";
import { startProxy } from "./proxies.ts";

const path = WEBHOOK_PATHS.sms;
const OTHER_ACCOUNT = `AC${"b".repeat(32)}`;
const OTHER_TOKEN = "c0ffee".repeat(6).slice(0, 32);

type Kind = "caddy" | "nginx";

type Case = {
  /** What the proxy does, in each one's configuration. */
  readonly lines: Record<Kind, string>;
  readonly publicUrl?: string;
  /** TWILIO_WEBHOOK_AUTH_TOKEN, and the token that signs, if they aren't the usual one. */
  readonly tokens?: string;
  readonly signingToken?: string;
  /** What Twilio calls and signs, below `origin`. */
  readonly called: string;
  /** The origin that Twilio knows; by default the proxy's own, with its port. */
  readonly origin?: string;
  /** What the refusal's page says, given the origin. */
  readonly says: (origin: string) => readonly string[];
  /** The expected status; by default 403. */
  readonly status?: number;
  /** Set if only one proxy can do this. */
  readonly only?: Kind;
};

const ORIGIN = "https://sms.example.com";
const CADDY_ALL = "  reverse_proxy 127.0.0.1:3000";
const NGINX_HOST = `    location / {
      proxy_pass http://127.0.0.1:3000;
      proxy_set_header Host $http_host;
    }`;

const CASES: Record<string, Case> = {
  "TLS ends at the proxy, and PUBLIC_URL is not set": {
    lines: { caddy: CADDY_ALL, nginx: NGINX_HOST },
    called: path,
    says: (origin) => [
      "It was signed for https but checked as http.",
      `PUBLIC_URL=${origin}<`,
    ],
  },
  "the proxy replaces the host with its own name, and forwards the original": {
    lines: {
      caddy: `  reverse_proxy 127.0.0.1:3000 {
    header_up Host backend.internal
  }`,
      nginx: `    location / {
      proxy_pass http://127.0.0.1:3000;
      proxy_set_header Host backend.internal;
      proxy_set_header X-Forwarded-Host $http_host;
    }`,
    },
    called: path,
    says: (origin) => [
      "It was signed for a different host name.",
      `PUBLIC_URL=${origin}<`,
    ],
  },
  "PUBLIC_URL has a port that Twilio does not call": {
    lines: { caddy: CADDY_ALL, nginx: NGINX_HOST },
    publicUrl: "https://localhost:9",
    called: path,
    says: (origin) => [
      "It was signed for a different port.",
      `PUBLIC_URL=${origin}<`,
    ],
  },
  "PUBLIC_URL has a base path that the address in Twilio has not": {
    lines: { caddy: CADDY_ALL, nginx: NGINX_HOST },
    publicUrl: `${ORIGIN}/sms`,
    origin: ORIGIN,
    called: path,
    says: (origin) => [
      "It was signed for a different path: the part before /api/rpc differs.",
      `PUBLIC_URL=${origin}<`,
    ],
  },
  "the proxy removes a base path that isn't in PUBLIC_URL": {
    lines: {
      caddy: "  handle_path /sms/* {\n    reverse_proxy 127.0.0.1:3000\n  }",
      nginx:
        "    location /sms/ {\n      proxy_pass http://127.0.0.1:3000/;\n    }",
    },
    publicUrl: ORIGIN,
    origin: ORIGIN,
    called: `/sms${path}`,
    says: (origin) => [
      "It was signed for a different path: the part before /api/rpc differs.",
      `PUBLIC_URL=${origin}/sms<`,
    ],
  },
  "the proxy removes an unusual base path, and forwards it in a header": {
    lines: {
      caddy: `  handle_path /team-seven/* {
    reverse_proxy 127.0.0.1:3000 {
      header_up X-Forwarded-Prefix /team-seven
    }
  }`,
      nginx: `    location /team-seven/ {
      proxy_pass http://127.0.0.1:3000/;
      proxy_set_header X-Forwarded-Prefix /team-seven;
    }`,
    },
    publicUrl: ORIGIN,
    origin: ORIGIN,
    called: `/team-seven${path}`,
    says: (origin) => [`PUBLIC_URL=${origin}/team-seven<`],
  },
  "the proxy removes the trailing slash": {
    lines: {
      caddy: "  uri strip_suffix /\n  reverse_proxy 127.0.0.1:3000",
      nginx: `    location / {
      rewrite ^(.+)/$ $1 break;
      proxy_pass http://127.0.0.1:3000;
    }`,
    },
    publicUrl: ORIGIN,
    origin: ORIGIN,
    called: `${path}/`,
    says: () => [
      "It was signed with a trailing slash in the path but arrived without it.",
    ],
  },
  "the proxy merges two slashes": {
    lines: { caddy: "", nginx: NGINX_HOST },
    publicUrl: ORIGIN,
    origin: ORIGIN,
    // nginx forwards the original path unless it changes it.
    called: `/${path}`,
    says: () => ["It was signed with two slashes in a row in the path."],
    only: "nginx",
  },
  "the proxy sends both channels to one": {
    lines: {
      caddy: `  rewrite * ${path}\n  reverse_proxy 127.0.0.1:3000`,
      nginx: `    location / {
      rewrite ^ ${path} break;
      proxy_pass http://127.0.0.1:3000;
    }`,
    },
    publicUrl: ORIGIN,
    origin: ORIGIN,
    called: WEBHOOK_PATHS.whatsapp,
    says: () => ["It was signed for the WhatsApp address"],
  },
  "the proxy drops the query, and forwards the original address": {
    lines: {
      caddy: `  reverse_proxy 127.0.0.1:3000 {
    rewrite ${path}?
    header_up X-Original-URI {http.request.orig_uri}
  }`,
      nginx: `    location / {
      proxy_pass http://127.0.0.1:3000${path}?;
      proxy_set_header X-Original-URI $request_uri;
    }`,
    },
    publicUrl: ORIGIN,
    origin: ORIGIN,
    called: `${path}?campaign=spring`,
    says: () => [
      "It was signed with a query that didn’t arrive, or arrived incomplete.",
    ],
  },
  "the proxy adds to the query": {
    lines: {
      caddy: `  rewrite * {path}?{query}&via=caddy\n  reverse_proxy 127.0.0.1:3000`,
      nginx: `    location / {
      set $args "$args&via=nginx";
      proxy_pass http://127.0.0.1:3000;
    }`,
    },
    publicUrl: ORIGIN,
    origin: ORIGIN,
    called: `${path}?campaign=spring`,
    says: () => [
      "It arrived with a query that wasn’t signed, or with more of a query",
    ],
  },
  "the callback URL in Twilio has no channel": {
    lines: { caddy: CADDY_ALL, nginx: NGINX_HOST },
    called: "/api/rpc/webhooks/twilio?campaign=spring",
    status: 404,
    says: (origin) => [
      `Twilio called ${origin}/api/rpc/webhooks/twilio, which isn’t one of smsledger’s addresses`,
      `${origin}${path}#rc=5&amp;rp=all`,
    ],
  },
  "the callback URL in Twilio has no path": {
    lines: { caddy: CADDY_ALL, nginx: NGINX_HOST },
    publicUrl: ORIGIN,
    origin: ORIGIN,
    called: "/",
    status: 405,
    says: (origin) => [
      `Twilio called ${origin}/, which isn’t one of smsledger’s addresses`,
      `${origin}${path}#rc=5&amp;rp=all`,
    ],
  },
  "the callback URL in Twilio is wrong below a base path that the proxy removes":
    {
      lines: {
        caddy: "  handle_path /sms/* {\n    reverse_proxy 127.0.0.1:3000\n  }",
        nginx:
          "    location /sms/ {\n      proxy_pass http://127.0.0.1:3000/;\n    }",
      },
      publicUrl: `${ORIGIN}/sms`,
      origin: ORIGIN,
      called: "/sms/api/rpc/webhooks/twilio/SMS",
      status: 404,
      says: (origin) => [
        `Twilio called ${origin}/sms/api/rpc/webhooks/twilio/SMS, which`,
        `${origin}/sms${path}#rc=5&amp;rp=all`,
      ],
    },
  "the proxy drops the body": {
    lines: {
      caddy: "",
      nginx: `    location / {
      proxy_pass http://127.0.0.1:3000;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
    }`,
    },
    publicUrl: ORIGIN,
    origin: ORIGIN,
    called: path,
    says: () => [
      "None of your tokens or keys produces this signature, for this address",
    ],
    only: "nginx",
  },
  "the proxy drops the signature": {
    lines: {
      caddy: `  reverse_proxy 127.0.0.1:3000 {
    header_up -X-Twilio-Signature
  }`,
      nginx: `    location / {
      proxy_pass http://127.0.0.1:3000;
      proxy_set_header X-Twilio-Signature "";
    }`,
    },
    called: path,
    says: () => [
      "If Twilio sent it, a proxy removes the X-Twilio-Signature header:",
    ],
  },
};

const TOKEN_CASES: Record<
  string,
  Pick<Case, "tokens" | "signingToken" | "says">
> = {
  "another account's token signed it": {
    tokens: `${AUTH_TOKEN},${OTHER_ACCOUNT}=${OTHER_TOKEN}`,
    signingToken: OTHER_TOKEN,
    says: () => [
      `It was signed with the token that is bound to ${OTHER_ACCOUNT} but names ${ACCOUNT_SID}.`,
    ],
  },
  "the configured token has quotes around it": {
    tokens: `"${AUTH_TOKEN}"`,
    says: () => [
      "The configured token is in quotes or has other characters around it.",
    ],
  },
  "the token that signed has white space after it": {
    signingToken: `${AUTH_TOKEN}\n`,
    says: () => [
      "The program that signed it has white space or quotes around the token.",
    ],
  },
  "an unknown token signed it": {
    signingToken: OTHER_TOKEN,
    says: () => [
      "None of your tokens or keys produces this signature, for this address",
    ],
  },
};
for (const [name, each] of Object.entries(TOKEN_CASES)) {
  CASES[name] = {
    lines: { caddy: CADDY_ALL, nginx: NGINX_HOST },
    publicUrl: ORIGIN,
    origin: ORIGIN,
    called: path,
    ...each,
  };
}

/**
 * Posts through a proxy what was signed for `signedUrl`, over TLS with an untrusted
 * certificate.
 */
function postThrough(
  url: string,
  signedUrl: string,
  authToken: string,
): Promise<Response> {
  const params = callbackParams({});
  return fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": getExpectedTwilioSignature(
        authToken,
        signedUrl,
        params,
      ),
    },
    body: new URLSearchParams(params),
    tls: { rejectUnauthorized: false },
  });
}

for (const kind of ["caddy", "nginx"] as const) {
  const cases = Object.entries(CASES).filter(
    ([, { only = kind }]) => only === kind,
  );
  describe.skipIf(!Bun.which(kind))(`behind ${kind} (needs ${kind})`, () => {
    test.each(cases)(
      "the page names the cause: %s",
      async (_, { publicUrl, tokens, signingToken = AUTH_TOKEN, ...given }) => {
        await using server = await startServer({
          ...(publicUrl && { PUBLIC_URL: publicUrl }),
          ...(tokens && { TWILIO_WEBHOOK_AUTH_TOKEN: tokens }),
        });
        await using proxy = await startProxy(
          kind,
          given.lines[kind].replaceAll(
            "127.0.0.1:3000",
            new URL(server.origin).host,
          ),
        );
        const { called, origin = proxy.origin, says, status = 403 } = given;
        const answer = await postThrough(
          proxy.origin + called,
          origin + called,
          signingToken,
        );
        expect(answer.status).toBe(status);
        await until(async () => {
          // The first GET of startProxy may have reached the webhook, too.
          const rows = await server.store.refusals.list({ size: 9, since: 0 });
          const id = rows.find((row) => row.status === status)?.id;
          const page = await get(`${server.origin}/refusals/${id}`);
          for (const words of says(origin)) expect(page.text).toContain(words);
        });
      },
    );
  });
}
