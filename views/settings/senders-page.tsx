import type { Finding } from "../../src/words/finding.ts";
import { counted } from "../../src/words/amounts.ts";
import { FormToken } from "../parts/form-token.tsx";
import { Ago } from "../parts/time.tsx";
import { SettingsFrame } from "./settings-frame.tsx";
import type { Site } from "../site.ts";

/** What is known about how senders are set up. */
type SendersState = {
  /** Undefined before the first check. */
  readonly latest:
    { readonly at: number; readonly findings: readonly Finding[] } | undefined;
  readonly isRunning: boolean;
  readonly hasFailed: boolean;
  /** Settings without which nothing can be checked. */
  readonly missing: readonly string[];
};

type SendersView = {
  readonly site: Site;
  readonly state: SendersState;
  readonly now: number;
};

/** Whether the account's senders post their callbacks here, and what to change in Twilio. */
export function SendersPage({ site, state, now }: SendersView) {
  const { urls } = site;
  return (
    <SettingsFrame site={site} section="senders" title="Senders">
      <p class="lead">
        Which senders of your Twilio account post their callbacks here, and what
        to change in Twilio. Nothing is changed there.
      </p>
      <div
        id="senders"
        {...(state.isRunning && {
          "hx-get": urls.senders,
          "hx-trigger": "every 1s",
          "hx-target": "#senders",
          "hx-select": "#senders",
          "hx-swap": "outerHTML",
          "hx-indicator": "#none",
        })}
      >
        {state.missing.length > 0 ? (
          <Missing missing={state.missing} />
        ) : (
          <Check {...{ site, state, now }} />
        )}
      </div>
    </SettingsFrame>
  );
}

function Missing({ missing }: Pick<SendersState, "missing">) {
  return (
    <p class="quiet">
      <span class="none">Not set up</span>: it needs{" "}
      {missing.map((name, index) => (
        <>
          {index === 0 ? "" : index === missing.length - 1 ? " and " : ", "}
          <code safe>{name}</code>
        </>
      ))}
      .
    </p>
  );
}

function Check({ site, state, now }: SendersView) {
  const { latest, isRunning, hasFailed } = state;
  return (
    <>
      {isRunning ? (
        <p class="said" role="status">
          Reading the configuration from Twilio. This continues if you leave the
          page.
        </p>
      ) : (
        <form method="post" action={site.urls.sendersCheck}>
          <FormToken site={site} />
          <p class="form-buttons">
            <button>{latest === undefined ? "Check" : "Check again"}</button>
            {latest === undefined ? (
              ""
            ) : (
              <span class="hint">
                Checked <Ago at={latest.at} now={now} />.
              </span>
            )}
          </p>
        </form>
      )}
      {hasFailed && !isRunning ? (
        <p class="said warns" role="alert">
          The latest check didn’t get to its end. Try again later.
        </p>
      ) : (
        ""
      )}
      {latest === undefined ? "" : <Findings findings={latest.findings} />}
    </>
  );
}

function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  const changes = findings.filter((each) => each.level !== "fine");
  const fine = findings.filter((each) => each.level === "fine");
  return (
    <>
      <section>
        <h2>What to change</h2>
        {changes.length === 0 ? (
          <p>Nothing.</p>
        ) : (
          <ul class="findings">
            {changes.map(({ text, advice = "" }) => (
              <li>
                <p safe>{text}</p>
                <p class="hint" safe>
                  {advice}
                </p>
              </li>
            ))}
          </ul>
        )}
      </section>
      {fine.length === 0 ? (
        ""
      ) : (
        <details>
          <summary safe>
            {counted(fine.length, "thing is", "things are")} right
          </summary>
          <ul class="findings">
            {fine.map(({ text }) => (
              <li safe>{text}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
