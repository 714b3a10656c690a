import type { Children } from "@kitajs/html";
import { countryName } from "../../src/phone/country-names.ts";
import {
  STATUS_CHOICES,
  type Controls,
  type StatusChoice,
} from "../../src/messages/filter-controls.ts";
import type { Offered } from "../../src/messages/message-list.ts";
import { CHANNELS } from "../../src/twilio/status.ts";
import { LIST_SWAP } from "../parts/list-swap.ts";
import type { Urls } from "../../src/site/urls.ts";
import { channelWord } from "../../src/twilio/channel-words.ts";
import { attribute, shortened } from "../parts/values.tsx";

const STATUS_WORDS: Record<StatusChoice, string> = {
  failed: "Failed",
  undelivered: "Undelivered",
  "failed,undelivered": "Failed or undelivered",
  sent: "Sent, no receipt yet",
  delivered: "Delivered",
  read: "Read",
  "delivered,read": "Delivered or read",
};

/** The filter as form controls. They send the whole filter; terms that they don't show stay in it. */
export function FilterControls({
  urls,
  q,
  controls,
  offered,
}: {
  readonly urls: Urls;
  readonly q: string;
  readonly controls: Controls;
  readonly offered: Offered;
}) {
  return (
    <form
      id="controls"
      class="controls"
      action={urls.messages()}
      method="get"
      hx-get={urls.messages()}
      hx-trigger="submit, change"
      {...LIST_SWAP}
    >
      <input type="hidden" name="q" value={attribute(q)} />
      <Field name="status" label="Status">
        <select name="status" id="filter-status">
          <option value="">Any</option>
          {STATUS_CHOICES.map((choice) => (
            <option value={choice} selected={controls.status === choice} safe>
              {STATUS_WORDS[choice]}
            </option>
          ))}
        </select>
      </Field>
      <Field name="code" label="Error code">
        <input
          name="code"
          id="filter-code"
          value={attribute(controls.code)}
          maxlength="9"
          inputmode="numeric"
          placeholder="Any"
          autocomplete="off"
        />
      </Field>
      <Field name="country" label="Country">
        <CountrySelect country={controls.country} known={offered.countries} />
      </Field>
      <SenderField controls={controls} offered={offered} />
      <ChannelField controls={controls} />
      <DayFields controls={controls} />
      <noscript>
        <button type="submit">Apply</button>
      </noscript>
    </form>
  );
}

type ControlsProps = { readonly controls: Controls };

function SenderField({
  controls,
  offered,
}: ControlsProps & { readonly offered: Offered }) {
  return (
    <Field name="from" label="Sender">
      <input
        name="from"
        id="filter-from"
        value={attribute(controls.from)}
        maxlength="100"
        placeholder="Any"
        autocomplete="off"
        spellcheck="false"
        list="senders"
      />
      <datalist id="senders">
        {offered.senders.map((sender) => (
          <option value={attribute(shortened(sender, 100))}></option>
        ))}
      </datalist>
    </Field>
  );
}

function ChannelField({ controls }: ControlsProps) {
  return (
    <Field name="channel" label="Channel">
      <select name="channel" id="filter-channel">
        <option value="">Any</option>
        {CHANNELS.map((channel) => (
          <option value={channel} selected={controls.channel === channel} safe>
            {channelWord(channel)}
          </option>
        ))}
      </select>
    </Field>
  );
}

function DayFields({ controls }: ControlsProps) {
  return (
    <>
      <Field name="after" label="First day">
        <input
          type="date"
          name="after"
          id="filter-after"
          value={controls.after}
        />
      </Field>
      <Field name="until" label="Last day">
        <input
          type="date"
          name="until"
          id="filter-until"
          value={controls.until}
        />
      </Field>
    </>
  );
}

function Field({
  name,
  label,
  children,
}: {
  readonly name: keyof Controls;
  readonly label: string;
  readonly children: Children;
}) {
  return (
    <div class="field">
      <label for={`filter-${name}`} safe>
        {label}
      </label>
      {children}
    </div>
  );
}

/** The countries that messages went to; no others would find anything. */
function CountrySelect({
  country,
  known,
}: {
  readonly country: string;
  readonly known: readonly string[];
}) {
  const codes = new Set(country === "" ? known : [...known, country]);
  return (
    <select name="country" id="filter-country">
      <option value="">Any</option>
      {[...codes]
        .map((code) => ({ code, name: countryName(code) }))
        .sort((a, b) => a.name.localeCompare(b.name, "en"))
        .map(({ code, name }) => (
          <option value={attribute(code)} selected={code === country} safe>
            {name}
          </option>
        ))}
    </select>
  );
}
