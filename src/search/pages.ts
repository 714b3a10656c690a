/** A page, or a form for an action, that a search finds by its name. */
export type FindablePage = {
  /** Below the base path. */
  readonly path: string;
  readonly title: string;
  /** Other words that people look for. */
  readonly also: string;
  readonly isForAdmins: boolean;
};

/** Returns the pages that fit a search, by title and other words; without words, all of them. */
export function pagesFor(
  text: string,
  pages: readonly FindablePage[],
): readonly FindablePage[] {
  return byName(
    text,
    pages,
    ({ title }) => title,
    ({ also }) => also,
  );
}

/**
 * Returns what fits a search, that whose name begins like it first: each of its words must begin
 * a word of the name or of the others.
 */
export function byName<Item>(
  text: string,
  items: readonly Item[],
  nameOf: (item: Item) => string,
  othersOf: (item: Item) => string = () => "",
): readonly Item[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = items.filter((item) => {
    const known = ` ${nameOf(item)} ${othersOf(item)}`.toLowerCase();
    return words.every((word) => known.includes(` ${word}`));
  });
  const isFirst = (item: Item): boolean =>
    nameOf(item).toLowerCase().startsWith(words.join(" "));
  return [
    ...fitting.filter(isFirst),
    ...fitting.filter((item) => !isFirst(item)),
  ];
}
