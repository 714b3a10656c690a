import type { Urls } from "../../src/site/urls.ts";

/** The two lists of numbers, to change between them. */
export function NumberLists({
  urls,
  current,
}: {
  readonly urls: Urls;
  readonly current: "failing" | "do-not-send";
}) {
  const lists = [
    { name: "failing", words: "Keep failing", href: urls.numbers() },
    { name: "do-not-send", words: "Do not send", href: urls.doNotSend() },
  ] as const;
  return (
    <nav class="sections" aria-label="Lists of numbers">
      {lists.map(({ name, words, href }) => (
        <a href={href} aria-current={name === current ? "page" : undefined}>
          {words}
        </a>
      ))}
    </nav>
  );
}
