/** Returns a function that reads something at most this often; those who ask meanwhile share a reading. */
export function rememberedFor<T>(
  ms: number,
  read: () => Promise<T>,
): () => Promise<T> {
  let known: Promise<T> | undefined;
  /** Undefined until a reading ends. */
  let endedAt: number | undefined;
  return () => {
    const isFresh = endedAt === undefined || performance.now() - endedAt < ms;
    if (known && isFresh) return known;
    endedAt = undefined;
    known = read().finally(() => (endedAt = performance.now()));
    return known;
  };
}
