import { isAddress } from "../mail/address.ts";
import { fieldOf } from "../http/form-body.ts";
import { DIGEST_FREQUENCIES, type DigestSettings } from "../store/digests.ts";
import { isTimeZone } from "../time/time-zones.ts";

/** The form of a digest, as it was filled in. */
export type DigestForm = {
  readonly address: string;
  readonly frequency: string;
  readonly timeZone: string;
  readonly hour: string;
};

export const EMPTY_FORM: DigestForm = {
  address: "",
  frequency: "daily",
  timeZone: "UTC",
  hour: "8",
};

export function digestForm(body: unknown): DigestForm {
  const field = (name: string) => fieldOf(body, name).trim();
  return {
    address: field("address"),
    frequency: field("frequency"),
    timeZone: field("timeZone"),
    hour: field("hour"),
  };
}

/** Reads a form; `mistake` is a sentence that repeats nothing of it. */
export function readDigestForm(
  form: DigestForm,
): { readonly settings: DigestSettings } | { readonly mistake: string } {
  const { address, timeZone } = form;
  const frequency = DIGEST_FREQUENCIES.find((each) => each === form.frequency);
  const hour = /^\d{1,2}$/.test(form.hour) ? Number(form.hour) : 24;
  if (!isAddress(address))
    return { mistake: "Enter one email address, such as ana@example.com." };
  if (frequency === undefined)
    return { mistake: "Choose whether the digest is daily or weekly." };
  if (!isTimeZone(timeZone))
    return { mistake: "Enter the name of a time zone, such as Europe/Berlin." };
  if (hour > 23) return { mistake: "Choose an hour of the day." };
  return { settings: { address, frequency, timeZone, hour } };
}

export function formOf(settings: DigestSettings): DigestForm {
  return { ...settings, hour: String(settings.hour) };
}
