import { resendRecord } from "../api/forwarding-records.ts";
import { ConfigError, type Config } from "../config/config.ts";
import { previewResend } from "../forwarding/resend-preview.ts";
import {
  readResend,
  startResend,
  TOO_MANY_RESENDS,
  type GivenResend,
  type ResendMistake,
} from "../forwarding/resend-request.ts";
import { openEngine } from "../store/open.ts";
import { boundedCount } from "../words/amounts.ts";
import { plainText } from "../words/plain-text.ts";
import { isConfirmed, NOT_CONFIRMED } from "./confirmation.ts";
import { DONE, FAILED } from "./exit-status.ts";
import { print, printJson, say } from "./output.ts";
import { byCommand, withEndpoint } from "./with-endpoint.ts";

/** What to send again, as flags. */
export type ResendFlags = {
  readonly isFailed: boolean;
  readonly from: string | undefined;
  readonly until: string | undefined;
  readonly event: string | undefined;
  readonly rate: string | undefined;
};

export type ResendOptions = {
  readonly isDryRun: boolean;
  readonly isSure: boolean;
  readonly asJson: boolean;
};

/** Starts a resend, which the server carries out. Resolves to the exit status. Throws ConfigError. */
export async function endpointResend(
  { databaseUrl }: Pick<Config, "databaseUrl">,
  name: string,
  flags: ResendFlags,
  { isDryRun, isSure, asJson }: ResendOptions,
): Promise<number> {
  const now = Date.now();
  const read = readResend(givenBy(flags), now);
  if ("mistakes" in read) throw new ConfigError(read.mistakes.map(lineOf));
  const { request } = read;
  return withEndpoint({ databaseUrl }, name, async (stores, endpoint) => {
    const reader = await openEngine(databaseUrl).openForReading();
    const { whyNothing, ...count } = await previewResend(
      { ...reader, outbox: stores.outbox },
      endpoint,
      request,
      now,
    ).finally(() => reader.close());
    const words = `${boundedCount(count)} ${count.count === 1 ? "event" : "events"}`;
    if (isDryRun) {
      if (asJson) printJson({ count: count.count, atLeast: count.isMore });
      else print(`${words} would be sent again.`);
      return DONE;
    }
    if (whyNothing !== undefined) {
      say(`${plainText(whyNothing)} Nothing was changed.`);
      return FAILED;
    }
    if (!isSure && !(await isConfirmed(`Send ${words} again?`)))
      return NOT_CONFIRMED;
    const id = await startResend(stores.outbox, endpoint, request, byCommand());
    const resend =
      id === undefined ? undefined : await stores.outbox.resendById(id);
    if (resend === undefined) {
      say(TOO_MANY_RESENDS);
      return FAILED;
    }
    if (asJson) printJson(resendRecord(resend));
    else
      say(
        `The server sends ${words} again, up to ${request.ratePerSecond} per second.`,
      );
    return DONE;
  });
}

function givenBy(flags: ResendFlags): GivenResend {
  const { isFailed, from, until, event, rate } = flags;
  const what =
    event !== undefined
      ? "event"
      : isFailed
        ? "failed"
        : from !== undefined || until !== undefined
          ? "range"
          : "";
  return { what, from, until, event, rate };
}

const FLAGS: Record<ResendMistake["field"], string> = {
  what: "",
  event: "--event: ",
  from: "--from: ",
  until: "--until: ",
  rate: "--rate: ",
};

function lineOf({ field, sentence }: ResendMistake): string {
  return field === "what"
    ? "Say what to send again: --failed, --from, or --event."
    : `${FLAGS[field]}${plainText(sentence)}`;
}
