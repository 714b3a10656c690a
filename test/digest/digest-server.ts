import { SecretKeys } from "../../src/account/secret-keys.ts";
import { sendDue, type DigestSending } from "../../src/digest/send-digests.ts";
import { createLog } from "../../src/log/log.ts";
import type { Mail } from "../../src/mail/mail.ts";
import type { MailFault } from "../../src/mail/faults.ts";
import { createUrls } from "../../src/site/urls.ts";
import { maskedStore } from "../../src/store/masked.ts";
import type { Stores } from "../../src/store/stores.ts";

export const PUBLIC_URL = "https://sms.example.com/sms";
const LOG = createLog("silent", "json");

/** Sends the digests that are due at `at`; resolves to the mails, which a server with `fault` doesn't take. */
export async function sendAt(
  whole: Stores,
  at: number,
  {
    fault = null,
    masksNumbers = false,
  }: {
    readonly fault?: MailFault | null;
    readonly masksNumbers?: boolean;
  } = {},
): Promise<Mail[]> {
  const mails: Mail[] = [];
  const sending: DigestSending = {
    store: masksNumbers ? maskedStore(whole) : whole,
    mailer: {
      send: async (mail) => {
        mails.push(mail);
        const status = fault === null ? 250 : null;
        return { durationMs: 1, status, response: null, fault, refused: [] };
      },
    },
    keys: async () => new SecretKeys(await whole.accounts.secretKey()),
    urls: createUrls(PUBLIC_URL),
    publicUrl: PUBLIC_URL,
    masksNumbers,
    log: LOG,
    now: () => at,
    random: () => 0.5,
    stopping: new AbortController().signal,
  };
  await sendDue(sending);
  return mails;
}
