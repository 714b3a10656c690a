import { describe, expect, test } from "bun:test";
import type { SMTPServerOptions } from "smtp-server";
import type { MailServer } from "../../src/config/mail-values.ts";
import { createMailer } from "../../src/mail/mailer.ts";
import type { Mail } from "../../src/mail/mail.ts";
import { certificateAuthority } from "../outbound/certificates.ts";
import { freePort } from "../support/free-port.ts";
import { refusal, startMailServer } from "./mail-server.ts";
import { until } from "../support/until.ts";

const MAIL: Mail = {
  to: ["ops@example.com"],
  subject: "[Critical] 12% of messages failed — “ACME” 警告",
  text: "It failed.\n",
  html: "<!doctype html><p>It failed.</p>",
  isUrgent: true,
  id: "smsledger.0123",
  thread: "smsledger.4567",
};

const LOGIN = { user: "alerts", password: "correct horse" };

function mailer(
  port: number,
  { ca, ...server }: Partial<MailServer> & { readonly ca?: string } = {},
) {
  return createMailer({
    server: {
      host: "localhost",
      port,
      security: "none",
      login: undefined,
      ...server,
    },
    from: { name: "smsledger", address: "alerts@example.com" },
    ...(ca !== undefined && { ca }),
  });
}

const CHECKS_PASSWORD: SMTPServerOptions = {
  authOptional: false,
  onAuth({ username, password }, _session, callback) {
    const isRight = username === LOGIN.user && password === LOGIN.password;
    if (isRight) callback(null, { user: LOGIN.user });
    else callback(refusal(535, "5.7.8 Authentication credentials invalid"));
  },
};

describe("a mail", () => {
  test("arrives over TLS from the start, signed in", async () => {
    using authority = await certificateAuthority();
    await using server = await startMailServer({
      ...CHECKS_PASSWORD,
      secure: true,
      ...(await authority.issue("DNS:localhost")),
    });
    const result = await mailer(server.port, {
      security: "tls",
      login: LOGIN,
      ca: authority.ca,
    }).send(MAIL);
    expect(result).toMatchObject({ fault: null, status: 250, refused: [] });
    expect(server.taken).toMatchObject([
      {
        from: "alerts@example.com",
        to: ["ops@example.com"],
        isEncrypted: true,
        user: "alerts",
      },
    ]);
  });

  test("arrives over STARTTLS, signed in only after it", async () => {
    using authority = await certificateAuthority();
    await using server = await startMailServer({
      ...CHECKS_PASSWORD,
      ...(await authority.issue("DNS:localhost")),
    });
    const result = await mailer(server.port, {
      security: "starttls",
      login: LOGIN,
      ca: authority.ca,
    }).send(MAIL);
    expect(result.fault).toBeNull();
    expect(server.taken).toMatchObject([{ isEncrypted: true, user: "alerts" }]);
  });

  test("arrives unencrypted at a relay that is declared to be so", async () => {
    await using server = await startMailServer({ hideSTARTTLS: true });
    expect((await mailer(server.port).send(MAIL)).fault).toBeNull();
    expect(server.taken).toMatchObject([{ isEncrypted: false }]);
  });

  test("has both texts, whom it's from, its thread, and what keeps programs from answering it", async () => {
    await using server = await startMailServer({ hideSTARTTLS: true });
    await mailer(server.port).send(MAIL);
    const [{ email, raw } = { email: undefined, raw: "" }] = server.taken;
    const header = (key: string) =>
      email?.headers.find((each) => each.key === key)?.value;
    expect(email?.text?.trim()).toBe(MAIL.text.trim());
    expect(email?.html?.trim()).toBe(MAIL.html);
    expect(email).toMatchObject({
      from: { name: "smsledger", address: "alerts@example.com" },
      to: [{ address: "ops@example.com" }],
      subject: MAIL.subject,
      messageId: "<smsledger.0123@example.com>",
      inReplyTo: "<smsledger.4567@example.com>",
      references: "<smsledger.4567@example.com>",
    });
    expect(header("auto-submitted")).toBe("auto-generated");
    expect(header("x-auto-response-suppress")).toBe("All");
    expect(header("importance")).toBe("high");
    expect(raw).not.toMatch(/X-Mailer/i);
  });
});

