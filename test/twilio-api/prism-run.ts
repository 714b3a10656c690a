/**
 * `bun test/twilio-api/prism-run.ts FOLDER`: reads with the product's client what Prism answers from
 * Twilio's own OpenAPI files, and checks that requests and answers have the documented shapes.
 * FOLDER is where `npm install @stoplight/prism-cli@5.14.2 @twilio-alpha/mcp@0.7.0` was run: they
 * have hundreds of dependencies, so they aren't among the project's.
 */
import { join } from "node:path";
import { checkSenders } from "../../src/senders/check-senders.ts";
import {
  readMessage,
  readMessagesPage,
} from "../../src/twilio-api/messages.ts";
import { freePort } from "../support/free-port.ts";
import { read } from "../support/settings.ts";
import { until } from "../support/until.ts";
import { createApiClient } from "../../src/twilio-api/client.ts";

const folder = process.argv[2] ?? ".";
const modules = join(folder, "node_modules");
const specs = join(modules, "@twilio-alpha/mcp/twilio-oai/spec/json");
/** The account in the files' examples, which next pages name. */
const ACCOUNT = `AC${"a".repeat(32)}`;
const SID = `SM${"b".repeat(32)}`;

async function startPrism(spec: string) {
  const port = freePort();
  const child = Bun.spawn(
    [
      "node",
      join(modules, ".bin/prism"),
      "mock",
      "-p",
      String(port),
      join(specs, spec),
    ],
    { stdout: "ignore", stderr: "inherit" },
  );
  const origin = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(origin)).status > 0, 120_000);
  return { origin, stop: () => child.kill() };
}

const [api, messaging] = await Promise.all([
  startPrism("twilio_api_v2010.json"),
  startPrism("twilio_messaging_v1.json"),
]);
const seen: string[] = [];
// Twilio's two hosts in one. Its file calls a day of `DateSent` a time, unlike its documentation.
const both = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch({ url: address, headers }) {
    const url = new URL(address);
    const target = url.pathname.startsWith("/v1/") ? messaging : api;
    const day = url.searchParams.get("DateSent");
    if (day !== null) url.searchParams.set("DateSent", `${day}T00:00:00Z`);
    const answer = await fetch(target.origin + url.pathname + url.search, {
      headers: {
        authorization: headers.get("authorization") ?? "",
        ...(day !== null && { prefer: "example=readFullPage1" }),
      },
    });
    seen.push(`${answer.status} ${url.pathname}`);
    return new Response(answer.body, {
      status: answer.status,
      headers: { "content-type": "application/json" },
    });
  },
});

const { twilioApi } = read({
  TWILIO_API_KEY: `SK${"c".repeat(32)}`,
  TWILIO_API_SECRET: "secret",
  TWILIO_ACCOUNT_SID: ACCOUNT,
  TWILIO_API_URL: both.url.origin,
});
if (twilioApi === undefined) throw new Error("The settings are incomplete.");
const client = createApiClient(twilioApi, { version: "0", attemptsMax: 1 });
const signal = AbortSignal.timeout(60_000);
const page = await readMessagesPage(client, "2026-11-01", undefined, signal);
const message = await readMessage(client, SID, signal);
const senders = await checkSenders(
  client,
  "https://a.example",
  Date.now,
  signal,
);
console.log(seen.join("\n"));
console.log(JSON.stringify({ page, message, senders }, null, 2));

const mistakes = [
  ...seen.filter((each) => !each.startsWith("200 ")),
  ...(page.messages.length === 1 && page.inbound === 1 ? [] : ["the page"]),
  ...(page.unreadable === 0 ? [] : ["unreadable messages"]),
  ...(page.next?.includes("PageToken=") ? [] : ["the next page"]),
  ...(typeof message === "object" && message.price?.amount === "-0.00750"
    ? []
    : ["the message"]),
  ...(senders.services.state === "read" && senders.services.items.length === 1
    ? []
    : ["the Messaging Services"]),
  ...(senders.numbers.state === "read" && senders.numbers.items.length === 1
    ? []
    : ["the phone numbers"]),
];
console.log(
  mistakes.length === 0
    ? "Everything has the documented shape."
    : `Different: ${mistakes.join(", ")}`,
);
for (const each of [api, messaging]) each.stop();
process.exit(mistakes.length === 0 ? 0 : 1);
