/** How long something may take that is done when nobody waits for it. */
const PATIENCE_MS = 15_000;

/** Tries again until `check` does not throw; at last throws what it throws. */
export async function eventually(check: () => Promise<void>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
      await Bun.sleep(10);
    }
  }
}