describe("nothing is sent", () => {
  test.each(["alerts", undefined])(
    "to a server without STARTTLS, not even the password (user %p)",
    async (user) => {
      await using server = await startMailServer({
        disabledCommands: ["STARTTLS"],
      });
      const result = await mailer(server.port, {
        security: "starttls",
        login: user === undefined ? undefined : LOGIN,
      }).send(MAIL);
      expect(result.fault).toBe("starttls_missing");
      expect(server.commands).toEqual([]);
    },
  );

  test.each(["tls", "starttls"] as const)(
    "to a server whose certificate is for another name (%s)",
    async (security) => {
      using authority = await certificateAuthority();
      await using server = await startMailServer({
        secure: security === "tls",
        ...(await authority.issue("DNS:other.example")),
      });
      const { ca } = authority;
      const result = await mailer(server.port, { security, ca }).send(MAIL);
      expect(result.fault).toBe("tls_name_mismatch");
      expect(server.commands).toEqual([]);
    },
  );

  test.each(["tls", "starttls"] as const)(
    "to a server whose certificate nobody trusts (%s)",
    async (security) => {
      using authority = await certificateAuthority();
      await using server = await startMailServer({
        secure: security === "tls",
        ...(await authority.issue("DNS:localhost")),
      });
      const result = await mailer(server.port, { security }).send(MAIL);
      expect(result.fault).toBe("tls_untrusted");
      expect(server.commands).toEqual([]);
    },
  );

  test.each(["tls", "starttls"] as const)(
    "to a server whose certificate has expired (%s)",
    async (security) => {
      using authority = await certificateAuthority();
      await using server = await startMailServer({
        secure: security === "tls",
        ...(await authority.issue("DNS:localhost", -1)),
      });
      const { ca } = authority;
      const result = await mailer(server.port, { security, ca }).send(MAIL);
      expect(result.fault).toBe("tls_expired");
      expect(server.commands).toEqual([]);
    },
  );
});

describe("a fault is told apart:", () => {
  const cases: readonly [string, SMTPServerOptions, string, number][] = [
    [
      "a sender that the server doesn't accept",
      { onMailFrom: (_a, _s, done) => done(refusal(550, "5.7.1 Not yours")) },
      "sender_refused",
      550,
    ],
    [
      "a recipient that the server doesn't know",
      { onRcptTo: (_a, _s, done) => done(refusal(550, "5.1.1 No such user")) },
      "recipient_refused",
      550,
    ],
    [
      "greylisting",
      {
        onRcptTo: (_a, _s, done) =>
          done(refusal(451, "4.7.1 Greylisted, try again in 5 minutes")),
      },
      "try_later",
      451,
    ],
    [
      "a mail that the server refuses",
      {
        onData(stream, _session, done) {
          stream.resume();
          stream.on("end", () => done(refusal(554, "5.7.1 Looks like spam")));
        },
      },
      "message_refused",
      554,
    ],
    [
      "a server that requires signing in",
      {
        authOptional: true,
        onMailFrom: (_a, _s, done) =>
          done(refusal(530, "5.7.0 Authentication required")),
      },
      "auth_missing",
      530,
    ],
  ];
  test.each(cases)("%s", async (_what, options, fault, status) => {
    await using server = await startMailServer({
      ...options,
      hideSTARTTLS: true,
    });
    const result = await mailer(server.port).send(MAIL);
    expect(result).toMatchObject({ fault, status });
    expect(result.response).toContain(String(status));
    expect(server.taken).toEqual([]);
  });

  test("a wrong password, which is in no result", async () => {
    using authority = await certificateAuthority();
    await using server = await startMailServer({
      ...CHECKS_PASSWORD,
      ...(await authority.issue("DNS:localhost")),
    });
    const result = await mailer(server.port, {
      security: "starttls",
      login: { user: "alerts", password: "wrong zq7 horse" },
      ca: authority.ca,
    }).send(MAIL);
    expect(result).toMatchObject({ fault: "auth_failed", status: 535 });
    expect(JSON.stringify(result)).not.toContain("zq7");
    expect(JSON.stringify(result)).not.toContain(btoa("wrong zq7 horse"));
  });

  test("nothing that listens", async () => {
    const result = await mailer(freePort()).send(MAIL);
    expect(result).toMatchObject({ fault: "connection_refused", status: null });
  });

  test("a name that no server has", async () => {
    const result = await mailer(25, { host: "mail.invalid" }).send(MAIL);
    expect(["dns_not_found", "dns_failed"]).toContain(String(result.fault));
  });

  test("a port where something else listens", async () => {
    using web = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () => new Response("hello"),
    });
    const result = await mailer(web.port ?? 0, { security: "tls" }).send(MAIL);
    expect(result.fault).toBe("tls_failed");
  });

  test("a stop of the server meanwhile", async () => {
    await using server = await startMailServer({
      hideSTARTTLS: true,
      onMailFrom: () => undefined,
    });
    const stop = new AbortController();
    const sent = mailer(server.port).send(MAIL, stop.signal);
    await until(() => server.commands.length > 0);
    stop.abort();
    expect((await sent).fault).toBe("stopped");
  });
});

test("those who can get a mail get it, although others can't", async () => {
  await using server = await startMailServer({
    hideSTARTTLS: true,
    onRcptTo(address, _session, done) {
      if (address.address === "gone@example.com")
        done(refusal(550, "5.1.1 No such user"));
      else done();
    },
  });
  const to = ["ops@example.com", "gone@example.com"];
  const result = await mailer(server.port).send({ ...MAIL, to });
  expect(result).toMatchObject({ fault: null, refused: ["gone@example.com"] });
  expect(server.taken).toMatchObject([{ to: ["ops@example.com"] }]);
});
