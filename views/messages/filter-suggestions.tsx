import { countryName } from "../../src/phone/country-names.ts";
import { FILTER_NAMES } from "../../src/messages/filter-names.ts";
import type { Suggestion } from "../../src/messages/filter-suggestions.ts";
import { explainErrorCode } from "../../src/twilio/error-codes/error-codes.ts";
import { isEventStatus } from "../../src/twilio/status.ts";
import { statusMeaning } from "../parts/status.tsx";
import { attribute, shortened } from "../parts/values.tsx";

/** Suggestions for the filter box. messages.js shows the list and applies the choice. */
export function FilterSuggestions({
  suggestions,
}: {
  readonly suggestions: readonly Suggestion[];
}) {
  return (
    <ul
      id="suggestions"
      class="suggestions"
      role="listbox"
      aria-label="Suggestions"
      hidden
    >
      {suggestions.map((suggestion, index) => (
        <li
          id={`suggestion-${index}`}
          role="option"
          aria-selected="false"
          data-text={attribute(suggestion.text)}
          data-caret={suggestion.caret}
          data-whole={suggestion.value === undefined ? undefined : "true"}
        >
          <span class="suggested">
            <b safe>{`${suggestion.name}:`}</b>
            <bdi safe>{shortened(suggestion.value ?? "", 60)}</bdi>
          </span>{" "}
          <span class="suggested-words" safe>
            {wordsFor(suggestion)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function wordsFor({ name, value }: Suggestion): string {
  if (value === undefined) return FILTER_NAMES[name];
  switch (name) {
    case "status":
      return isEventStatus(value) ? statusMeaning(value) : "";
    case "code":
      return explainErrorCode(Number(value)).title ?? "";
    case "country":
      return countryName(value);
    case "after":
      return "until now";
    case "before":
      return "and earlier";
    default:
      return "";
  }
}
