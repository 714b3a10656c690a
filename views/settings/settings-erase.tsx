import type { Erasure } from "../../src/upkeep/erasures.ts";
import { isNumber } from "../../src/phone/erased-number.ts";
import type { Erased } from "../../src/store/upkeep.ts";
import { counted, countWords, percent } from "../../src/words/amounts.ts";
import { FormToken } from "../parts/form-token.tsx";
import { SettingsFrame } from "./settings-frame.tsx";
import type { Site } from "../site.ts";
import { attribute } from "../parts/values.tsx";

type EraseView = {
  readonly site: Site;
  /** The current search or erasure; undefined before the first search. */
  readonly erasure: Erasure | undefined;
  /** What was entered, if it wasn't an address. */
  readonly given?: string;
  readonly mistake?: string;
  readonly confirmMistake?: string;
};

/** Removes a person's number or other address from everything that is stored. */
export function ErasePage(view: EraseView) {
  const { site, erasure, confirmMistake } = view;
  const isErasing = erasure?.state.step === "erasing";
  const isBusy = isErasing || erasure?.state.step === "searching";
  return (
    <SettingsFrame site={site} section="erase" title="Erase">
      <p class="lead">
        Removes a person’s phone number, user ID, or name from messages, events,
        everything that was posted with them, tags and refused callbacks. The
        messages and all counts stay. It can’t be undone.
      </p>
      <div
        id="erasure"
        {...(isBusy && {
          "hx-get": site.urls.erase,
          "hx-trigger": "every 1s",
          "hx-target": "#erasure",
          "hx-select": "#erasure",
          "hx-swap": "outerHTML",
          // The form comes back at the end; until then nothing that is typed is lost.
          ...(isErasing && { "hx-select-oob": "#search" }),
          "hx-indicator": "#none",
        })}
      >
        {confirmMistake === undefined ? (
          ""
        ) : (
          <p class="said warns" role="alert" safe>
            {confirmMistake}
          </p>
        )}
        {erasure === undefined ? "" : <Progress {...{ site, erasure }} />}
      </div>
      <div id="search">{isErasing ? "" : <Search {...view} />}</div>
      <Unreached />
    </SettingsFrame>
  );
}

function Search({ site, erasure, given = "", mistake }: EraseView) {
  return (
    <form class="settings-form" method="post" action={site.urls.erase}>
      <h2>
        {erasure?.state.step === "found" ? "Search for another" : "Search"}
      </h2>
      <FormToken site={site} />
      <label for="address">Phone number, user ID, or name</label>
      <input
        id="address"
        name="address"
        required
        maxlength="300"
        autocomplete="off"
        spellcheck="false"
        value={attribute(given)}
        aria-describedby={
          mistake === undefined ? "address-hint" : "address-mistake"
        }
      />
      {mistake === undefined ? (
        <p id="address-hint" class="hint">
          A number in any notation, with its country code:{" "}
          <code>+1 (415) 555-0123</code>. Nothing is changed yet.
        </p>
      ) : (
        <p id="address-mistake" class="mistake" role="alert" safe>
          {mistake}
        </p>
      )}
      <button>Search</button>
    </form>
  );
}

/** The progress of a search or an erasure, or its result. */
function Progress({
  site,
  erasure,
}: {
  readonly site: Site;
  readonly erasure: Erasure;
}) {
  const { state } = erasure;
  const name = shownName(site, erasure);
  switch (state.step) {
    case "searching":
    case "erasing":
      return (
        <section class="said" role="status">
          <p>
            <b>
              {state.step === "searching" ? "Searching for " : "Erasing "}
              <bdi safe>{name}</bdi>…
            </b>{" "}
            <span safe>{doneWords(state)}</span>
          </p>
          <p>
            It continues if you leave this page.{" "}
            <a href={site.urls.erase}>Show progress</a>
          </p>
        </section>
      );
    case "failed":
      return <Failed {...{ name, state }} />;
    case "found":
      return isNowhere(state.found) ? (
        <section class="said">
          <p>
            <bdi safe>{name}</bdi> isn’t anywhere in the database.
          </p>
        </section>
      ) : (
        <Confirm {...{ site, erasure, name }} found={state.found} />
      );
    case "erased":
      return <Done {...{ site, name }} found={state.found} />;
  }
}

