import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import {
  createNoticeSender,
  type NoticeSenderDeps,
} from "../../../src/alerts/channels/notice-sender.ts";
import { createTestChannel } from "../../../src/alerts/channels/test-channel.ts";
import { channelTarget } from "../../../src/store/outbox.ts";
import { CHANNEL_KINDS } from "../../../src/alerts/channels/channels.ts";
import {
  failureWords,
  httpOutcome,
} from "../../../src/alerts/channels/outcomes.ts";
import type { Notice } from "../../../src/alerts/notice.ts";
import { cidrList } from "../../../src/config/setting-values.ts";
import type { Outcome } from "../../../src/forwarding/target.ts";
import { createMailer, type Mailer } from "../../../src/mail/mailer.ts";
import { createOutbound } from "../../../src/outbound/outbound.ts";
import type {
  AlertChannel,
  AlertChannelKind,
  AlertChannelSettings,
} from "../../../src/store/alert-channels.ts";
import { refusal, startMailServer } from "../../mail/mail-server.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { openStore } from "../../support/open-store.ts";
import { FIRED_AT, FIRING, MOMENT, RESOLVED } from "./notices.ts";

const OTHER: Notice = {
  ...FIRING,
  title: "Code 30034 appeared",
  at: FIRED_AT + 60_000,
  alertKey: "7c1f.13",
};

async function channelIn(
  kind: AlertChannelKind,
  settings: AlertChannelSettings,
  {
    isOn = true,
    ...deps
  }: Partial<NoticeSenderDeps> & Partial<AlertChannel> = {},
) {
  const folder = tempDir();
  const store = await openStore(join(folder.path, "smsledger.db"));
  const added = await store.alertChannels.add(
    {
      kind,
      name: "ops",
      settings,
      severities: ["critical"],
      quietHours: null,
      isOn,
    },
    { at: FIRED_AT, actor: "ana", address: null },
  );
  if (!("id" in added)) throw new Error(added.refusal);
  const outbound = createOutbound({
    allow: cidrList("127.0.0.0/8"),
    version: "1.2.3",
  });
  const sender = createNoticeSender({
    store,
    outbound,
    mailer: undefined,
    publicUrl: "https://sms.example.com",
    now: () => MOMENT.now,
    ...deps,
  });
  return {
    send: (...notices: readonly Notice[]) =>
      sender.send(
        added.id,
        notices.map((notice) => JSON.stringify(notice)),
      ),
    test: () => sender.test(added.id),
    testInWords: () =>
      createTestChannel({ store, sender, now: () => MOMENT.now })(added.id),
    attempts: () =>
      store.outbox.attempts(channelTarget(added.id), { size: 10 }),
    async [Symbol.asyncDispose]() {
      outbound.close();
      await store.close();
      folder[Symbol.dispose]();
    },
  };
}

/** What a service gets, answered as a test wants. */
function service(answer: () => Response = () => new Response("ok")) {
  const got: { readonly headers: Headers; readonly body: string }[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      got.push({ headers: request.headers, body: await request.text() });
      return answer();
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    got,
    [Symbol.dispose]: () => void server.stop(true),
  };
}

function wordsFor(
  kind: AlertChannelKind,
  outcome: Outcome,
): string | undefined {
  const error = outcome.ok ? null : outcome.error;
  return failureWords(kind, { ...outcome, error, isSuccess: outcome.ok });
}

const SECRET = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;

describe("what waits for a channel", () => {
  test("arrives as one message for people", async () => {
    using ntfy = service();
    await using channel = await channelIn("ntfy", {
      server: ntfy.url,
      topic: "t",
    });
    const outcome = await channel.send(FIRING, OTHER, RESOLVED);
    expect(outcome).toMatchObject({ ok: true, status: 200 });
    expect(ntfy.got.map(({ body }) => JSON.parse(body).title)).toEqual([
      "Critical: 1 alert fired and is open, 1 was resolved",
    ]);
  });

  test("arrives as the latest notice of each alert at a service that follows them", async () => {
    using receiver = service();
    await using channel = await channelIn("webhook", {
      url: receiver.url,
      secret: SECRET,
    });
    expect(await channel.send(FIRING, OTHER, RESOLVED)).toMatchObject({
      ok: true,
    });
    expect(receiver.got.map(({ body }) => JSON.parse(body).type)).toEqual([
      "alert.firing",
      "alert.resolved",
    ]);
  });

  test("isn't sent through a channel that is off, and is given up", async () => {
    using ntfy = service();
    await using channel = await channelIn(
      "ntfy",
      { server: ntfy.url, topic: "t" },
      { isOn: false },
    );
    const outcome = await channel.send(FIRING);
    expect(outcome).toMatchObject({
      ok: false,
      error: "channel_off",
      isPermanent: true,
    });
    expect(ntfy.got).toEqual([]);
  });

  test("is done for people if it's only an acknowledgment", async () => {
    using ntfy = service();
    await using channel = await channelIn("ntfy", {
      server: ntfy.url,
      topic: "t",
    });
    expect(
      await channel.send({ ...FIRING, kind: "acknowledged" }),
    ).toMatchObject({ ok: true });
    expect(ntfy.got).toEqual([]);
  });
});

