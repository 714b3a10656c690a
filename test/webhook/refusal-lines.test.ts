import { expect, test } from "bun:test";
import pino from "pino";
import { RefusalLines } from "../../src/webhook/refusal-lines.ts";
import { eventually } from "../store/eventually.ts";

type Line = {
  readonly msg: string;
  readonly channel: string;
  readonly status: number;
  readonly times?: number;
};

const WRONG = { status: 403, error: "The signature is wrong." };
const LATE = { status: 503, error: "The disk is full." };

function openLines(everyMs: number) {
  const lines: Line[] = [];
  const log = pino(
    { base: null },
    { write: (line) => void lines.push(JSON.parse(line)) },
  );
  const shown = () =>
    lines.map(({ msg, channel, status, times }) => ({
      msg,
      channel,
      status,
      times,
    }));
  return { lines: new RefusalLines(log, everyMs), shown };
}

test("of a flood for one reason the first is logged at once, the others in one line with their number", async () => {
  const { lines, shown } = openLines(100);
  for (let count = 0; count < 10_000; count++) lines.add("sms", WRONG);
  lines.add("whatsapp", WRONG);
  lines.add("sms", LATE);
  const first = {
    msg: "callback refused: The signature is wrong.",
    status: 403,
    times: undefined,
  };
  expect(shown()).toEqual([
    { ...first, channel: "sms" },
    { ...first, channel: "whatsapp" },
    {
      msg: "callback refused: The disk is full.",
      channel: "sms",
      status: 503,
      times: undefined,
    },
  ]);
  await eventually(async () => {
    expect(shown().slice(3)).toEqual([
      {
        msg: "callbacks refused: The signature is wrong.",
        channel: "sms",
        status: 403,
        times: 9_999,
      },
    ]);
  });
});

test("refusals that come one by one, far enough apart, are logged one by one", async () => {
  const { lines, shown } = openLines(1);
  for (let count = 1; count <= 3; count++) {
    lines.add("sms", WRONG);
    await Bun.sleep(20);
  }
  expect(shown().map(({ times }) => times)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
