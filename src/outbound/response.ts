const TEXT_BYTES_MAX = 64 * 1024;

/**
 * Returns the beginning of a response's body as text, at most 64 KB. What arrived before the
 * connection broke or the time ran out is enough: the status has already said how it went.
 */
export async function beginningOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body ?? []) {
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (bytes >= TEXT_BYTES_MAX) break;
    }
  } catch {
    // The chunks so far count.
  }
  const beginning = Buffer.concat(chunks).subarray(0, TEXT_BYTES_MAX);
  return new TextDecoder().decode(beginning);
}