function Failed({
  name,
  state,
}: {
  readonly name: string;
  readonly state: Extract<Erasure["state"], { step: "failed" }>;
}) {
  return (
    <section class="said warns">
      <p>
        <b>
          {state.wasErasing ? "Erasing " : "Searching for "}
          <bdi safe>{name}</bdi> stopped.
        </b>{" "}
        <span safe>{state.reason}</span>
      </p>
      <p>
        {state.wasErasing
          ? "Part of it may be erased. Search again and confirm to erase the rest."
          : "Nothing was changed. Search again."}
      </p>
    </section>
  );
}

function Done({
  site,
  name,
  found,
}: {
  readonly site: Site;
  readonly name: string;
  readonly found: Erased;
}) {
  return (
    <section class="said">
      <p>
        <b>
          <bdi safe>{name}</bdi> was erased
        </b>{" "}
        <span safe>{`from ${placesOf(found)}.`}</span>
      </p>
      {found.addressIds.length === 0 ? (
        ""
      ) : (
        <p safe>
          {`It is now called ${found.addressIds.map((id) => `erased-${id}`).join(", ")}.`}
        </p>
      )}
      <p>
        Later callbacks for it are recorded as usual. This is in the{" "}
        <a href={site.urls.audit()}>audit list</a>.
      </p>
    </section>
  );
}

function Confirm({
  site,
  erasure,
  name,
  found,
}: {
  readonly site: Site;
  readonly erasure: Erasure;
  readonly name: string;
  readonly found: Erased;
}) {
  return (
    <form class="settings-form" method="post" action={site.urls.eraseConfirm}>
      <h2>
        Erase <bdi safe>{name}</bdi>?
      </h2>
      <FormToken site={site} />
      <input type="hidden" name="id" value={erasure.id} />
      <p safe>{`It would be erased from ${placesOf(found)}.`}</p>
      <label for="typed">To confirm, enter it again</label>
      <input
        id="typed"
        name="typed"
        required
        maxlength="300"
        autocomplete="off"
        spellcheck="false"
      />
      <p class="form-buttons">
        <button class="button-danger">Erase for good</button>
        <button formaction={site.urls.eraseForget} formnovalidate>
          Keep it
        </button>
      </p>
    </form>
  );
}

/** What erasing doesn't reach. */
function Unreached() {
  return (
    <section aria-labelledby="unreached">
      <h2 id="unreached">What this doesn’t reach</h2>
      <ul>
        <li>
          Backups made before: delete them, or erase again after you restore
          one.
        </li>
        <li>Downloaded exports, and data read through the API.</li>
        <li>Data that was forwarded to other systems.</li>
        <li>
          Twilio’s own logs: delete the messages there, in the Console or
          through Twilio’s API.
        </li>
        <li>Logs of this server’s proxy, if it logs paths or query strings.</li>
      </ul>
    </section>
  );
}

function shownName(
  { masksNumbers }: Site,
  { address, masked }: Erasure,
): string {
  if (masksNumbers || address === undefined) return masked;
  return isNumber(address) ? `+${address}` : address;
}

function isNowhere({ messages, refusals, tags, addressIds }: Erased): boolean {
  return messages + refusals + tags + addressIds.length === 0;
}

function placesOf({ messages, events, tags, refusals }: Erased): string {
  return `${counted(messages, "message")} with ${counted(events, "event")}, ${counted(tags, "tag")} and ${counted(refusals, "refused callback")}`;
}

function doneWords({
  done,
  total,
}: {
  readonly done: number;
  readonly total: number;
}): string {
  return total === 0
    ? ""
    : `${countWords(done)} of ${counted(total, "event")} (${percent(done / total)})`;
}
