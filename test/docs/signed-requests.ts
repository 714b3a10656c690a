import { createHmac, randomBytes } from "node:crypto";
import { newEndpointSecret } from "../../src/forwarding/secrets.ts";

export const SECRET = newEndpointSecret();
const BODY = JSON.stringify({
  type: "sms_sent",
  data: { to: "Größe 😀" },
});

/** A request as a receiver gets it. */
export type Case = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isGenuine: boolean;
  /** It's genuine except for its age. */
  readonly isOnlyOld?: boolean;
};

/** Signs as Standard Webhooks says, independently of the product. */
export function signature(
  id: string,
  timestamp: string,
  body: string,
  secret = SECRET,
): string {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const signed = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`);
  return `v1,${signed.digest("base64")}`;
}

/** A request that is genuine except for what is given. */
export function request(changes: Record<string, string> = {}, ageS = 0): Case {
  const timestamp = String(Math.floor(Date.now() / 1000) - ageS);
  const headers = {
    "webhook-id": "evt_1",
    "webhook-timestamp": timestamp,
    "webhook-signature": signature("evt_1", timestamp, BODY),
  };
  return {
    headers: { ...headers, ...changes },
    body: BODY,
    isGenuine: Object.keys(changes).length === 0 && ageS === 0,
    isOnlyOld: ageS !== 0,
  };
}

/** Genuine requests, and what somebody else may send. */
export function cases(): readonly Case[] {
  const now = String(Math.floor(Date.now() / 1000));
  const right = signature("evt_1", now, BODY);
  const other = signature("evt_1", now, BODY, newEndpointSecret());
  const random = `v1,${randomBytes(32).toString("base64")}`;
  const rotated = (signatures: string): Case => ({
    ...request({ "webhook-timestamp": now, "webhook-signature": signatures }),
    isGenuine: true,
  });
  return [
    request(),
    rotated(`${right} ${other}`),
    rotated(`${other} ${right}`),
    rotated(`v1a,xyz ${right}`),
    { ...request(), body: BODY.replace("sent", "read"), isGenuine: false },
    request({ "webhook-signature": other }),
    request({ "webhook-signature": random }),
    request({ "webhook-signature": right.replace("v1,", "v2,") }),
    request({ "webhook-signature": right.slice(0, -4) }),
    request({ "webhook-signature": "v1," }),
    request({ "webhook-signature": "" }),
    request({ "webhook-signature": "é" }),
    request({ "webhook-id": "evt_2" }),
    request({ "webhook-timestamp": "" }),
    request({ "webhook-timestamp": "NaN" }),
    request({}, 400),
    request({}, -400),
  ];
}
