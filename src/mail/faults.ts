import { faultOf } from "../outbound/faults.ts";

/** Why a mail wasn't sent, as a code for logs, with its words for people. */
export const MAIL_FAULT_WORDS = {
  no_mail_server:
    "No mail server is configured. Set SMTP_URL and MAIL_FROM, then restart smsledger.",
  dns_not_found:
    "The mail server’s name has no address in DNS. Check the host in SMTP_URL.",
  dns_failed:
    "The mail server’s name couldn’t be looked up. Check the DNS server of this machine.",
  connection_refused:
    "The mail server refused the connection. Check the host and port in SMTP_URL.",
  unreachable:
    "There is no route to the mail server. Check the host in SMTP_URL, this machine’s network and firewalls.",
  connection_reset: "The mail server closed the connection too early.",
  timeout:
    "The mail server didn’t respond in time. Check the port in SMTP_URL; many networks block port 25.",
  tls_expired: "The mail server’s TLS certificate has expired.",
  tls_not_yet_valid:
    "The mail server’s TLS certificate isn’t valid yet. Check the clocks of both machines.",
  tls_name_mismatch:
    "The mail server’s TLS certificate is for another name. Use the name in the certificate in SMTP_URL.",
  tls_untrusted:
    "The mail server’s TLS certificate isn’t from a trusted authority. Install its CA certificate, and name its file in NODE_EXTRA_CA_CERTS.",
  tls_failed:
    "The TLS connection to the mail server failed. Use smtps:// for port 465, and smtp:// for ports 587 and 25.",
  starttls_missing:
    "The mail server doesn’t offer STARTTLS, so nothing was sent: neither the password nor the mail may be read on the way. Use smtps:// if it has a TLS port.",
  auth_failed:
    "The mail server doesn’t accept the user name and password in SMTP_URL.",
  auth_missing:
    "The mail server requires a user name and password. Add them to SMTP_URL.",
  sender_refused:
    "The mail server doesn’t accept the sender in MAIL_FROM. Use an address that this server may send for.",
  recipient_refused:
    "The mail server refused every recipient. Check the addresses.",
  message_refused: "The mail server refused the mail. Its response says why.",
  try_later:
    "The mail server asked to try again later, as servers do with senders that they don’t know yet. smsledger tries again.",
  response_invalid:
    "The server’s response isn’t valid SMTP. Check the host and port in SMTP_URL.",
  stopped: "smsledger stopped before the mail was sent.",
  failed: "The mail couldn’t be sent for an unknown reason.",
} as const;

export type MailFault = keyof typeof MAIL_FAULT_WORDS;

export function isMailFault(code: string): code is MailFault {
  return Object.hasOwn(MAIL_FAULT_WORDS, code);
}

/** What nodemailer adds to an error. */
export type MailError = {
  readonly code: string;
  /** Of the error beneath, such as `ECONNREFUSED`. */
  readonly originalCode: string;
  readonly message: string;
  readonly command: string;
  readonly response: string | null;
  /** Three digits of SMTP. */
  readonly status: number | null;
};

export function mailErrorOf(error: unknown): MailError {
  const text = (name: string): string => {
    const value: unknown =
      error instanceof Error ? Reflect.get(error, name) : undefined;
    return typeof value === "string" ? value : "";
  };
  const status: unknown =
    error instanceof Error ? Reflect.get(error, "responseCode") : undefined;
  return {
    code: text("code"),
    originalCode: text("originalCode"),
    message: text("message"),
    command: text("command"),
    response: text("response") || null,
    status: typeof status === "number" ? status : null,
  };
}

/** Returns the fault behind an error of nodemailer. */
export function mailFaultOf(error: MailError): MailFault {
  const { code, command, status } = error;
  if (code === "EABORT") return "stopped";
  if (code === "EDNS") return "dns_not_found";
  if (code === "ETLS" && command === "STARTTLS" && status !== null)
    return "starttls_missing";
  if (status !== null && status >= 400 && status < 500) return "try_later";
  if (status === 530) return "auth_missing";
  if (code === "EAUTH") return "auth_failed";
  if (code === "EENVELOPE" && command === "MAIL FROM") return "sender_refused";
  if (code === "EENVELOPE" && command === "RCPT TO") return "recipient_refused";
  if (code === "EMESSAGE" || (status !== null && status >= 500))
    return "message_refused";
  if (code === "EPROTOCOL") return "response_invalid";
  return connectionFault(error);
}

function connectionFault(error: MailError): MailFault {
  if (error.code === "ETIMEDOUT") return "timeout";
  const beneath = Object.assign(new Error(error.message), {
    code: error.originalCode === "" ? error.code : error.originalCode,
  });
  const fault = faultOf(beneath);
  if (isMailFault(fault) && fault !== "failed") return fault;
  return error.code === "ECONNECTION" ? "connection_reset" : "failed";
}
