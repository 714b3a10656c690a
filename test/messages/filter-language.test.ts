import { describe, expect, test } from "bun:test";
import {
  filterText,
  parseFilter,
  termPair,
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
    ["channel:RCS,messenger", [is("channel", ["rcs", "messenger"])]],
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
    [`account:ac${"0A".repeat(16)}`, [is("account", [`AC${"0a".repeat(16)}`])]],
    [`service:mG${"aB".repeat(16)}`, [is("service", [`MG${"ab".repeat(16)}`])]],
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
    ["after:24h", [at("after", "2026-11-22T12:01:00Z")]],
    ["after:90m", [at("after", "2026-11-23T10:31:00Z")]],
    ["after:7d", [at("after", "2026-11-16T12:01:00Z")]],
    ["SM0f", [word("SM0f")]],
    ["4915", [word("4915")]],
    ["-4915", [{ ...word("4915"), negated: true }]],
    ["+1 (415) 555-0123", [word("+14155550123")]],
    ["(415) 555 0123", [word("4155550123")]],
    ['"+1 (415) 555-0123"', [word("+14155550123")]],
    ["whatsapp:+4915", [word("+4915")]],
    ["+1415 +4915", [word("+1415"), word("+4915")]],
    ["0639980007", [word("639980007")]],
    ["06 39 98 00 07", [word("639980007")]],
    ["0033639980007", [word("+33639980007")]],
    ["00 33 6 39 98 00 07", [word("+33639980007")]],
    ["+44 (0)161 4960014", [word("+441614960014")]],
    ["0044 (0) 161 496 0014", [word("+441614960014")]],
    ["(0161) 496-0014", [word("1614960014")]],
    ["tel:+14155550117", [word("+14155550117")]],
    ["tel:+1 (415) 555-0117", [word("+14155550117")]],
    [
      "0123 -0639980007",
      [word("0123"), { ...word("639980007"), negated: true }],
    ],
    [
      '"0639980007" "0033639980007"',
      [word("0639980007"), word("0033639980007")],
    ],
    ["to:0639980007,0033639980007", [is("to", ["639980007", "+33639980007"])]],
    ["to:(415) 555-0117", [is("to", ["4155550117"])]],
    [
      "to:+4915,+1 (415) 555-0117 code:1",
      [is("to", ["+4915", "+14155550117"]), is("code", [1])],
    ],
    ["from:+44 (0)161 4960014", [is("from", ["+441614960014"])]],
    ["to:+1415 +4915", [is("to", ["+1415"]), word("+4915")]],
    ['to:+1415 "5550117"', [is("to", ["+1415"]), word("5550117")]],
    ["from:ACME 5550117", [is("from", ["ACME"]), word("5550117")]],
    ["code:30003 5550117", [is("code", [30003]), word("5550117")]],
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

describe("a mistake is reported with its position", () => {
  for (const [text, part, sentence] of [
    ["stauts:failed", "stauts:", "Did you mean status?"],
    ["x -error:30003", "-error:", "Did you mean code?"],
    ["wombat:x", "wombat:", "Available: status, code, to, from,"],
    ["constructor:x", "constructor:", "This filter doesn’t exist. Available:"],
    [
      "status:fail",
      "fail",
      "The status must be sent, delivered, read, undelivered, or failed.",
    ],
    [
      "status:sent,lost,read",
      "lost",
      "The status must be sent, delivered, read, undelivered, or failed.",
    ],
    [
      "channel:fax",
      "fax",
      "The channel must be sms, whatsapp, rcs, or messenger.",
    ],
    ["code:abc", "abc", "An error code must be a number"],
    ["code:-1", "-1", "An error code must be a number"],
    ["country:XX", "XX", "A country must be two letters"],
    ["country:atlantis", "atlantis", "A country must be two letters"],
    ["sid:MG12", "MG12", "A message SID must be SM or MM"],
    ["sid:SM", "SM", "A message SID must be SM or MM"],
    ["account:AC12", "AC12", "An account must be AC and 32"],
    ["service:x", "x", "A messaging service must be MG and 32"],
    ["after:yesterday", "yesterday", "A time is a day, after:2026-11-01"],
    ["after:2026-02-30", "2026-02-30", "A time is a day"],
    ["before:2026-13-01", "2026-13-01", "before:2026-11-01"],
    ["after:99999w", "99999w", "A time is a day"],
    ["415", "415", "Type at least 4 digits"],
    ["code:1 --status:failed", "--", "One minus sign is enough."],
    ["---4915", "---", "One minus sign is enough."],
    [
      "code:1 - status:sent",
      "-",
      "Put a minus sign directly before what to exclude, such as",
    ],
    ["-", "-", "Put a minus sign directly before what to exclude, such as"],
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

  test("several at once, each with its own position", () => {
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
    [[["", "0639980007"]], '"0639980007"'],
    [[["to", ["0033639980007", "0123"]]], 'to:"0033639980007",0123'],
  ] as const satisfies readonly (readonly [readonly FilterPair[], string])[]) {
    test(text || "nothing", () => expect(filterText(pairs)).toBe(text));
  }
});

test("a number keeps its meaning when the filter around it is rewritten", () => {
  for (const text of [
    "0639980007",
    '"0639980007"',
    "-to:0033639980007,0123",
    'from:"0033639980007" 06 39 98 00 07',
    "to:(415) 555-0117",
  ]) {
    const { terms, filter } = parseFilter(text, NOW);
    const again = filterText(terms.map(termPair));
    expect([text, meant(again)]).toEqual([text, filter]);
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
