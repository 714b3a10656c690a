import type { CostsQuery } from "../../src/costs/costs-query.ts";
import { costWords, feeOf } from "../../src/costs/cost-words.ts";
import type { Costs } from "../../src/store/costs.ts";
import { FAILED_FEE } from "../../src/twilio/failed-fee.ts";
import { counted } from "../../src/words/amounts.ts";

/** What the sums lack, each with how many messages and why. */
export function Unknown({
  total: { unpriced, unread, withFee },
  hasKey,
  query: { by, only },
}: {
  readonly total: Costs;
  readonly hasKey: boolean;
  readonly query: CostsQuery;
}) {
  const facts = [
    ...(unpriced === 0
      ? []
      : [
          {
            what: `${counted(unpriced, "message has", "messages have")} no price`,
            why: "Twilio states prices late, and none for messages that it didn’t send.",
          },
        ]),
    ...(unread === null || unread === 0
      ? []
      : [
          {
            what: `${counted(unread, "message wasn’t", "messages weren’t")} read from Twilio`,
            why: hasKey
              ? "Each day is read an hour after its end, and again one, three and seven days later for prices. smsledger backfill reads earlier days. The key can’t read messages of subaccounts."
              : "Without a key, nothing is read.",
          },
        ]),
    ...(withFee === 0
      ? []
      : [
          {
            what: `${counted(withFee, "message carries", "messages carry")} Twilio’s fee for failed messages`,
            why: `It isn’t in any price, so it isn’t in these sums. At Twilio’s list price of September 2024, ${FAILED_FEE.amount} ${FAILED_FEE.currency} each, it comes to ${costWords(feeOf(withFee))} ${FAILED_FEE.currency}. Messages that failed with an exempt error code don’t carry it.`,
          },
        ]),
  ];
  if (facts.length === 0 && only?.by !== "tag") return "";
  return (
    <ul class="costs-unknown">
      {facts.map(({ what, why }) => (
        <li>
          <b safe>{what}</b>
          {": "}
          <span class="quiet" safe>
            {why}
          </span>
        </li>
      ))}
      {only?.by === "tag" ? (
        <li class="quiet">
          Messages with this tag that weren’t read from Twilio aren’t counted.
        </li>
      ) : by === "tag" ? (
        <li class="quiet">
          A message with several tags counts under each, so tags don’t add up to
          the total.
        </li>
      ) : (
        ""
      )}
    </ul>
  );
}

/** How to begin. */
export function NotSetUp() {
  return (
    <div class="empty">
      <h2>Not set up</h2>
      <p>
        With a key for Twilio’s API, smsledger reads what Twilio charged for
        each message: set <code>TWILIO_API_KEY</code>,{" "}
        <code>TWILIO_API_SECRET</code> and <code>TWILIO_ACCOUNT_SID</code>.
      </p>
    </div>
  );
}
