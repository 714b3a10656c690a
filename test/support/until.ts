/** How long a busy machine may take for anything that is normally instant. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 10;

/**
 * Waits for a condition: calls `check` until it neither throws nor returns `false`, and
 * resolves to its result. After `patienceMs`, it throws what `check` threw last.
 */
export async function until<T>(
  check: () => T | Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<Exclude<T, false>> {
  const end = performance.now() + patienceMs;
  for (;;) {
    let failure: unknown;
    try {
      const given = await check();
      if (isDone(given)) return given;
      failure = new Error(`Not within ${patienceMs} ms: ${String(check)}`);
    } catch (error) {
      failure = error;
    }
    if (performance.now() > end) throw failure;
    await Bun.sleep(PAUSE_MS);
  }
}

function isDone<T>(given: T): given is Exclude<T, false> {
  return given !== false;
}
