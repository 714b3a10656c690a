import { join } from "node:path";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";

/** Results from wrk; see load.lua. */
export type LoadResult = {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Responses other than 2xx, and requests without a response. */
  readonly failed: number;
  readonly answered: number;
};

/** Ends the process if wrk isn't there. */
export function requireWrk(): void {
  if (Bun.which("wrk") !== null) return;
  console.error("The bench needs wrk: apt-get install wrk");
  process.exit(1);
}

/** Posts the callbacks in a file, of lines as `signedRequests` returns them, as fast as they are answered. */
export async function wrk(
  origin: string,
  connections: number,
  seconds: number,
  file: string,
): Promise<LoadResult> {
  const process = Bun.spawn(
    [
      "wrk",
      "--threads=1",
      `--connections=${connections}`,
      `--duration=${seconds}s`,
      `--script=${join(import.meta.dir, "load.lua")}`,
      origin + WEBHOOK_PATHS.sms,
      "--",
      file,
    ],
    { stdout: "pipe" },
  );
  const output = await new Response(process.stdout).text();
  const [, result] = /^RESULT (.*)$/m.exec(output) ?? [];
  if (result === undefined) throw new Error(`wrk failed: ${output}`);
  const measured: LoadResult = JSON.parse(result);
  return measured;
}
