/**
 * Why Twilio's API didn't give what it was asked for. `unauthorized`: it doesn't accept the key.
 * `forbidden`: the key may not read this. `busy`: no answer, or one to try again later, also
 * after several attempts. `refused`: any other error. `unreadable`: not what the API answers.
 */
export type ApiFaultKind =
  | "unauthorized"
  | "forbidden"
  | "not-found"
  | "busy"
  | "refused"
  | "unreadable";

/** The message is for whoever runs the server. It never contains the secret, or what Twilio answered. */
export class TwilioApiFault extends Error {
  override readonly name = "TwilioApiFault";
  constructor(
    readonly kind: ApiFaultKind,
    message: string,
  ) {
    super(message);
  }
}

/** The fault of an answer that isn't a success; `code` is Twilio's own number for it. */
export function faultOfStatus(
  status: number,
  code: number | undefined,
): TwilioApiFault {
  const number = code === undefined ? `${status}` : `${status}, code ${code}`;
  if (status === 401)
    return new TwilioApiFault(
      "unauthorized",
      `Twilio doesn't accept the API key (${number}): it's wrong, expired, deleted, or of another account. ` +
        "Check TWILIO_API_KEY, TWILIO_API_SECRET, TWILIO_ACCOUNT_SID and, for an account in a region, TWILIO_API_URL.",
    );
  if (status === 403)
    return new TwilioApiFault(
      "forbidden",
      `The API key may not read this (${number}). Give it the permission in the Twilio Console.`,
    );
  if (status === 404)
    return new TwilioApiFault(
      "not-found",
      `Twilio doesn't have it (${number}). Check TWILIO_ACCOUNT_SID, and TWILIO_API_URL for an account in a region.`,
    );
  if (status === 429)
    return new TwilioApiFault(
      "busy",
      `Twilio answers that there are too many requests (${number}).`,
    );
  if (status >= 500)
    return new TwilioApiFault("busy", `Twilio's API fails (${number}).`);
  if (status >= 300 && status < 400)
    return new TwilioApiFault(
      "refused",
      `Twilio's API answers with a redirect (${number}), which isn't followed. Check TWILIO_API_URL.`,
    );
  return new TwilioApiFault(
    "refused",
    `Twilio's API refuses the request (${number}).`,
  );
}
