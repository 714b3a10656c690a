import { describe, expect, test } from "bun:test";
import {
  filterText,
  parseFilter,
  type FilterPair,
} from "../../src/messages/filter-language.ts";
import { tagText } from "../../src/messages/filter-values.ts";
import type { MessageFilter } from "../../src/store/filter.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");

function meant(text: string): MessageFilter {
  const { filter, mistakes } = parseFilter(text, NOW);
  expect([text, mistakes]).toEqual([text, []]);
  return filter;
}

describe("a filter is read", () => {
  for (const [text, filter] of [
    ["", []],
    ["   ", []],
    ["status:failed", [is("status", ["failed"])]],
    ["STATUS:Failed", [is("status", ["failed"])]],
    ["-status:delivered,read", [not("status", ["delivered", "read"])]],
    ["code:30003,30005", [is("code", [30003, 30005])]],
    ["channel:whatsapp", [is("channel", ["whatsapp"])]],
    ["country:de,US", [is("country", ["DE", "US"])]],
    [
      'country:germany,"united kingdom",uk',
      [is("country", ["DE", "GB", "GB"])],
    ],
    ["to:+1415,0123,~12", [is("to", ["+1415", "0123", "~12"])]],
    ['to:"+1 (415) 555-0123"', [is("to", ["+14155550123"])]],
    ["to:whatsapp:+4915", [is("to", ["+4915"])]],
    ['from:"ACME CLINIC","a,b"', [is("from", ["ACME CLINIC", "a,b"])]],
    ["sid:smAB12", [is("sid", ["SMab12"])]],
    [`account:AC${"0".repeat(32)}`, [is("account", [`AC${"0".repeat(32)}`])]],
    [`service:MG${"a".repeat(32)}`, [is("service", [`MG${"a".repeat(32)}`])]],
    ["tag:campaign", [tag("campaign", undefined)]],
    ["tag:campaign=", [tag("campaign", "")]],
    ["tag:list=a,b=c", [tag("list", "a,b=c")]],
    ['tag:"campaign=spring sale"', [tag("campaign", "spring sale")]],
    ['tag:campaign="spring sale"', [tag("campaign", "spring sale")]],
    ['tag:"say=\\"hi\\" \\\\ \\n"', [tag("say", '"hi" \\ \\n')]],
    ["tag:a%3Db%253D=c", [tag("a=b%3D", "c")]],
    ["after:2026-11-01", [at("after", "2026-11-01T00:00:00Z")]],
    ["before:2026-11-01T10:00", [at("before", "2026-11-01T10:00:00Z")]],
    ["before:2026-11-01T10:00:05Z", [at("before", "2026-11-01T10:00:05Z")]],
    ["after:2026-11-01T10:00+02:00", [at("after", "2026-11-01T08:00:00Z")]],
    ["after:24h", [at("after", "2026-11-22T12:00:00Z")]],
    ["after:90m", [at("after", "2026-11-23T10:30:00Z")]],
    ["after:7d", [at("after", "2026-11-16T12:00:00Z")]],
    ["SM0f", [word("SM0f")]],
    ["4915", [word("4915")]],
    ["-4915", [{ ...word("4915"), negated: true }]],
    ["+1 (415) 555-0123", [word("+14155550123")]],
    ["(415) 555 0123", [word("4155550123")]],
    ['"+1 (415) 555-0123"', [word("+14155550123")]],
    ["whatsapp:+4915", [word("+4915")]],
    ["+1415 +4915", [word("+1415"), word("+4915")]],
    [
      "status:sent +1 (415) 555-0123 code:1",
      [is("status", ["sent"]), word("+14155550123"), is("code", [1])],
    ],
    ['"a:b"', [word("a:b")]],
    ["  status:sent\tcode:7\n", [is("status", ["sent"]), is("code", [7])]],
  ] as readonly (readonly [string, MessageFilter])[]) {
    test(JSON.stringify(text), () => expect(meant(text)).toEqual(filter));
  }
});

