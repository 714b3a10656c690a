import fc, { type RunDetails } from "fast-check";
import { givenSeed } from "./seed.ts";

/** The position of the failure in the seed's run, so that only that case runs. */
const givenPath = process.env["TEST_PATH"];

/** Explains how to repeat the failed case. */
function report<T>(run: RunDetails<T>): void {
  if (!run.failed) return;
  const path = run.counterexamplePath;
  const repeat = `To repeat this case, set TEST_SEED=${run.seed}${path === null ? "" : ` TEST_PATH=${path}`} and run this test alone (-t).`;
  throw new Error(`${fc.defaultReportMessage(run)}\n\n${repeat}`, {
    cause: run.errorInstance,
  });
}

fc.configureGlobal({
  ...(givenSeed !== undefined && { seed: givenSeed }),
  ...(givenPath !== undefined && { path: givenPath, endOnFailure: true }),
  reporter: report,
});

/** fast-check, whose cases TEST_SEED and TEST_PATH repeat. Tests import it from here. */
export { fc };
