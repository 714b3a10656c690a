import { MADE_UP_SID_START } from "../../src/twilio/made-up-sid.ts";
import type { BoundedCount } from "../../src/store/tally.ts";
import type { RemovalState } from "../../src/upkeep/made-up-removal.ts";
import { boundedCount, counted } from "../../src/words/amounts.ts";
import { FormToken } from "../parts/form-token.tsx";
import { SettingsFrame } from "./settings-frame.tsx";
import type { Site } from "../site.ts";

type MadeUpView = {
  readonly site: Site;
  /** How many there are. */
  readonly count: BoundedCount;
  /** How the latest removal went; undefined before the first. */
  readonly state: RemovalState | undefined;
};

/** Asks whether to delete the made-up messages, and shows how far that is. */
export function MadeUpPage({ site, count, state }: MadeUpView) {
  const { urls } = site;
  const isRemoving = state?.step === "removing";
  return (
    <SettingsFrame site={site} section="general" title="Made-up messages">
      <p class="lead">
        Messages that <code>smsledger simulate</code> posted, also with the
        set-up page’s test command. Their SIDs begin with{" "}
        <code>{MADE_UP_SID_START}</code>, and they’re counted like real ones.
      </p>
      <div
        id="made-up"
        {...(isRemoving && {
          "hx-get": urls.madeUp,
          "hx-trigger": "every 1s",
          "hx-target": "#made-up",
          "hx-select": "#made-up",
          "hx-swap": "outerHTML",
          "hx-indicator": "#none",
        })}
      >
        {state === undefined ? "" : <Outcome state={state} />}
        {isRemoving ? "" : <Removal site={site} count={count} />}
      </div>
    </SettingsFrame>
  );
}

function Removal({ site, count }: Omit<MadeUpView, "state">) {
  const { urls } = site;
  if (count.count === 0)
    return <p class="quiet">There are no made-up messages.</p>;
  return (
    <form class="settings-form" method="post" action={urls.madeUpRemove}>
      <FormToken site={site} />
      <p>
        Delete{" "}
        <a href={urls.messages({ q: `sid:${MADE_UP_SID_START}` })} safe>
          {`${boundedCount(count)} made-up ${count.count === 1 ? "message" : "messages"}`}
        </a>
        , with their events and their part of every count? Real messages stay.
        This can’t be undone.
      </p>
      <p class="form-buttons">
        <button class="button-danger">Delete them</button>
        <a class="button" href={urls.settings}>
          Keep them
        </a>
      </p>
    </form>
  );
}

function Outcome({ state }: { readonly state: RemovalState }) {
  switch (state.step) {
    case "removing":
      return (
        <p class="said" role="status" safe>
          {`Deleting: ${counted(state.done, "message")} so far. This continues if you leave the page.`}
        </p>
      );
    case "removed":
      return (
        <p class="said" role="status" safe>
          {`Deleted ${counted(state.removed.messages, "made-up message")} with ${counted(state.removed.events, "event")}.`}
        </p>
      );
    case "failed":
      return (
        <p class="said warns" role="alert" safe>
          {`Deleting stopped. ${state.reason} Try again to delete the rest.`}
        </p>
      );
  }
}
