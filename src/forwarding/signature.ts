/** What signs the requests of one endpoint at a time. */
export type Keys = readonly Buffer[];

/** Returns the key in a secret: `whsec_` and base64. */
export function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ""), "base64");
}

/** Returns the headers of Standard Webhooks for a body, with a signature for each key. */
export function signedHeaders(
  id: string,
  now: number,
  body: string,
  keys: Keys,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1_000));
  const signatures = keys.map(
    (key) =>
      `v1,${new Bun.CryptoHasher("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`,
  );
  return {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}
