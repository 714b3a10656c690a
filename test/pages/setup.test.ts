import { expect, test } from "bun:test";
import { startServer } from "../support/start-server.ts";
import { get } from "./page-client.ts";

test("before the first callback the overview says how to set Twilio up, with the address to paste", async () => {
  await using server = await startServer();
  const { text } = await get(`${server.origin}/`);
  expect(text).toContain("Set Twilio up");
  expect(text).toContain(
    `${server.origin}/api/rpc/webhooks/twilio/sms#rc=5&amp;rp=all`,
  );
  expect(text).toContain("five tries on any failure");
  expect(text).toContain("Waiting for the first callback.");
  await server.twilio.post();
  expect((await get(`${server.origin}/`)).text).not.toContain("Set Twilio up");
});

test("the address to paste and the command that tries it are the public ones when they are set", async () => {
  await using server = await startServer({
    PUBLIC_URL: "https://ops.example.com/sms",
  });
  const { text } = await get(`${server.origin}/`);
  const address = "https://ops.example.com/sms/api/rpc/webhooks/twilio/sms";
  expect(text).toContain(`${address}#rc=5&amp;rp=all`);
  expect(text).toContain(`smsledger simulate --url ${address} --count 1`);
});

test("every page says that callbacks are refused while no auth token is set", async () => {
  await using unconfigured = await startServer({
    TWILIO_WEBHOOK_AUTH_TOKEN: "",
  });
  await using configured = await startServer();
  for (const path of ["/", "/messages", "/errors", "/nothing-here"]) {
    const { text } = await get(unconfigured.origin + path);
    expect(text).toContain("No auth token is set.");
    expect(text).toContain("TWILIO_WEBHOOK_AUTH_TOKEN");
    expect((await get(configured.origin + path)).text).not.toContain(
      "No auth token is set.",
    );
  }
});
