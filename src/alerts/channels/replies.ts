import type { Reply, Verdict } from "./channel.ts";

export const SENT: Verdict = { result: "sent" };

export function later(words: string): Verdict {
  return { result: "later", words };
}

export function wrongSettings(words: string): Verdict {
  return { result: "wrong settings", words };
}

/** What an HTTP status means where a service doesn't say more. */
export function usualVerdict(service: string, { status }: Reply): Verdict {
  if (status >= 200 && status < 300) return SENT;
  if (status === 429)
    return later(
      `${service} limits how often it takes messages. smsledger tries again.`,
    );
  if (status === 408 || status === 425 || status >= 500)
    return later(`${service} answered ${status}. smsledger tries again.`);
  if (status >= 300 && status < 400)
    return wrongSettings(
      `${service} answered ${status}, a redirect, which smsledger doesn’t follow. Enter the address it leads to.`,
    );
  return wrongSettings(
    `${service} answered ${status} and didn’t take the message. Check this channel’s settings.`,
  );
}

/** The first words among a service's own that the reply contains. */
export function verdictFor(
  words: Readonly<Record<string, Verdict>>,
  { text }: Reply,
): Verdict | undefined {
  return Object.entries(words).find(([code]) => text.includes(code))?.[1];
}
