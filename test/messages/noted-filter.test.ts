import { expect, test } from "bun:test";
import { parseFilter } from "../../src/messages/filter-language.ts";
import { notedFilter } from "../../src/messages/noted-filter.ts";

test("the audit list keeps a filter with recipients and numbers masked", () => {
  for (const [typed, noted] of [
    ["status:failed to:+14155550123", "status:failed to:+141••••••23"],
    ["to:zeus_user,eve@example.com", "to:ze••••••er,ev••••••om"],
    ["us.13491208655302741918", "us.••••••18"],
    ["-to:~7 SM0123 from:ACME", "-to:~7 SM0123 from:ACME"],
    ["tag:phone=1/415/555/0123", "tag:phone=141••••••23"],
    ["0123", "0123"],
  ] as const)
    expect(notedFilter(parseFilter(typed, 0).terms)).toBe(noted);
});
