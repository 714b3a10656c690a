import { expect, test } from "bun:test";
import { firstPeriod } from "../../src/digest/periods.ts";
import { openEngine } from "../../src/store/open.ts";
import type { DigestSettings } from "../../src/store/digests.ts";
import type { Stores } from "../../src/store/stores.ts";
import { addAlert } from "../alerts/sample-alerts.ts";
import { eventOf } from "../store/events.ts";
import { followList } from "../store/follow-list.ts";
import { openServerStore } from "../support/open-store.ts";
import { tempDir } from "../support/temp-dir.ts";
import { join } from "node:path";
import { parseFilter } from "../../src/messages/filter-language.ts";
import { readListQuery } from "../../src/suppressions/list-query.ts";
import { sendAt } from "./digest-server.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** When the first digest is due. */
const DUE = Date.UTC(2026, 10, 24, 8);
const SETTINGS: DigestSettings = {
  address: "ana@example.com",
  frequency: "daily",
  timeZone: "UTC",
  hour: 8,
};
const BY = { at: DUE - DAY_MS, actor: "ana", address: null };

async function withStore(
  work: (store: Stores, reopen: () => Promise<Stores>) => Promise<void>,
): Promise<void> {
  using folder = tempDir();
  const engine = openEngine(join(folder.path, "smsledger.db"));
  let store = await openServerStore(engine);
  const reopen = async () => {
    await store.close();
    store = await openServerStore(engine);
    return store;
  };
  try {
    await work(store, reopen);
  } finally {
    await store.close();
  }
}

function subscribe(store: Stores, settings = SETTINGS): Promise<void> {
  const period = firstPeriod(settings, DUE - HOUR_MS);
  return store.digests.put(1, settings, period, BY);
}

/** Records messages with these statuses and codes at a time. */
async function record(
  store: Stores,
  receivedAt: number,
  ...outcomes: readonly (readonly [status: string, code: string, to?: string])[]
): Promise<void> {
  for (const [MessageStatus, ErrorCode, To = "+14155550123"] of outcomes)
    await store.recordEvent(
      eventOf({ MessageStatus, ErrorCode, To }, { receivedAt }),
    );
}

test("a digest counts exactly the messages of its period, and says what to do", async () => {
  await withStore(async (store) => {
    await subscribe(store);
    await record(store, DUE - 2 * DAY_MS - 1, ["delivered", ""]);
    await record(store, DUE - DAY_MS - 1, ["delivered", ""]);
    await record(
      store,
      DUE - DAY_MS,
      ["delivered", "", "+14155550101"],
      ["failed", "30005", "+4915112345678"],
      ["failed", "30007", "+14155550102"],
    );
    await followList(store, DUE - HOUR_MS);
    await record(store, DUE - 1, ["sent", ""]);
    await record(store, DUE, ["failed", "30005", "+14155550199"]);
    expect(await sendAt(store, DUE - 1)).toEqual([]);
    const [mail, ...others] = await sendAt(store, DUE + 60_000);
    expect(others).toEqual([]);
    expect(mail).toMatchObject({
      to: ["ana@example.com"],
      subject: "[Daily digest] 1 of 3 messages delivered",
    });
    for (const line of [
      "Messages: 4 (3 more)",
      "Delivered: 1",
      "Failed: 2",
      "In flight: 1",
      "30005 Unknown destination handset: 1 message",
      "Stop sending to this number:",
      "+4915112345678: Gone, SMS",
    ])
      expect(mail?.text).toContain(line);
    expect(mail?.text).not.toContain("+14155550199");
    // Sent once.
    expect(await sendAt(store, DUE + 120_000)).toEqual([]);
    const [next] = await sendAt(store, DUE + DAY_MS);
    expect(next?.text).toContain("Messages: 1 (3 fewer)");
    expect(next?.id).not.toBe(mail?.id);
  });
});

