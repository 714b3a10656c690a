/**
 * How the SIDs of made-up messages begin (`demo`, `simulate`). Twilio's are random: one of
 * 2^48 begins like this.
 */
export const MADE_UP_SID_START = "SMfacadefacade";

/** Whether a message is made up, as its SID says. */
export function isMadeUp(messageSid: string): boolean {
  return messageSid.startsWith(MADE_UP_SID_START);
}
