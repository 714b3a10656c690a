/** The candidate that takes the fewest edits, if those are at most `editsMax`. */
export function nearest<T extends string>(
  typed: string,
  candidates: readonly T[],
  editsMax = typed.length > 4 ? 2 : 1,
): T | undefined {
  const [best] = candidates
    .filter((word) => Math.abs(word.length - typed.length) <= editsMax)
    .map((word) => ({ word, edits: editsBetween(typed, word) }))
    .toSorted((a, b) => a.edits - b.edits);
  return best !== undefined && best.edits <= editsMax ? best.word : undefined;
}

/** Letters to add, drop, change or swap with their neighbor to turn `a` into `b`. */
function editsBetween(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, i) => i)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = i > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      rows[i]?.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (isSame ? 0 : 1),
          isSwap && j > 1 ? at(i - 2, j - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(a.length, b.length);
}
