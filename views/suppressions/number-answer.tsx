import { addressText } from "../../src/messages/filter-language.ts";
import type { NumberFound } from "../../src/suppressions/find-number.ts";
import { Address } from "../parts/values.tsx";
import type { Site } from "../site.ts";
import { ListTable } from "./list-table.tsx";

/** Answers whether one number is on the list. */
export function NumberAnswer({
  site,
  lookup: { recipient, entries },
  now,
}: {
  readonly site: Site;
  readonly lookup: NumberFound;
  readonly now: number;
}) {
  if (recipient === undefined)
    return (
      <p class="said number-answer" role="status">
        <b>Not on the list.</b> No message went to this number, so nothing is
        known about it.
      </p>
    );
  const name = addressText(recipient.address, recipient.id, site.masksNumbers);
  const link = (
    <a href={site.urls.number(name)}>
      <Address value={recipient.address} />
    </a>
  );
  if (entries.length === 0)
    return (
      <p class="said number-answer" role="status">
        <b>Not on the list.</b> You can send to {link}.
      </p>
    );
  return (
    <section class="number-answer" aria-labelledby="number-answer">
      <p class="said warns" role="status" id="number-answer">
        <b>On the list.</b> Don’t send to {link}:
      </p>
      <ListTable site={site} entries={entries} now={now} />
    </section>
  );
}