describe("a mistake is said, with its place", () => {
  for (const [text, part, sentence] of [
    ["stauts:failed", "stauts:", "Did you mean status?"],
    ["x -error:30003", "-error:", "Did you mean code?"],
    ["wombat:x", "wombat:", "There are status, code, to, from,"],
    ["constructor:x", "constructor:", "There is no such filter."],
    ["status:fail", "fail", "A status is sent, delivered,"],
    ["status:sent,lost,read", "lost", "A status is sent, delivered,"],
    ["channel:fax", "fax", "The channel is sms or whatsapp."],
    ["code:abc", "abc", "An error code is a number"],
    ["code:-1", "-1", "An error code is a number"],
    ["country:XX", "XX", "A country is two letters"],
    ["country:atlantis", "atlantis", "A country is two letters"],
    ["sid:MG12", "MG12", "A message SID is SM or MM"],
    ["sid:SM", "SM", "A message SID is SM or MM"],
    ["account:AC12", "AC12", "An account is AC and 32"],
    ["service:x", "x", "A messaging service is MG and 32"],
    ["after:yesterday", "yesterday", "A time is a day, after:2026-11-01"],
    ["after:2026-02-30", "2026-02-30", "A time is a day"],
    ["before:2026-13-01", "2026-13-01", "before:2026-11-01"],
    ["after:99999w", "99999w", "A time is a day"],
    ["415", "415", "Type at least 4 digits"],
    ["to:23", "23", "at least its last 4 digits"],
    ["status:", "status:", "A value is missing after status:"],
    ["code:1,", "code:1,", "A value is missing after code:"],
    ['to:""', 'to:""', "A value is missing after to:"],
    ['""', '""', "There is nothing between the quotes."],
    ['code:1 tag:"a=b c', '"a=b c', "A quote begins here"],
    [`code:1${",1".repeat(20)}`, "1", "at most 20 values"],
    [`${"code:1 ".repeat(20)}code:2 code:3`, "code:2", "at most 20 terms"],
  ] as const) {
    test(text.slice(0, 60), () => {
      const { mistakes } = parseFilter(text, NOW);
      expect(mistakes).toHaveLength(1);
      const [mistake = { sentence: "", from: 0, to: 0 }] = mistakes;
      expect(text.slice(mistake.from, mistake.to)).toBe(part);
      expect(mistake.sentence).toContain(sentence);
    });
  }

  test("a filter that is too long", () => {
    const { filter, mistakes } = parseFilter("9".repeat(1_001), NOW);
    expect(filter).toEqual([]);
    expect(mistakes).toEqual([
      {
        sentence: "The filter is longer than 1,000 characters.",
        from: 1_000,
        to: 1_001,
      },
    ]);
  });

  test("several at once, each with its own", () => {
    const { filter, mistakes } = parseFilter("status:x code:1 foo:y", NOW);
    expect(filter).toEqual([is("code", [1])]);
    expect(mistakes.map(({ from }) => from)).toEqual([7, 16]);
  });
});

describe("a filter's text is written", () => {
  for (const [pairs, text] of [
    [[], ""],
    [
      [
        ["status", "failed"],
        ["country", "DE"],
        ["tag", "campaign=spring sale"],
      ],
      'status:failed country:DE tag:"campaign=spring sale"',
    ],
    [[["status", ["failed", "undelivered"]]], "status:failed,undelivered"],
    [[["status", "failed,undelivered"]], "status:failed,undelivered"],
    [[["-code", 30003]], "-code:30003"],
    [[["from", "a,b"]], 'from:"a,b"'],
    [[["tag", "list=a,b"]], "tag:list=a,b"],
    [[["to", 'say "hi"']], 'to:"say \\"hi\\""'],
    [
      [
        ["code", ""],
        ["status", "sent"],
      ],
      "status:sent",
    ],
    [[["after", Date.parse("2026-11-01T00:00Z")]], "after:2026-11-01"],
    [[["before", Date.parse("2026-11-01T10:30Z")]], "before:2026-11-01T10:30"],
    [[["", "+14155550123"]], "+14155550123"],
    [[["", "-x"]], '"-x"'],
    [[["", "a:b"]], '"a:b"'],
    [
      [
        ["", "4915"],
        ["-", "0123"],
      ],
      '"4915" -"0123"',
    ],
    [[["tag", tagText("a=b", "c")]], "tag:a%3Db=c"],
  ] as const satisfies readonly (readonly [readonly FilterPair[], string])[]) {
    test(text || "nothing", () => expect(filterText(pairs)).toBe(text));
  }
});

function is<F extends string, const V>(field: F, values: V) {
  return { negated: false, field, values } as const;
}
function not<F extends string, const V>(field: F, values: V) {
  return { negated: true, field, values } as const;
}
function tag(name: string, value: string | undefined) {
  return { negated: false, field: "tag", name, value } as const;
}
function at(field: "after" | "before", time: string) {
  return { negated: false, field, at: Date.parse(time) } as const;
}
function word(text: string) {
  return { negated: false, field: "word", text } as const;
}
