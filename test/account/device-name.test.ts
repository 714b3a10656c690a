import { expect, test } from "bun:test";
import { deviceName } from "../../src/account/device-name.ts";
import { userName } from "../../src/account/user-name.ts";

test("a browser and its system are shown by name, and nothing else from the header", () => {
  const cases: readonly (readonly [string | null, string])[] = [
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
      "Chrome on Windows",
    ],
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
      "Edge on Windows",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
      "Safari on iOS",
    ],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
      "Safari on macOS",
    ],
    [
      "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
      "Chrome on Android",
    ],
    [
      "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
      "Firefox on Linux",
    ],
    ["curl/8.14.1", "Another browser"],
    ["<script>alert(1)</script>", "Another browser"],
    [null, "Another browser"],
  ];
  for (const [agent, name] of cases)
    expect([agent, deviceName(agent)]).toEqual([agent, name]);
});

test("a name is trimmed, and dropped if it has invisible characters", () => {
  expect(userName("  Ana Núñez ")).toBe("Ana Núñez");
  expect(userName("Nu\u0301n\u0303ez")).toBe("Núñez");
  expect(userName("👩🏽 مرحبا")).toBe("👩🏽 مرحبا");
  expect(userName("😀".repeat(64))).toBe("😀".repeat(64));
  for (const name of [
    "",
    "  ",
    "a\u0000b",
    "a\nb",
    "\u202egnp",
    "a\u200bb",
    "\ud800",
    "😀".repeat(65),
    "Server",
    "command line",
    "somebody",
    "token x",
    "this machine",
  ])
    expect([name, userName(name)]).toEqual([name, undefined]);
});