test("what a service took of a batch that then failed isn't sent again with the rest", async () => {
  let isLimited = true;
  using receiver = service(() =>
    isLimited && receiver.got.length > 1
      ? new Response("slow down", { status: 429 })
      : new Response("ok"),
  );
  await using channel = await channelIn("webhook", {
    url: receiver.url,
    secret: SECRET,
  });
  const third = { ...OTHER, alertKey: "7c1f.14" };
  expect(await channel.send(FIRING, OTHER, third)).toMatchObject({ ok: false });
  isLimited = false;
  expect(await channel.send(FIRING, OTHER, third)).toMatchObject({ ok: true });
  expect(receiver.got.map(({ body }) => JSON.parse(body).data.alert)).toEqual([
    FIRING.alertKey,
    OTHER.alertKey,
    OTHER.alertKey,
    third.alertKey,
  ]);
});

describe("an outcome", () => {
  test("says how long the service asked to wait", async () => {
    using ntfy = service(
      () =>
        new Response("slow down", {
          status: 429,
          headers: { "retry-after": "42" },
        }),
    );
    await using channel = await channelIn("ntfy", {
      server: ntfy.url,
      topic: "t",
    });
    const outcome = await channel.send(FIRING);
    expect(outcome).toMatchObject({
      ok: false,
      status: 429,
      retryAfterMs: 42_000,
      isPermanent: false,
      response: "slow down",
    });
    expect(wordsFor("ntfy", outcome)).toContain("tries again");
  });

  test("of wrong settings says what to do, and isn't final", async () => {
    using ntfy = service(() => new Response("{}", { status: 403 }));
    await using channel = await channelIn("ntfy", {
      server: ntfy.url,
      topic: "t",
    });
    const outcome = await channel.send(FIRING);
    expect(outcome).toMatchObject({ ok: false, isPermanent: false });
    expect(wordsFor("ntfy", outcome)).toContain("Enter an access token");
  });

  test("has no secret in it, although the service repeats them", async () => {
    using ntfy = service(
      () => new Response("topic-zq7 tk_secret_zq7", { status: 400 }),
    );
    await using channel = await channelIn("ntfy", {
      server: ntfy.url,
      topic: "topic-zq7",
      token: "tk_secret_zq7",
    });
    const outcome = await channel.send(FIRING);
    expect(ntfy.got[0]?.headers.get("authorization")).toBe(
      "Bearer tk_secret_zq7",
    );
    expect(JSON.stringify(outcome)).not.toContain("zq7");
    expect(outcome.response).toBe("… …");
  });

  test("has no part of a secret address in it, however the service writes it", () => {
    const workflowUrl =
      "https://prod-1.logic.azure.com/workflows/0f1e2d3c4b5a69788796a5b4/triggers?sp=%2Fruns%2Fzq7&sig=a%2Bzq7-zq7";
    const webhookUrl =
      "https://hooks.slack.com/services/T1/B2/zq7zq7zq7zq7zq7zq7";
    const repeated = (kind: "teams" | "slack", text: string) =>
      httpOutcome(CHANNEL_KINDS[kind], {
        headers: {},
        settings: { workflowUrl, webhookUrl },
        result: {
          response: { status: 400, headers: new Headers(), text },
          fault: null,
          durationMs: 1,
        },
        now: MOMENT.now,
      }).response;
    for (const text of [
      workflowUrl,
      workflowUrl.replaceAll("&", "\\u0026").replaceAll("/", "\\/"),
      workflowUrl.replaceAll("&", "&amp;"),
      "0f1e2d3c4b5a69788796a5b4 has no signature a+zq7-zq7 for /runs/zq7",
    ])
      expect(repeated("teams", text)).not.toMatch(/zq7|0f1e2d/);
    expect(repeated("slack", "no service zq7zq7zq7zq7zq7zq7 in services")).toBe(
      "no service … in services",
    );
  });

  test("without a connection has the code of its cause", async () => {
    await using channel = await channelIn("ntfy", {
      server: "http://127.0.0.1:1",
      topic: "t",
    });
    const outcome = await channel.send(FIRING);
    expect(outcome).toMatchObject({
      ok: false,
      status: null,
      error: "connection_refused",
    });
    expect(wordsFor("ntfy", outcome)).toContain("refused the connection");
  });

  test("of settings that no version accepts asks for them again", async () => {
    await using channel = await channelIn("slack", {
      webhookUrl: "https://example.com",
    });
    const outcome = await channel.send(FIRING);
    expect(outcome).toMatchObject({ ok: false, error: "settings_invalid" });
    expect(wordsFor("slack", outcome)).toContain("Enter them again");
  });
});

