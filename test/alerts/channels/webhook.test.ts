import { expect, test } from "bun:test";
import { Webhook } from "standardwebhooks";
import { fc } from "../../support/fast-check.ts";
import { webhook } from "../../../src/alerts/channels/webhook/webhook.ts";
import { anyNotice, FIRING, MOMENT } from "./notices.ts";
import { httpRequest } from "./requests.ts";

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const SETTINGS = { url: "https://example.com/alerts?team=1", secret: SECRET };

/** The public package accepts only what was signed within five minutes. */
function now() {
  return { ...MOMENT, now: Date.now() };
}

test("the public package for Standard Webhooks verifies any notice, and gets it unchanged", () => {
  fc.assert(
    fc.property(anyNotice, (notice) => {
      const { body, headers } = httpRequest(webhook, SETTINGS, notice, now());
      const { kind, at, alertKey, ...rest } = notice;
      expect(new Webhook(SECRET).verify(body, headers)).toEqual(
        // As JSON has it: an unpaired surrogate stays one, as an escape.
        JSON.parse(
          JSON.stringify({
            type: `alert.${kind}`,
            timestamp: new Date(at).toISOString(),
            data: { alert: alertKey, ...rest },
          }),
        ),
      );
    }),
  );
});

test("nobody else’s signature is accepted", () => {
  const { body, headers } = httpRequest(webhook, SETTINGS, FIRING, now());
  const other = new Webhook(`whsec_${Buffer.alloc(32, 8).toString("base64")}`);
  expect(() => other.verify(body, headers)).toThrow();
});

test("a notice has one id, however often it’s sent, and no other notice has it", () => {
  const idOf = (notice: typeof FIRING, later = 0) =>
    httpRequest(webhook, SETTINGS, notice, {
      ...MOMENT,
      now: MOMENT.now + later,
    }).headers["webhook-id"];
  expect(idOf(FIRING)).toMatch(/^ntc_[0-9a-f]{32}$/);
  expect(idOf(FIRING, 3_600_000)).toBe(String(idOf(FIRING)));
  expect(idOf({ ...FIRING, kind: "reminder" })).not.toBe(String(idOf(FIRING)));
  expect(idOf({ ...FIRING, at: FIRING.at + 1 })).not.toBe(String(idOf(FIRING)));
  expect(idOf({ ...FIRING, alertKey: "x" })).not.toBe(String(idOf(FIRING)));
});
