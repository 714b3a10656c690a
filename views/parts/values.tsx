import { Html } from "@elysiajs/html";
import { countryName } from "../../src/phone/country-names.ts";
import { explainErrorCode } from "../../src/twilio/error-codes/error-codes.ts";

/**
 * Text from outside for an attribute. The JSX runtime escapes only quotes there, which
 * keeps the value inside but would change an `&amp;` that someone posted.
 */
export function attribute(text: string): string {
  return Html.escapeHtml(text);
}

/** Characters of a posted value that a list shows; a message's own page shows all. */
const SHORT_LENGTH = 48;

/** Leaves no half of a surrogate pair at the cut. */
export function shortened(text: string, length = SHORT_LENGTH): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** A number or sender in a list. `bdi` keeps text that runs right to left from moving its neighbours. */
export function Address({ value }: { readonly value: string | null }) {
  if (value === null) return <span class="none">unknown</span>;
  return (
    <bdi
      class="address"
      title={
        value.length > SHORT_LENGTH
          ? attribute(shortened(value, 300))
          : undefined
      }
      safe
    >
      {shortened(value)}
    </bdi>
  );
}

/** A country's two letters; its name when pointed at. */
export function Country({ code }: { readonly code: string | null }) {
  if (code === null) return "";
  return (
    <abbr class="country" title={countryName(code)} safe>
      {code}
    </abbr>
  );
}

/** An error code with Twilio's title of it. */
export function ErrorCode({ code }: { readonly code: number | null }) {
  if (code === null) return "";
  const title = explainErrorCode(code).title ?? "Unknown to this version";
  return (
    <span class="code" title={title}>
      <b>{code}</b> <span safe>{title}</span>
    </span>
  );
}

/** `name=value`, as the callback's address carried it, cut to `length` characters. */
export function Tag({
  name,
  value,
  length,
}: {
  readonly name: string;
  readonly value: string;
  readonly length: number;
}) {
  const text = value === "" ? name : `${name}=${value}`;
  return (
    <span class="tag" title={attribute(shortened(text, 300))}>
      <bdi safe>{shortened(text, length)}</bdi>
    </span>
  );
}