test("a digest counts its period's messages of the reader's and the team's saved views that are in it", async () => {
  await withStore(async (store) => {
    await subscribe(store);
    await record(
      store,
      DUE - DAY_MS,
      ["failed", "30005", "+4915112345678"],
      ["delivered", "", "+4915112345678"],
    );
    await record(store, DUE, ["failed", "30005", "+4915112345678"]);
    const view = (ownerId: number | null, name: string, filter: string) =>
      store.views.add({ ownerId, name, filter, inDigest: true }, BY);
    await view(null, "Failed <b>", "status:failed after:1h");
    await view(1, "To him", "to:+4915112345678");
    await view(2, "Of another user", "status:failed");
    await view(1, "Too long", `${"-code:1 ".repeat(18)}status:failed`);
    await store.views.add(
      { ownerId: 1, name: "Not wanted", filter: "code:1", inDigest: false },
      BY,
    );
    const [mail] = await sendAt(store, DUE, { fault: "try_later" });
    for (const line of ["- Failed <b>: 1 message", "- To him: 2 messages"])
      expect(mail?.text).toContain(`${line}\n`);
    expect(mail?.text).not.toMatch(/another user|Not wanted|Too long/);
    expect(mail?.html).not.toContain("Failed <b>");
    const [masked] = await sendAt(store, DUE + HOUR_MS, { masksNumbers: true });
    expect(masked?.text).toContain("Failed <b>: 1 message");
    expect(masked?.text).not.toMatch(/To him|15112345678/);
  });
});

test("what couldn't be sent is sent later, as the same mail, also after a restart", async () => {
  await withStore(async (store, reopen) => {
    await subscribe(store);
    await record(store, DUE - HOUR_MS, ["delivered", ""]);
    const [first] = await sendAt(store, DUE, { fault: "try_later" });
    expect(await store.digests.of(1)).toMatchObject({
      attempts: 1,
      error: expect.stringContaining("try again later"),
    });
    expect(await sendAt(store, DUE + 1_000)).toEqual([]);
    const again = await reopen();
    const [second] = await sendAt(again, DUE + 10_000);
    expect(second?.id).toBe(first?.id ?? "");
    expect(await again.digests.of(1)).toMatchObject({
      attempts: 0,
      error: null,
      sentAt: DUE + 10_000,
      from: DUE,
      dueAt: DUE + DAY_MS,
    });
  });
});

test("a digest that was missed for days is in the next one, so nothing is left out", async () => {
  await withStore(async (store) => {
    await subscribe(store);
    for (const days of [1, 2, 3])
      await record(store, DUE - days * DAY_MS + 2 * DAY_MS + 1, [
        "delivered",
        "",
      ]);
    const mails = await sendAt(store, DUE + 2 * DAY_MS + HOUR_MS);
    expect(mails).toHaveLength(1);
    expect(mails[0]?.text).toContain("Messages: 3");
  });
});

test.each([
  ["daily", DUE + DAY_MS],
  // The Monday after.
  ["weekly", DUE + 6 * DAY_MS],
] as const)(
  "a %s digest that was sent while the clock was years ahead is due as usual once it's right",
  async (frequency, next) => {
    await withStore(async (store) => {
      await subscribe(store, { ...SETTINGS, frequency });
      const ahead = DUE + 1_000 * DAY_MS;
      expect(await sendAt(store, ahead)).toHaveLength(1);
      const now = DUE + HOUR_MS;
      expect(await sendAt(store, now)).toEqual([]);
      expect(await store.digests.of(1)).toMatchObject({
        dueAt: next,
        sentAt: ahead,
      });
      await record(store, next - HOUR_MS, ["delivered", ""]);
      const [mail] = await sendAt(store, next);
      expect(mail?.text).toContain("Messages: 1");
    });
  },
);

test("a digest that failed while the clock was ahead is tried again once it's right", async () => {
  await withStore(async (store) => {
    await subscribe(store);
    await sendAt(store, DUE + 1_000 * DAY_MS, { fault: "try_later" });
    expect(await sendAt(store, DUE)).toHaveLength(1);
  });
});

