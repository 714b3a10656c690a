import { expect, test } from "bun:test";
import pino from "pino";
import { RepeatedLines } from "../../src/log/repeated-lines.ts";
import { until } from "../support/until.ts";

type Line = {
  readonly msg: string;
  readonly channel: string;
  readonly times?: number;
};

const SMS = { channel: "sms" };
const WHATSAPP = { channel: "whatsapp" };
const WRONG = "callback refused: The signature is wrong.";
const FULL = "callback refused: The disk is full.";

function openLines(everyMs: number) {
  const lines: Line[] = [];
  const log = pino(
    { base: null },
    { write: (line) => void lines.push(JSON.parse(line)) },
  );
  const shown = () =>
    lines.map(({ msg, channel, times }) => ({ msg, channel, times }));
  return { lines: new RepeatedLines(log, everyMs), shown };
}

test("the first of many equal lines is logged at once, the others as one line with their number", async () => {
  const { lines, shown } = openLines(100);
  for (let count = 0; count < 10_000; count++) lines.warn(SMS, WRONG);
  lines.warn(WHATSAPP, WRONG);
  lines.warn(SMS, FULL);
  expect(shown()).toEqual([
    { msg: WRONG, ...SMS, times: undefined },
    { msg: WRONG, ...WHATSAPP, times: undefined },
    { msg: FULL, ...SMS, times: undefined },
  ]);
  await until(async () => {
    expect(shown().slice(3)).toEqual([{ msg: WRONG, ...SMS, times: 9_999 }]);
  });
});

test("equal lines that are far enough apart are logged one by one", async () => {
  const { lines, shown } = openLines(1);
  for (let count = 1; count <= 3; count++) {
    lines.warn(SMS, WRONG);
    // Time is the subject: longer than the one millisecond in which repeats are counted.
    await Bun.sleep(20);
  }
  expect(shown().map(({ times }) => times)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("different lines are limited per second, and the others are counted in one line", async () => {
  const { lines, shown } = openLines(100);
  const words = "sign-in refused: wrong password";
  for (let count = 0; count < 10_000; count++)
    lines.warn({ address: `2001:db8::${count.toString(16)}` }, words);
  expect(shown().length).toBeLessThan(60);
  await until(async () => {
    const counted = shown().filter(({ times }) => times !== undefined);
    expect(counted.map(({ times = 0 }) => times + shown().length)).toEqual([
      10_001,
    ]);
  });
});
