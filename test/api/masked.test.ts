import { afterAll, expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import { maskNumber } from "../../src/phone/mask-numbers.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { newToken, startApi, textsIn } from "./api-server.ts";
import { runsOf } from "../support/long-runs.ts";

const BY = { at: Date.now(), actor: "ana", address: null };

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());

/** A phone number's digits, unless they end as they begin, because the beginning is shown. */
const number = fc
  .stringMatching(/^[1-9]\d{6,14}$/)
  .filter((digits) => !maskNumber(digits).includes(digits.slice(-6)));

/** Its digits can be those of a number by chance. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

const ownWriting = fc.constantFrom(
  (digits: string) => digits,
  (digits: string) => `+${digits}`,
  (digits: string) => `call +${digits}, please`,
  (digits: string) => `x_${digits}y`,
  (digits: string) => digits.slice(-7),
  (digits: string) => `(${digits.slice(0, 3)}) ${digits.slice(3)}`,
);

test("a token that sees masked numbers gets none in full, whatever was posted", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ to: number, from: number }),
      fc.array(
        fc.tuple(
          fc.constantFrom("Body", "ErrorMessage", "Carrier", "Note"),
          fc.constantFrom("to", "from"),
          ownWriting,
        ),
        { maxLength: 6 },
      ),
      fc.array(
        fc.tuple(fc.constantFrom("to", "from"), ownWriting, fc.boolean()),
        { maxLength: 6 },
      ),
      fc.constantFrom("sms", "whatsapp"),
      async (numbers, posted, tags, channel) => {
        const MessageSid = newMessageSid();
        const query = new URLSearchParams(
          tags.map(([of, write, isName]) =>
            isName
              ? [write(numbers[of]), "1"]
              : ["customer", write(numbers[of])],
          ),
        );
        const { body: before } = await api.get("/events?cursor=now");
        const prefix = channel === "whatsapp" ? "whatsapp:" : "";
        const answer = await api.twilio.post(
          {
            MessageSid,
            MessageStatus: "failed",
            ErrorCode: "30003",
            To: `${prefix}+${numbers.to}`,
            From: `${prefix}+${numbers.from}`,
            [`P${numbers.to}`]: numbers.from,
            ...Object.fromEntries(
              posted.map(([name, of, write]) => [name, write(numbers[of])]),
            ),
          },
          {
            channel: channel === "whatsapp" ? "whatsapp" : "sms",
            query: query.size === 0 ? "" : `?${query}`,
          },
        );
        expect(answer.status).toBe(200);
        // A new token each time, because of the rate limit.
        for (const { id, name } of await api.store.apiTokens.list())
          if (name.startsWith("SM")) await api.store.apiTokens.remove(id, BY);
        const token = await newToken(api.store, "read", MessageSid);
        const answers = [];
        for (const path of [
          `/messages?q=sid:${MessageSid}`,
          `/messages/${MessageSid}`,
          `/events?cursor=${before.nextCursor}`,
          "/stats?range=1h",
          "/errors?range=1h",
        ]) {
          const { status, body } = await api.get(path, token);
          expect(status).toBe(200);
          answers.push(body);
        }
        expect(answers[0].data).toHaveLength(1);
        expect(answers[2].data).toHaveLength(1);
        const texts = textsIn(answers)
          .filter((text) => text !== MessageSid && !TIME.test(text))
          .flatMap((text) => [text, text.replaceAll(/[ ().-]/g, "")]);
        for (const digits of Object.values(numbers))
          expect(
            texts.filter((text) => text.includes(digits.slice(-6))),
          ).toEqual([]);
      },
    ),
    { numRuns: runsOf(90) },
  );
});

test("a token that sees masked numbers can't find one digit by digit", async () => {
  await api.twilio.post(
    { To: "+442071838750", From: "ACME" },
    { query: "?customer=442071838750" },
  );
  for (const term of [
    "to:+442071838750",
    "to:+44207",
    "-to:+44207",
    "to:8750",
    "to:ACME,8750",
    'to:"0044 2071"',
    "from:+1559",
    "8750",
    "-8750",
    "+44",
    "tag:customer=442071838750",
    "-tag:customer=442071838750",
    "tag:phone=20123456",
    "tag:r20123456",
    "from:rcs:+4520999888",
    "to:US.1349",
    "to:z",
    "zeus",
    "from:US.1",
    "from:+\u0664\u0664\u0662\u0660",
    "from:\uff14\uff14\uff12\uff10",
    "from:44\u200b20",
    "from:x12345",
    "tag:customer=44/207/183/8750",
    "tag:customer=\u0664\u0664\u0662\u0660\u0667\u0661\u0668\u0663\u0668\u0667\u0665\u0660",
  ]) {
    const path = `/messages?q=${encodeURIComponent(`status:delivered ${term}`)}`;
    const { status, body } = await api.get(path, api.masked);
    expect([term, status]).toEqual([term, 400]);
    expect(body.errors).toEqual([
      {
        parameter: "q",
        detail: expect.stringContaining("sees numbers masked"),
        from: "status:delivered ".length,
        to: "status:delivered ".length + term.length,
      },
    ]);
    expect([term, (await api.get(path, api.whole)).status]).toEqual([
      term,
      200,
    ]);
  }
  for (const term of [
    "from:ACME",
    "country:GB",
    "sid:SM12",
    "SM12",
    "tag:customer",
    "code:30003",
    "after:2026-11-01",
  ]) {
    const path = `/messages?q=${encodeURIComponent(term)}`;
    expect([term, (await api.get(path, api.masked)).status]).toEqual([
      term,
      200,
    ]);
  }
});
