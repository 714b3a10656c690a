import { counted, countWords } from "../words/amounts.ts";
import { percentile, type LoadResult } from "../simulation/load.ts";
import { UNTRUSTED_CERTIFICATE } from "../simulation/signed-post.ts";

/** The percentiles that are reported. */
const PERCENTILES = [
  ["p50", 0.5],
  ["p95", 0.95],
  ["p99", 0.99],
  ["max", 1],
] as const;

/** The responses, their latencies, and the rate, as text. */
export function loadReport(result: LoadResult, rateAsked: number): string {
  const seconds = result.elapsedMs / 1_000;
  const rate = seconds === 0 ? 0 : result.answered / seconds;
  const kinds = [...result.answers].toSorted(([, a], [, b]) => b - a);
  const width = Math.max(10, ...kinds.map(([kind]) => `${kind}`.length)) + 2;
  const lines = [
    `${counted(result.answered, "callback")} in ${seconds.toFixed(1)} s: ${rate.toFixed(1)} per second (${rateAsked} asked for)`,
    "",
    `${"answer".padEnd(width)}callbacks`,
    ...kinds.map(
      ([kind, callbacks]) =>
        `${String(kind).padEnd(width)}${String(callbacks).padStart(9)}`,
    ),
  ];
  if (result.latenciesMs.length > 0) {
    lines.push(
      "",
      `${"latency".padEnd(width)}${"ms".padStart(9)}`,
      ...PERCENTILES.map(([name, share]) => {
        const ms = percentile(result.latenciesMs, share) ?? 0;
        return name.padEnd(width) + ms.toFixed(1).padStart(9);
      }),
    );
  }
  return lines.join("\n");
}

export function allWentWell(result: LoadResult): boolean {
  return [...result.answers.keys()].every(isRight);
}

function isRight(kind: number | string): boolean {
  return typeof kind === "number" && kind >= 200 && kind < 300;
}

/** A sentence for each kind of answer that wasn't 2xx, and what it means where that's known. */
export function whatWentWrong(result: LoadResult): string[] {
  return [...result.answers]
    .filter(([kind]) => !isRight(kind))
    .map(([kind, callbacks]) => {
      const what = typeof kind === "number" ? `answered ${kind}` : kind;
      const meaning = MEANINGS.get(kind) ?? "";
      return `${countWords(callbacks)} of ${counted(result.answered, "callback")}: ${what}. ${meaning}`.trimEnd();
    });
}

const MEANINGS: ReadonlyMap<number | string, string> = new Map<
  number | string,
  string
>([
  [
    403,
    "The server has a different auth token, or its PUBLIC_URL isn't the address that was called.",
  ],
  [404, "There is no webhook at this address. Check the path."],
  [405, "There is no webhook at this address. Check the path."],
  [
    503,
    "The server has no auth token, or can't record callbacks now. Its log says which.",
  ],
  ["connection refused", "Is the server running?"],
  [
    UNTRUSTED_CERTIFICATE,
    "Twilio doesn't accept it either. To trust a certificate of your own, set NODE_EXTRA_CA_CERTS to its file.",
  ],
]);
