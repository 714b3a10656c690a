/** A message SID (`SM` or `MM` and 32 hex digits) as stored: its first letter and 16 bytes. */
export function packMessageSid(sid: string): Uint8Array {
  const bytes = Buffer.allocUnsafe(17);
  bytes[0] = sid.charCodeAt(0);
  bytes.write(sid.slice(2), 1, "hex");
  return bytes;
}

/** Returns the lowest and the highest stored SID that begins with `start`. */
export function sidRange(start: string): readonly [Uint8Array, Uint8Array] {
  return [
    packMessageSid(start.padEnd(34, "0")),
    packMessageSid(start.padEnd(34, "f")),
  ];
}

export function unpackMessageSid(stored: Uint8Array): string {
  const bytes = Buffer.from(
    stored.buffer,
    stored.byteOffset,
    stored.byteLength,
  );
  return `${String.fromCharCode(bytes[0] ?? 0)}M${bytes.toString("hex", 1)}`;
}
