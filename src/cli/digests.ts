import { SecretKeys } from "../account/secret-keys.ts";
import { sendDigests } from "../digest/send-digests.ts";
import { createMailer } from "../mail/mailer.ts";
import { createUrls } from "../site/urls.ts";
import { maskedStore } from "../store/masked.ts";
import type { Background } from "./forward.ts";

/** Sends digests until the server stops, if email is set up and mails can link to pages. */
export async function sendAllDigests({
  config,
  store: whole,
  log,
  stopping,
}: Background): Promise<void> {
  const { mail, publicUrl, masksNumbers } = config;
  if (mail === undefined || publicUrl === undefined) return;
  const store = masksNumbers ? maskedStore(whole) : whole;
  await sendDigests({
    store,
    mailer: createMailer(mail),
    keys: async () => new SecretKeys(await whole.accounts.secretKey()),
    urls: createUrls(publicUrl),
    publicUrl,
    masksNumbers,
    log,
    now: Date.now,
    random: Math.random,
    stopping,
  });
}
