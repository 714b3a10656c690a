/**
 * Reads a request's body; undefined if it's larger than `bytesMax`. Never holds more
 * than that in memory, whatever length the request claims.
 */
export async function readBody(
  request: Request,
  bytesMax: number,
): Promise<Uint8Array | undefined> {
  const declared = request.headers.get("content-length");
  if (declared !== null)
    return Number(declared) > bytesMax ? undefined : request.bytes();
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.byteLength;
    if (length > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
