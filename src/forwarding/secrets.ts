import { randomBytes } from "node:crypto";

const SECRET_BYTES = 32;

/** Returns a new secret in the form of Standard Webhooks: `whsec_` and base64. */
export function newEndpointSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString("base64")}`;
}