test("a digest has the alerts that are open, not those that may fire", async () => {
  await withStore(async (store) => {
    const { alerts } = store;
    const fired = await addAlert(alerts, DUE, { ruleId: 6, minutesAgo: 30 });
    const { ruleId, ruleKind, ruleName, severity, facts } = fired;
    const since = DUE - 60_000;
    const pending = { ruleKind, ruleName, severity, facts, since, key: "x:1" };
    await alerts.addPending([{ ...pending, ruleId: ruleId ?? 0 }]);
    await subscribe(store);
    const [mail] = await sendAt(store, DUE);
    expect(mail?.text).toContain("An open alert:");
    expect(mail?.text).not.toContain("pending");
  });
});

test("a quiet period is said briefly", async () => {
  await withStore(async (store) => {
    await subscribe(store);
    const [mail] = await sendAt(store, DUE);
    expect(mail?.subject).toBe("[Daily digest] No messages");
    expect(mail?.text).toContain("No message was first seen in this time.");
    expect(mail?.text).not.toContain("Failed:");
  });
});

test("hostile texts stay text, and with MASK_NUMBERS no number is whole", async () => {
  await withStore(async (store) => {
    await subscribe(store);
    const hostile = '<img src=x onerror=alert(1)>"';
    await record(
      store,
      DUE - HOUR_MS,
      ["failed", "30005", hostile],
      ["failed", "30005", "+4915112345678"],
    );
    await followList(store, DUE - 1_000);
    const [mail] = await sendAt(store, DUE);
    expect(mail?.html).not.toContain("<img");
    expect(mail?.html).toContain("&lt;img src=x");
    await store.digests.put(
      1,
      SETTINGS,
      { from: DUE - DAY_MS, dueAt: DUE },
      BY,
    );
    const [masked] = await sendAt(store, DUE, { masksNumbers: true });
    expect(masked?.html).not.toContain("12345678");
    expect(masked?.text).not.toContain("12345678");
    expect(masked?.text).toContain("+491");
  });
});

test("settings that change while a digest is sent stay as they were chosen", async () => {
  await withStore(async (store) => {
    await subscribe(store);
    const known = await store.digests.of(1);
    await store.digests.put(
      1,
      { ...SETTINGS, hour: 9 },
      { from: DUE - DAY_MS, dueAt: DUE + HOUR_MS },
      BY,
    );
    await store.digests.save({
      userId: 1,
      wasDueAt: known?.dueAt ?? 0,
      sentAt: DUE,
      next: { from: DUE, dueAt: DUE + DAY_MS },
    });
    expect(await store.digests.of(1)).toMatchObject({
      hour: 9,
      dueAt: DUE + HOUR_MS,
      sentAt: null,
    });
  });
});

test("every count equals the list that it links to", async () => {
  await withStore(async (store) => {
    await subscribe(store);
    const outcomes = ["delivered", "failed", "undelivered", "sent"] as const;
    for (let i = 0; i < 40; i++)
      await record(store, DUE - DAY_MS + (i - 5) * HOUR_MS, [
        outcomes[i % 4] ?? "sent",
        i % 4 === 1 ? "30005" : "",
        `+1415555${1_000 + i}`,
      ]);
    await followList(store, DUE - 1);
    const [mail] = await sendAt(store, DUE + DAY_MS / 2);
    const html = mail?.html ?? "";
    const linked = [
      ...html.matchAll(/href="([^"]*\/messages\?q=[^"]*)"[^>]*>([\d,]+)</g),
    ];
    expect(linked).toHaveLength(4);
    for (const [, href = "", value = ""] of linked) {
      const url = new URL(href.replaceAll("&amp;", "&"));
      const { filter, mistakes } = parseFilter(
        url.searchParams.get("q") ?? "",
        DUE + DAY_MS,
      );
      expect(mistakes).toEqual([]);
      const { count } = await store.countMessages(filter);
      expect([href, count]).toEqual([href, Number(value)]);
    }
    // The list of numbers, and those that the digest names.
    const [, path = ""] = /href="([^"]*\/do-not-send\?[^"]*)"/.exec(html) ?? [];
    const query = readListQuery(
      new URL(path.replaceAll("&amp;", "&")).searchParams,
    );
    const listed = await store.suppressions.addedIn(
      query?.added ?? { from: 0, to: 0 },
      500,
    );
    expect(html).toContain(`these ${listed.length} numbers`);
  });
});
