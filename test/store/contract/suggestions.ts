import { expect, test } from "bun:test";
import type { Store, SuggestibleField } from "../../../src/store/store.ts";
import { eventOf, type OpenStore } from "../events.ts";

const SUGGESTED: readonly (readonly [
  SuggestibleField,
  start: string,
  readonly string[],
])[] = [
  ["from", "", ["+15595551269", "+442071838750", "ACME"]],
  ["from", "acm", ["ACME"]],
  ["from", "+4", ["+442071838750"]],
  ["from", "+1415", []],
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
];

export function suggestionsContract(openStore: OpenStore): void {
  test("known values that begin with what is typed, in any case, are suggested", async () => {
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

  test("there are no more suggestions than asked for, and each is a known value", async () => {
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
}

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