describe("email", () => {
  test("without a server isn't sent, and says which settings it needs", async () => {
    await using channel = await channelIn("email", { to: "ops@example.com" });
    const outcome = await channel.send(FIRING);
    expect(outcome).toMatchObject({ ok: false, error: "no_mail_server" });
    expect(wordsFor("email", outcome)).toContain("SMTP_URL and MAIL_FROM");
  });

  test("that a server greylists is sent later", async () => {
    let isKnown = false;
    await using server = await startMailServer({
      hideSTARTTLS: true,
      onRcptTo(_address, _session, done) {
        if (isKnown) done();
        else done(refusal(451, "4.7.1 Greylisted"));
        isKnown = true;
      },
    });
    await using channel = await channelIn(
      "email",
      { to: "ops@example.com" },
      { mailer: mailerTo(server.port) },
    );
    const outcome = await channel.send(FIRING);
    expect(outcome).toMatchObject({
      ok: false,
      status: 451,
      error: "try_later",
      isPermanent: false,
    });
    expect(await channel.send(FIRING)).toMatchObject({ ok: true, status: 250 });
    expect(server.taken).toHaveLength(1);
  });

  test("that reaches only some says whom the server refused", async () => {
    await using server = await startMailServer({
      hideSTARTTLS: true,
      onRcptTo({ address }, _session, done) {
        if (address.startsWith("gone"))
          done(refusal(550, "5.1.1 No such user"));
        else done();
      },
    });
    await using channel = await channelIn(
      "email",
      { to: "ops@example.com, gone@example.com" },
      { mailer: mailerTo(server.port) },
    );
    const outcome = await channel.test();
    expect(outcome).toMatchObject({ ok: true });
    expect(outcome.response).toEndWith("\nRefused: gone@example.com");
  });
});

describe("a test", () => {
  test("is one message, even through a channel that is off", async () => {
    using ntfy = service();
    await using channel = await channelIn(
      "ntfy",
      { server: ntfy.url, topic: "t" },
      { isOn: false },
    );
    expect(await channel.test()).toMatchObject({ ok: true });
    expect(ntfy.got.map(({ body }) => JSON.parse(body))).toMatchObject([
      {
        title: "Test: Test from smsledger",
        priority: 3,
        click: "https://sms.example.com/alerts",
      },
    ]);
  });

  test("that opens an incident resolves it at once", async () => {
    using receiver = service();
    await using channel = await channelIn("webhook", {
      url: receiver.url,
      secret: SECRET,
    });
    expect(await channel.test()).toMatchObject({ ok: true });
    const bodies = receiver.got.map(({ body }) => JSON.parse(body));
    expect(bodies.map(({ type }) => type)).toEqual([
      "alert.test",
      "alert.resolved",
    ]);
    expect(new Set(bodies.map(({ data }) => data.alert)).size).toBe(1);
  });

  test("says in words how it went, and is logged as an attempt", async () => {
    let status = 200;
    using ntfy = service(() => new Response("{}", { status }));
    await using channel = await channelIn("ntfy", {
      server: ntfy.url,
      topic: "t",
    });
    expect(await channel.testInWords()).toEqual({
      isSent: true,
      words: "ntfy took the test notice. Check that it arrived.",
    });
    status = 401;
    expect(await channel.testInWords()).toEqual({
      isSent: false,
      words:
        "ntfy doesn’t accept the access token. Create a new one and enter it here.",
    });
    expect(await channel.attempts()).toMatchObject([
      { kind: "test", isSuccess: false, status: 401 },
      { kind: "test", isSuccess: true, status: 200 },
    ]);
  });

  test("of email says whom the server refused", async () => {
    await using server = await startMailServer({
      hideSTARTTLS: true,
      onRcptTo({ address }, _session, done) {
        if (address.startsWith("gone"))
          done(refusal(550, "5.1.1 No such user"));
        else done();
      },
    });
    await using channel = await channelIn(
      "email",
      { to: "ops@example.com, gone@example.com" },
      { mailer: mailerTo(server.port) },
    );
    expect(await channel.testInWords()).toEqual({
      isSent: true,
      words:
        "The mail server took the test mail, but not for gone@example.com. Check these addresses.",
    });
  });
});

function mailerTo(port: number): Mailer {
  return createMailer({
    server: { host: "127.0.0.1", port, security: "none", login: undefined },
    from: { name: undefined, address: "alerts@example.com" },
  });
}
