import type { MailServer, Sender } from "../config/mail-values.ts";
import { lazy } from "../words/lazy.ts";
import type { Mail } from "./mail.ts";
import { mailErrorOf, mailFaultOf, type MailFault } from "./faults.ts";

export type MailerOptions = {
  readonly server: MailServer;
  readonly from: Sender;
  /** The authorities to trust instead of the well-known ones, as PEM. */
  readonly ca?: string;
};

/** What happened to a mail. */
export type MailResult = {
  readonly durationMs: number;
  /** SMTP's three digits; null if it didn't get that far. */
  readonly status: number | null;
  /** The server's last response. */
  readonly response: string | null;
  /** Null once the server took the mail. */
  readonly fault: MailFault | null;
  /** Recipients that it didn't take it for, although it did for others. */
  readonly refused: readonly string[];
};

export type Mailer = {
  /** Never throws. */
  readonly send: (mail: Mail, signal?: AbortSignal) => Promise<MailResult>;
};

/** For each step of a conversation with the server, which is one mail long. */
const STEP_TIMEOUT_MS = 15_000;

/**
 * Returns what sends mails through a server. Neither a password nor a mail is sent unencrypted
 * unless the server is declared to have no encryption, and then there is no password.
 */
export function createMailer(options: MailerOptions): Mailer {
  const { from } = options;
  const domain = from.address.slice(from.address.lastIndexOf("@") + 1);
  const transport = lazy(() => transportTo(options));

  return {
    async send(mail, signal) {
      const start = performance.now();
      try {
        const info = await (
          await transport()
        ).sendMail({
          from: { name: from.name ?? "", address: from.address },
          to: [...mail.to],
          subject: mail.subject,
          text: mail.text,
          html: mail.html,
          ...namesOf(mail, domain),
          headers: {
            // No out-of-office reply answers it. Source: RFC 3834; Exchange has its own header.
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            ...(mail.isUrgent && { Importance: "high" }),
            ...(mail.unsubscribeUrl !== undefined && {
              "List-Unsubscribe": `<${mail.unsubscribeUrl}>`,
              "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            }),
          },
          ...(signal && { signal }),
        });
        return {
          durationMs: performance.now() - start,
          status: Number(/^\d{3}/.exec(info.response)?.[0] ?? 250),
          response: info.response,
          fault: null,
          refused: info.rejected.map(addressOf),
        };
      } catch (cause) {
        const error = mailErrorOf(cause);
        return {
          durationMs: performance.now() - start,
          status: error.status,
          response: error.response,
          fault: mailFaultOf(error),
          refused: [],
        };
      }
    },
  };
}

/** Loads nodemailer with the first mail: a start doesn't wait for it. */
async function transportTo({ server, ca }: MailerOptions) {
  const { createTransport } = await import("nodemailer");
  const { host, port, security, login } = server;
  return createTransport({
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    ...(login && { auth: { user: login.user, pass: login.password } }),
    tls: { minVersion: "TLSv1.2", ...(ca !== undefined && { ca }) },
    connectionTimeout: STEP_TIMEOUT_MS,
    greetingTimeout: STEP_TIMEOUT_MS,
    socketTimeout: STEP_TIMEOUT_MS,
    dnsTimeout: STEP_TIMEOUT_MS,
    // Mails are made of text only.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/**
 * All mails of a thread refer to one name, which is no mail's own: mail programs show them
 * together, whichever of them somebody got.
 */
function namesOf({ id, thread }: Mail, domain: string) {
  const first = `<${thread}@${domain}>`;
  return {
    messageId: `<${id}@${domain}>`,
    inReplyTo: first,
    references: [first],
  };
}

function addressOf(recipient: string | { readonly address: string }): string {
  return typeof recipient === "string" ? recipient : recipient.address;
}
