import { expect, test } from "bun:test";
import type { Store, SuggestibleField } from "../../../src/store/store.ts";
import { eventOf } from "../events.ts";
import { storeContract } from "../contract.ts";

const SUGGESTED: readonly (readonly [
  SuggestibleField,
  start: string,
  readonly string[],
])[] = [
  ["from", "", ["+15595551269", "+442071838750", "ACME"]],
  ["from", "acm", ["ACME"]],
  ["from", "+4", ["+442071838750"]],
  ["from", "+1415", []],
  ["to", "", []],
  ["to", "+4", []],
  ["service", "mg", ["MGa", "MGb"]],
  ["service", "MGB", ["MGb"]],
  ["account", "AC", ["ACx", "ACy"]],
  ["country", "", ["DE", "US"]],
  ["country", "u", ["US"]],
  ["country", "%", []],
  ["tag", "camp", ["campaign=autumn", "campaign=Spring"]],
  ["tag", "CAMPAIGN=S", ["campaign=Spring"]],
  ["tag", "campaign=autumn", ["campaign=autumn"]],
  ["tag", "campaig=", []],
  ["tag", "o", ["order=1", "order=10"]],
  ["tag", "order=10", ["order=10"]],
  ["tag", "order=_", []],
  ["tag-value", "1", ["order=1", "order=10"]],
  ["tag-value", "10", ["order=10"]],
  ["tag-value", "AUT", ["campaign=autumn"]],
  ["tag-value", "Spr", ["campaign=Spring"]],
  ["tag-value", "campaign", []],
  ["tag-value", "%", []],
  ["tag-value", "", []],
];

storeContract((openStore) => {
  test("known values with the typed prefix, in any case, are suggested", async () => {
    await using opened = await openStore();
    await populate(opened.store);
    for (const [field, start, expected] of SUGGESTED) {
      const found = await opened.store.suggest(field, start, 10);
      expect([field, start, found.toSorted()]).toEqual([
        field,
        start,
        expected.toSorted(),
      ]);
    }
  });

  test("there are no more suggestions than requested, and each is a known value", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await populate(store);
    for (const field of [
      "from",
      "service",
      "account",
      "country",
      "tag",
    ] as const) {
      const all = await store.suggest(field, "", 10);
      const one = await store.suggest(field, "", 1);
      expect(one).toHaveLength(1);
      expect(all).toEqual(expect.arrayContaining(one));
    }
  });

  test("recipients without a number are suggested by the beginning of their name or ID", async () => {
    await using opened = await openStore();
    const { store } = opened;
    for (const [To, From] of [
      ["US.13491208655302741918", "Ursula"],
      ["us_user", "ACME"],
      ["+14155550123", "ACME"],
    ] as const)
      await store.recordEvent(eventOf({ To, From }));
    const found = await store.suggest("to", "Us", 10);
    expect(found.toSorted()).toEqual(["US.13491208655302741918", "us_user"]);
    expect(await store.suggest("to", "us", 1)).toHaveLength(1);
    expect(await store.suggest("to", "ursula", 10)).toEqual([]);
  });

  test("a tag that has exactly the typed value comes first, whatever its name is", async () => {
    await using opened = await openStore();
    const { store } = opened;
    for (const query of ["a=100&b=10", "z=1", "b=1"])
      await store.recordEvent(eventOf({}, { query }));
    const found = await store.suggest("tag-value", "1", 10);
    expect(found.slice(0, 2).toSorted()).toEqual(["b=1", "z=1"]);
    expect(found.slice(2).toSorted()).toEqual(["a=100", "b=10"]);
    expect(await store.suggest("tag-value", "1", 3)).toHaveLength(3);
  });

  test("numbers with these digits anywhere are found among the latest messages, newest first", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const sids: string[] = [];
    for (const [To, From] of [
      ["+14155550123", "ACME"],
      ["+4915550199", "ACME"],
      ["+14155550123", "ACME"],
      ["+12125551234", "+4155550001"],
      ["id-15555", "ACME"],
    ] as const) {
      const event = eventOf({ To, From });
      sids.push(event.messageSid);
      await store.recordEvent(event);
    }
    const found = await store.recentNumbersWith("5550", 10);
    expect(found.map(({ messageSid }) => messageSid)).toEqual([
      sids[2] ?? "",
      sids[1] ?? "",
    ]);
    expect(await store.recentNumbersWith("5550", 1)).toHaveLength(1);
    expect(await store.recentNumbersWith("9999", 10)).toEqual([]);
    expect(await store.recentNumbersWith("_555", 10)).toEqual([]);
  });

  test("an empty store suggests nothing", async () => {
    await using opened = await openStore();
    for (const field of [
      "from",
      "service",
      "account",
      "country",
      "tag",
    ] as const)
      expect(await opened.store.suggest(field, "", 10)).toEqual([]);
  });
});

async function populate(store: Store): Promise<void> {
  const messages = [
    ["+14155550123", "+15595551269", "ACx", "MGa", "campaign=Spring&order=1"],
    ["+4915123456789", "ACME", "ACy", "MGb", "campaign=autumn&order=10"],
    ["+14155550123", "+442071838750", "ACx", "", "campaign=autumn"],
    ["", "ACME", "ACx", "MGa", ""],
  ] as const;
  for (const [To, From, AccountSid, MessagingServiceSid, query] of messages)
    await store.recordEvent(
      eventOf({ To, From, AccountSid, MessagingServiceSid }, { query }),
    );
}
