import { page } from "../http/page.ts";
import { redirectTo } from "../http/responses.ts";
import { senderFindings } from "../senders/sender-findings.ts";
import type { SenderChecks } from "../senders/sender-checks.ts";
import { SendersPage } from "../../views/settings/senders-page.tsx";
import type { Asked } from "./asked.ts";

export type SendersDeps = {
  readonly checks: SenderChecks;
  readonly publicUrl: string | undefined;
  readonly now: () => number;
};

/** `/settings/senders`: whether the account's senders are set up to post callbacks here. */
export const senderHandlers = ({ checks, publicUrl, now }: SendersDeps) => ({
  show: ({ site }: Asked) => {
    const { latest, isRunning, hasFailed, missing } = checks;
    const findings =
      latest && publicUrl !== undefined
        ? { at: latest.at, findings: senderFindings(latest, publicUrl) }
        : undefined;
    const state = { latest: findings, isRunning, hasFailed, missing };
    return page(<SendersPage {...{ site, state }} now={now()} />);
  },
  check: ({ site }: Asked) => {
    checks.begin();
    return redirectTo(site.urls.senders, 303);
  },
});
