import { expect, test } from "bun:test";
import { startServer } from "../support/start-server.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { get } from "./page-client.ts";

test("with a base path, every route works with and without it, and every link has it", async () => {
  await using server = await startServer({
    PUBLIC_URL: "https://ops.example.com/sms/",
  });
  const sid = newMessageSid();
  await server.twilio.post(
    { MessageSid: sid, To: "+14155550123" },
    {
      signedUrl: "https://ops.example.com/sms/api/rpc/webhooks/twilio/sms",
    },
  );
  for (const path of [
    "/",
    "/messages",
    `/messages/${sid}`,
    "/errors",
    "/numbers",
    "/numbers/%2B14155550123",
    "/messages?q=status:delivered",
    "/nothing-here",
  ]) {
    const stripped = await get(server.origin + path);
    const whole = await get(`${server.origin}/sms${path}`);
    expect([path, whole.status]).toEqual([path, stripped.status]);
    for (const { text } of [stripped, whole]) {
      const addresses = [
        ...text.matchAll(
          /\s(?:href|src|action|hx-get|hx-sse:connect|data-[a-z]+)="(\/[^"]*)"/g,
        ),
      ].map((match) => match[1] ?? "");
      expect(addresses.length).toBeGreaterThan(8);
      for (const address of addresses) expect(address).toStartWith("/sms/");
    }
  }
  for (const path of ["/livez", "/readyz", "/numbers.csv", "/"]) {
    expect((await get(server.origin + path)).status).toBe(200);
    expect((await get(`${server.origin}/sms${path}`)).status).toBe(200);
  }
  expect((await get(`${server.origin}/sms`)).status).toBe(200);
  const guarded = await get(`${server.origin}/sms/messages`, {
    headers: { "x-forwarded-for": "203.0.113.7" },
  });
  expect(guarded.status).toBe(403);
  const api = await get(`${server.origin}/sms/api/nothing`);
  expect(api.headers.get("content-type")).toBe("application/problem+json");
  expect((await get(`${server.origin}/smsx/messages`)).status).toBe(404);
});
