import { describe, expect, test } from "bun:test";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { get } from "../pages/page-client.ts";
import { until } from "../support/until.ts";
import { startServer } from "../support/start-server.ts";
import { AUTH_TOKEN, callbackParams } from "../support/twilio-client.ts";
import {
  FORM_TYPE,
  postRaw,
  sendRaw,
  signatureOf,
  type RawAnswer,
} from "./raw-http.ts";

type Server = Awaited<ReturnType<typeof startServer>>;

const PUBLIC_URL = "https://sms.example.com";

/** Posts a callback to any address, exactly as given, signed for `signedUrl`. */
function post(
  { origin }: Server,
  path: string,
  signedUrl: string,
  { authToken = AUTH_TOKEN, host = new URL(origin).host } = {},
): Promise<RawAnswer> {
  const body = new URLSearchParams(callbackParams({})).toString();
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${host}`,
    `Content-Type: ${FORM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Twilio-Signature: ${signatureOf(signedUrl, body, authToken)}`,
    "X-Forwarded-Proto: https",
  ];
  return sendRaw(origin, `${head.join("\r\n")}\r\n\r\n${body}`);
}

async function listed({ store }: Server) {
  let rows = await store.refusals.list({ size: 100, since: 0 });
  await until(async () => {
    rows = await store.refusals.list({ size: 100, since: 0 });
    expect(rows.length).toBeGreaterThan(0);
  });
  return rows;
}

const SMS_URL = `${WEBHOOK_PATHS.sms}#rc=5&rp=all`;
const WRONG: readonly [path: string, status: number, right: string][] = [
  [`/${WEBHOOK_PATHS.sms}`, 404, SMS_URL],
  ["/api/rpc/webhooks/twilio", 404, SMS_URL],
  ["/api/rpc/webhooks/twilio/SMS", 404, SMS_URL],
  ["/API/RPC/webhooks/twilio/sms", 404, SMS_URL],
  [
    "/api/rpc/webhooks/twilio/WhatsApp",
    404,
    `${WEBHOOK_PATHS.whatsapp}#rc=5&rp=all`,
  ],
  ["/webhook?campaign=spring", 404, SMS_URL],
  ["/api/v1/sms", 404, SMS_URL],
  ["/", 405, SMS_URL],
  ["/messages", 405, SMS_URL],
  ["/login", 404, SMS_URL],
];

describe.each(["password", "none"])("with SIGN_IN=%s", (signIn) => {
  describe.each(["", "/ledger"])("and the base path “%s”", (base) => {
    test.each(WRONG)(
      "a callback that is signed for %s gets %p and is listed with the right address",
      async (path, status, right) => {
        const env = { SIGN_IN: signIn, PUBLIC_URL: PUBLIC_URL + base };
        await using server = await startServer(env);
        // The proxy removes the base path or keeps it.
        for (const called of new Set([path, base + path])) {
          const answer = await post(server, called, PUBLIC_URL + base + path);
          expect([called, answer.status]).toEqual([called, status]);
          if (status === 405)
            expect(answer.headers.get("allow")).toBe("GET, HEAD");
          expect(JSON.parse(answer.body)).toEqual({
            success: false,
            error: "No webhook has this address.",
          });
        }
        for (const row of await listed(server))
          expect(row).toMatchObject({
            check: "address",
            status,
            isFixable: true,
            rightUrl: PUBLIC_URL + base + right,
          });
      },
    );
  });
});

test("the refusal's page says what was called, and what to enter in Twilio", async () => {
  await using server = await startServer({ PUBLIC_URL });
  await post(server, "/sms", `${PUBLIC_URL}/sms`);
  const [row] = await listed(server);
  const page = await get(`${server.origin}/refusals/${row?.id}`);
  expect(page.text).toContain(
    "Twilio called https://sms.example.com/sms, which isn’t one of smsledger’s addresses",
  );
  expect(page.text).toContain("In Twilio, replace the callback URL with:");
  expect(page.text).toContain(
    `${PUBLIC_URL}${WEBHOOK_PATHS.sms}#rc=5&amp;rp=all`,
  );
  const overview = await get(`${server.origin}/`);
  expect(overview.text).toContain("1 callback was refused in the last hour");
});

test.each(["", "/ledger"])(
  "a callback to just the host and the base path “%s” is signed without a slash, and listed with the right address",
  async (base) => {
    for (const query of ["", "?campaign=spring"]) {
      await using server = await startServer({ PUBLIC_URL: PUBLIC_URL + base });
      await post(server, `/${query}`, PUBLIC_URL + base + query);
      const [row] = await listed(server);
      expect(row).toMatchObject({
        isFixable: true,
        rightUrl: PUBLIC_URL + base + SMS_URL,
      });
      const page = await get(`${server.origin}/refusals/${row?.id}`);
      expect(page.text).toContain(`Twilio called ${PUBLIC_URL + base},`);
    }
  },
);

test("without PUBLIC_URL, the right address has the origin that was signed", async () => {
  await using server = await startServer();
  const host = "sms.example.com";
  await post(server, "/sms", "https://sms.example.com/sms", { host });
  const [row] = await listed(server);
  expect(row?.rightUrl).toBe(PUBLIC_URL + SMS_URL);
});

test("a callback whose path a proxy changed is distinguished from one to a wrong address", async () => {
  await using server = await startServer({ PUBLIC_URL });
  await post(server, "/twilio/sms", PUBLIC_URL + WEBHOOK_PATHS.sms);
  const [row] = await listed(server);
  const page = await get(`${server.origin}/refusals/${row?.id}`);
  expect(page.text).toContain("something on the way changes the path");
});

test("a request that isn't signed with one of your tokens is noise", async () => {
  await using server = await startServer({ PUBLIC_URL });
  const authToken = "another";
  const answer = await post(server, "/sms", `${PUBLIC_URL}/sms`, { authToken });
  expect(answer.status).toBe(404);
  const [row] = await listed(server);
  expect(row).toMatchObject({ check: "address", isFixable: false });
  const page = await get(`${server.origin}/refusals/${row?.id}`);
  expect(page.text).toContain("none of your tokens or keys produces");
});

test("a stranger's unsigned requests aren't callbacks", async () => {
  await using server = await startServer({ SIGN_IN: "password", PUBLIC_URL });
  const below = `${server.origin}/api/rpc/webhooks/twilio/mms`;
  for (const method of ["GET", "PUT", "POST"]) {
    const answer = await fetch(below, { method });
    expect([method, answer.status]).toEqual([method, 404]);
    expect(await answer.json()).toMatchObject({ success: false });
  }
  const elsewhere = await fetch(`${server.origin}/xmlrpc.php`, {
    method: "POST",
    body: new URLSearchParams({ a: "1" }),
  });
  expect(elsewhere.status).toBe(401);
  const rows = await listed(server);
  expect(rows).toMatchObject([{ check: "address", isFixable: false }]);
});

test("a signature opens no page and has no effect there", async () => {
  await using server = await startServer({ SIGN_IN: "password" });
  const headers = { "x-twilio-signature": "x" };
  const page = await fetch(server.origin, { headers, redirect: "manual" });
  expect(page.status).toBe(401);
  const read = await fetch(`${server.origin}/login`, { headers });
  expect(read.status).toBe(200);
});

test("a signed body over the webhook's limits gets a response without being read", async () => {
  await using server = await startServer();
  const host = new URL(server.origin).host;
  const answer = await sendRaw(
    server.origin,
    `POST /sms HTTP/1.1\r\nHost: ${host}\r\nX-Twilio-Signature: x\r\nContent-Length: 70000\r\n\r\n`,
  );
  expect(answer.status).toBe(404);
  const long = await postRaw(server.origin, {
    target: "/sms",
    body: Array.from({ length: 200 }, (_, index) => `p${index}=1`).join("&"),
  });
  expect(long.status).toBe(404);
});
