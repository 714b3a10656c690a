/** How long something may take that is done when nobody waits for it. */
const PATIENCE_MS = 5_000;

/** Tries again until `check` does not throw; at last throws what it throws. */
export async function eventually(
  check: () => Promise<void>,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const end = performance.now() + patienceMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
      await Bun.sleep(10);
    }
  }
}
