import { describe, expect, test } from "bun:test";
import { fc } from "../../support/fast-check.ts";
import { email } from "../../../src/alerts/channels/email/email.ts";
import { oneLine } from "../../../src/alerts/channels/text.ts";
import type { Notice } from "../../../src/alerts/notice.ts";
import { createMailer } from "../../../src/mail/mailer.ts";
import { startMailServer } from "../../mail/mail-server.ts";
import { anyNotice, FIRING, MOMENT, RESOLVED } from "./notices.ts";
import { visible } from "./requests.ts";

function mailOf(notice: Notice, moment = MOMENT) {
  const to = "ops@example.com, oncall@example.com";
  const request = email.request(notice, { to }, moment);
  if (request.via !== "smtp") throw new Error("not a mail");
  return request.mail;
}

test("any notice becomes a mail whose texts are neither markup, links nor headers", () => {
  fc.assert(
    fc.property(anyNotice, (notice) => {
      const { subject, text, html } = mailOf({ ...notice, links: [] });
      expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      expect(subject.length).toBeLessThan(200);
      expect(text).not.toMatch(/:\/\/|www\.\p{L}/u);
      // Our own tags only, and nothing that a mail program fetches.
      expect(html).not.toMatch(
        /<(?!\/?(?:html|head|meta|title|style|body|div|table|tr|td|th|p|strong|h1|a)\b|!doctype)/,
      );
      expect(html).not.toMatch(/<a |<img|<script|:\/\//);
      const [, shown = ""] = /^\[[^\]]*\] (.*?)…?$/.exec(subject) ?? [];
      expect(oneLine(notice.title)).toStartWith(shown);
    }),
  );
});

test("any mail arrives as it was written", async () => {
  await using server = await startMailServer({ hideSTARTTLS: true });
  const mailer = createMailer({
    server: {
      host: "127.0.0.1",
      port: server.port,
      security: "none",
      login: undefined,
    },
    from: { name: undefined, address: "alerts@example.com" },
  });
  await fc.assert(
    fc.asyncProperty(anyNotice, async (notice) => {
      const mail = mailOf(notice);
      expect((await mailer.send(mail)).fault).toBeNull();
      const arrived = server.taken.at(-1);
      const plain = (text = "") => text.replace(/\s+/g, " ").trim();
      expect(plain(arrived?.email.subject)).toBe(plain(mail.subject));
      expect(plain(arrived?.email.text)).toBe(plain(mail.text));
      expect(plain(arrived?.email.html)).toBe(plain(mail.html));
      expect(arrived?.to).toEqual([...mail.to]);
      expect(arrived?.email.headers.map(({ key }) => key).toSorted()).toEqual(
        expect.not.arrayContaining(["bcc", "cc"]),
      );
    }),
    { numRuns: 25 },
  );
});

describe("an alert’s mail", () => {
  test("has everything as text", () => {
    const { subject, text, isUrgent } = mailOf(FIRING);
    expect(subject).toBe(
      "[Critical] 12.4% of messages failed in the last 15 minutes",
    );
    expect(isUrgent).toBe(true);
    expect(visible(text)).toBe(
      [
        "Critical · 3 Nov 2026, 14:00 UTC",
        FIRING.title,
        "",
        ...FIRING.lines.flatMap((line) => [line, ""]),
        ...FIRING.facts.map(({ name, value }) => `${name}: ${value}`),
        "",
        ...FIRING.links.flatMap(({ label, url }) => [`${label}:`, url, ""]),
        "-- ",
        "smsledger at sms.example.com sends alerts to this address.",
        "An admin can change this in smsledger, under Alerts, Notification channels.",
        "",
      ].join("\n"),
    );
  });

  test("has everything in HTML, without pictures", () => {
    const { html } = mailOf(FIRING);
    for (const text of [
      FIRING.title,
      ...FIRING.lines,
      ...FIRING.facts.flatMap(({ name, value }) => [name, value]),
      ...FIRING.links.map(({ label }) => label),
    ])
      expect(visible(html)).toContain(text);
    expect(html).toContain('href="https://sms.example.com/alerts/12"');
    expect(html).toContain("code%3A30007&amp;range=1h");
    expect(html).not.toContain("<img");
  });

  test("is in one thread with the others of its alert, and has a name of its own", () => {
    const mails = [
      FIRING,
      { ...FIRING, kind: "reminder" as const },
      RESOLVED,
    ].map((notice) => mailOf(notice));
    expect(new Set(mails.map(({ thread }) => thread)).size).toBe(1);
    expect(new Set(mails.map(({ id }) => id)).size).toBe(3);
    expect(mailOf(FIRING).id).toBe(mailOf(FIRING).id);
    expect(mailOf({ ...FIRING, alertKey: "x" }).thread).not.toBe(
      mailOf(FIRING).thread,
    );
  });

  test("says that it’s over and how long it lasted, without urgency", () => {
    const { subject, text, html, isUrgent } = mailOf(RESOLVED);
    expect(subject).toStartWith("[Resolved] ");
    expect(text).toContain("It lasted 42 min");
    expect(html).toContain("Critical alert · 3 Nov 2026, 14:42 UTC");
    expect(isUrgent).toBe(false);
  });

  test("says when it’s late, as its numbers are of that time", () => {
    const late = { ...MOMENT, now: FIRING.at + 5_000_000 };
    expect(mailOf(FIRING, late).text).toContain(
      "This notice is from 3 Nov 2026, 14:00 UTC; it was sent 1 h 23 min later.",
    );
  });
});
