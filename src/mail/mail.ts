/** A mail as a feature composes it; the mailer adds the sender, from MAIL_FROM. */
export type Mail = {
  readonly to: readonly string[];
  /** One line. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** What it says matters now: mail programs may show a mark. */
  readonly isUrgent: boolean;
  /**
   * The mail's own name, the same in every attempt to send it, so that a repeated one can be
   * recognized. Letters, digits, dots and dashes.
   */
  readonly id: string;
  /** The name that all mails of a thread refer to. */
  readonly thread: string;
  /** Where mail programs can unsubscribe the recipient with one click. Source: RFC 8058. */
  readonly unsubscribeUrl?: string;
};
