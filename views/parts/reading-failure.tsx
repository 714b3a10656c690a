import type { BackfillNote } from "../../src/store/twilio-reading.ts";
import { minuteWords } from "../../src/words/times.ts";

/** Why Twilio's list couldn't be read the last time; nothing if it could. */
export function ReadingFailure({ failure }: Pick<BackfillNote, "failure">) {
  return failure === null ? (
    ""
  ) : (
    <p class="said warns" role="alert" safe>
      {`Twilio’s list couldn’t be read at ${minuteWords(failure.at)}. ${failure.reason} The server tries again every five minutes.`}
    </p>
  );
}
