/** A page, or a form for an action, that a search finds by its name. */
export type FindablePage = {
  /** Below the base path. */
  readonly path: string;
  readonly title: string;
  /** Other words that people look for. */
  readonly also: string;
  readonly isForAdmins: boolean;
};

/**
 * Returns the pages that fit a search, those whose title begins like it first: each of its
 * words must begin a word of the title or of the others. Without words, all pages fit.
 */
export function pagesFor(
  text: string,
  pages: readonly FindablePage[],
): readonly FindablePage[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = pages.filter(({ title, also }) => {
    const known = ` ${title} ${also}`.toLowerCase();
    return words.every((word) => known.includes(` ${word}`));
  });
  const isFirst = ({ title }: FindablePage): boolean =>
    title.toLowerCase().startsWith(words.join(" "));
  return [
    ...fitting.filter(isFirst),
    ...fitting.filter((page) => !isFirst(page)),
  ];
}
