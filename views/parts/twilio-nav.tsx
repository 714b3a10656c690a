import type { Urls } from "../../src/site/urls.ts";

/** What was refused, and what was read from Twilio, to change between them. */
export function TwilioNav({
  urls,
  current,
}: {
  readonly urls: Urls;
  readonly current: "refusals" | "completeness" | "costs";
}) {
  const pages = [
    { name: "refusals", words: "Refused", href: urls.refusals() },
    { name: "completeness", words: "Completeness", href: urls.completeness },
    { name: "costs", words: "Costs", href: urls.costs() },
  ] as const;
  return (
    <nav class="sections" aria-label="Callbacks and Twilio">
      {pages.map(({ name, words, href }) => (
        <a href={href} aria-current={name === current ? "page" : undefined}>
          {words}
        </a>
      ))}
    </nav>
  );
}
