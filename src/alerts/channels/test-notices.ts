import type { Notice } from "../notice.ts";

/**
 * What a test sends. A service that follows alerts opens an incident for it, which is resolved
 * at once, so that nobody has to.
 */
export function testNotices(
  followsAlerts: boolean,
  now: number,
  publicUrl: string | undefined,
): readonly Notice[] {
  const test: Notice = {
    kind: "test",
    severity: "info",
    title: "Test from smsledger",
    lines: ["If you can read this, alerts reach this channel."],
    facts: [],
    links:
      publicUrl === undefined
        ? []
        : [{ label: "Open Alerts", url: `${publicUrl}/alerts` }],
    at: now,
    alertKey: `test.${now}`,
  };
  return followsAlerts
    ? [
        test,
        {
          ...test,
          kind: "resolved",
          title: "Test from smsledger: resolved",
          lines: ["The test is over. There was no alert."],
        },
      ]
    : [test];
}
