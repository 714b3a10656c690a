import { expect, test } from "bun:test";
import { join } from "node:path";
import { askAboutDue } from "../../src/sources/reconcile.ts";
import { openStore } from "../support/open-store.ts";
import { tempDir } from "../support/temp-dir.ts";
import {
  API_ACCOUNT,
  startTwilioApi,
  twilioHistory,
} from "../support/twilio-api.ts";
import { NEVER } from "../twilio-api/test-client.ts";
import { callbackOf, readingFrom } from "./sources-client.ts";

const MINUTE_MS = 60_000;
const NOW = Date.UTC(2026, 11, 1, 12);

test("Twilio is asked about messages in flight, and what it says is recorded", async () => {
  using folder = tempDir();
  const store = await openStore(join(folder.path, "smsledger.db"));
  const history = twilioHistory(60, NOW - 60 * MINUTE_MS, NOW).filter(
    (each) => each.direction !== "inbound",
  );
  using stub = startTwilioApi(history);
  const sentAt = NOW - 16 * MINUTE_MS;
  const sent = history.map((each) =>
    callbackOf({ ...each, status: "sent", errorCode: null }, sentAt),
  );
  const [gone, waiting, elsewhere, ...others] = sent;
  if (!gone || !waiting || !elsewhere) return;
  stub.remove(gone.messageSid);
  const known = stub.messages.get(waiting.messageSid);
  if (known) stub.put({ ...known, status: "sending" });
  // The key can't see a subaccount's messages.
  const subaccount = { accountSid: API_ACCOUNT.replace("17", "18") };
  await store.recordEvents([
    gone,
    waiting,
    { ...elsewhere, ...subaccount, params: [] },
    ...others,
  ]);
  // One that Twilio refuses to say anything about keeps nobody waiting.
  const [refused] = others;
  const pathOf = (sid: string) => `/Messages/${sid}.json`;
  stub.state.trouble = ({ pathname }) =>
    pathname.endsWith(pathOf(refused?.messageSid ?? ""))
      ? { status: 400 }
      : undefined;
  let now = NOW;
  const reading = { ...readingFrom(stub, () => now, NEVER), store };
  await askAboutDue(reading);
  expect(stub.requests).toHaveLength(history.length - 1);
  expect(stub.state.openMax).toBeLessThanOrEqual(2);
  for (const { messageSid } of others.slice(1)) {
    const { status, errorCode } = stub.messages.get(messageSid) ?? {};
    expect(await store.messageBySid(messageSid)).toMatchObject({
      status,
      errorCode,
      sources: ["callback", "api"],
    });
  }
  const inFlight = await Promise.all(
    [gone, waiting, elsewhere].map((each) =>
      store.messageBySid(each.messageSid),
    ),
  );
  expect(inFlight.map((each) => each?.status)).toEqual([
    "sent",
    "sent",
    "sent",
  ]);
  const goneId = inFlight[0]?.id ?? 0;
  expect(await store.reconciles.goneAt(goneId)).toBe(NOW);
  // Nothing is asked twice at once; later, only the one that is still on its way.
  await askAboutDue(reading);
  expect(stub.requests).toHaveLength(history.length - 1);
  now = sentAt + 60 * MINUTE_MS;
  stub.state.trouble = () => undefined;
  if (known) stub.put({ ...known, status: "delivered" });
  await askAboutDue(reading);
  expect(stub.requests).toHaveLength(history.length + 1);
  for (const each of [waiting, refused])
    expect(await store.messageBySid(each?.messageSid ?? "")).toMatchObject({
      sources: ["callback", "api"],
    });
  now += 100 * 60 * MINUTE_MS;
  await askAboutDue(reading);
  expect(stub.requests).toHaveLength(history.length + 1);
  await store.close();
});
