import { expect, test } from "bun:test";
import { join } from "node:path";
import pino from "pino";
import { readConfig } from "../../src/config/config.ts";
import { createLog } from "../../src/log/log.ts";
import { createServer } from "../../src/server/server.ts";
import { openStore } from "../support/open-store.ts";
import { addPerson, signedInAs } from "../account/people.ts";
import { startServer } from "../support/start-server.ts";
import { StoreUnavailable } from "../../src/store/store.ts";
import type { Stores } from "../../src/store/stores.ts";
import { until } from "../support/until.ts";
import { tempDir } from "../support/temp-dir.ts";
import { ACCOUNT_SID, AUTH_TOKEN } from "../support/twilio-client.ts";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";

const SECRET = "a value that was posted";

test("a fault gets a page without the error's message or stack trace", async () => {
  await using server = await serverOver(() => new Error(SECRET));
  for (const path of ["/", "/messages", "/errors", "/numbers", "/numbers/~1"]) {
    const answer = await server.app.handle(requestFor(path));
    expect(answer.status).toBe(500);
    expect(answer.headers.get("content-security-policy")).not.toBeNull();
    const text = await answer.text();
    expect(text).toContain("Something went wrong");
    expect(text).not.toMatch(/a value that|\.tsx?:|\n\s*at /);
  }
});

test("a request that a proxy forwarded is refused before it can meet a fault", async () => {
  await using server = await serverOver(() => new Error(SECRET));
  const answer = await server.app.handle(
    requestFor("/messages", { via: "proxy" }),
  );
  expect(answer.status).toBe(403);
});

test("a repeated fault is logged at once, then counted", async () => {
  const lines: string[] = [];
  const log = pino({}, { write: (line) => void lines.push(line) });
  await using server = await serverOver(() => new Error(SECRET), log);
  for (let count = 0; count < 300; count++)
    await server.app.handle(requestFor("/messages"));
  await until(async () => {
    const counts = lines.flatMap((line): number[] => {
      const { msg, times = 1 } = JSON.parse(line);
      return msg === "a request failed" ? [times] : [];
    });
    expect(counts.reduce((sum, times) => sum + times, 0)).toBe(300);
  });
  expect(lines.length).toBeLessThan(30);
  expect(lines.join("")).not.toContain(SECRET);
});

test("a database that can't answer is reported with the reason and Retry-After", async () => {
  await using server = await serverOver(
    () => new StoreUnavailable("The disk is full."),
  );
  const answer = await server.app.handle(requestFor("/messages"));
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toBe("5");
  const text = await answer.text();
  expect(text).toContain("The disk is full.");
  expect(text).toContain('href="/messages">Try again</a>');
});

test("a page that fails offers another try, even if the session can't be looked up", async () => {
  await using server = await startServer({ SIGN_IN: "password" });
  const { accounts } = server.store;
  await addPerson(accounts, "mo", "member");
  const mo = await signedInAs(server.origin, "mo");
  await server.store.close();
  const { status, text } = await mo.get("/messages?q=status:failed");
  expect(status).toBe(503);
  expect(text).toContain('href="/messages?q=status:failed">Try again</a>');
  const elsewhere = await mo.get("//evil.example.com/messages");
  expect(elsewhere.text).not.toContain('href="//');
});

test("htmx shows a failed request as a whole page and keeps the address", async () => {
  await using server = await serverOver(() => new Error(SECRET));
  const { headers } = await server.app.handle(
    requestFor("/messages", { "hx-request": "true" }),
  );
  expect(headers.get("hx-retarget")).toBe("#main");
  expect(headers.get("hx-reselect")).toBe("#main");
  expect(headers.get("hx-push-url")).toBe("false");
});

test("a fault while recording a callback gets 500 in JSON, through a proxy too", async () => {
  await using server = await serverOver(() => new Error(SECRET));
  const path = "/api/rpc/webhooks/twilio/sms";
  const params = {
    MessageSid: "SM0123456789abcdef0123456789abcdef",
    MessageStatus: "delivered",
    AccountSid: ACCOUNT_SID,
  };
  const answer = await server.app.handle(
    new Request(`http://127.0.0.1:3000${path}`, {
      method: "POST",
      headers: {
        host: "127.0.0.1:3000",
        via: "1.1 proxy",
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": getExpectedTwilioSignature(
          AUTH_TOKEN,
          `http://127.0.0.1:3000${path}`,
          params,
        ),
      },
      body: new URLSearchParams(params).toString(),
    }),
  );
  expect(answer.status).toBe(500);
  const body: unknown = await answer.json();
  expect(body).toMatchObject({ success: false });
  expect(JSON.stringify(body)).not.toContain(SECRET);
});

function requestFor(path: string, headers: Record<string, string> = {}) {
  return new Request(`http://127.0.0.1:3000${path}`, {
    headers: { host: "127.0.0.1:3000", ...headers },
  });
}

/** Starts the server on a store in which every read of messages fails. */
async function serverOver(
  fault: () => Error,
  log = createLog("silent", "json"),
) {
  const fail = () => Promise.reject(fault());
  const failInSteps = async function* () {
    yield await fail();
  };
  const folder = tempDir();
  const whole = await openStore(join(folder.path, "smsledger.db"));
  const store: Stores = {
    ...whole,
    recordEvent: fail,
    checkWritable: fail,
    listMessages: fail,
    messageBySid: fail,
    listAndCount: fail,
    countMessages: fail,
    changedMessages: fail,
    timeline: fail,
    tally: fail,
    deliveryTimes: fail,
    errorCodeFacts: fail,
    failingRecipients: fail,
    recipientCounts: fail,
    addressById: fail,
    suggest: fail,
    firstMessageAt: fail,
    lastEventAt: fail,
    feedStart: fail,
    feedEnd: fail,
    feedAfter: fail,
    changesSince: fail,
    everyMessage: failInSteps,
    everyEvent: failInSteps,
    everyMessageNewestFirst: failInSteps,
    everyFailingRecipient: failInSteps,
    close: fail,
  };
  const config = readConfig({
    flags: {},
    env: { TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN, SIGN_IN: "none" },
    isTerminal: false,
  });
  const { app } = createServer({
    store,
    config,
    log,
    version: "0.0.0-test",
    now: Date.now,
    stopping: new AbortController().signal,
  });
  return {
    app,
    async [Symbol.asyncDispose]() {
      await whole.close();
      folder[Symbol.dispose]();
    },
  };
}
