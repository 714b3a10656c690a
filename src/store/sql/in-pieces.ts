/** Rows to insert, in pieces whose sizes are powers of two, so that there are few different statements. */
export function* inPieces<Row>(
  rows: readonly Row[],
): Generator<readonly Row[], void> {
  for (let from = 0, size = 32; from < rows.length;) {
    while (size > rows.length - from) size /= 2;
    yield rows.slice(from, from + size);
    from += size;
  }
}
