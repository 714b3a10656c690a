import type { Urls } from "../../src/site/urls.ts";

/** The pages of the navigation in its order, with what a phone shows above the word: 20 by 20. */
const SECTIONS = [
  {
    name: "overview",
    words: "Overview",
    path: "M4 16v-5M10 16V4M16 16V8",
  },
  {
    name: "messages",
    words: "Messages",
    path: "M3 4.500h14v9.500H9l-3.500 3v-3H3z",
  },
  {
    name: "errors",
    words: "Errors",
    path: "M10 3 17.500 16.500h-15zM10 8v4M10 14.300v.1",
  },
  {
    name: "numbers",
    words: "Numbers",
    path: "M8 3 6.500 17M13.500 3 12 17M3.500 7.500h13.500M3 12.500h13.500",
  },
  {
    name: "alerts",
    words: "Alerts",
    path: "M10 3a4.500 4.500 0 0 0-4.500 4.500V11L4 14h12l-1.500-3V7.500A4.500 4.500 0 0 0 10 3zM8.300 16.500h3.400",
  },
  {
    name: "forwarding",
    words: "Forwarding",
    path: "M3 10h12M10.500 5.500 15 10l-4.500 4.500M17.500 4v12",
  },
  {
    name: "refusals",
    words: "Refusals",
    path: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM5.100 5.100l9.800 9.800",
  },
  {
    name: "settings",
    words: "Settings",
    path: "M3 6h7M14 6h3M12 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM3 14h3M10 14h7M8 12a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  },
] as const;
export type Section = (typeof SECTIONS)[number]["name"];

/** The way to every page: words in a line, on a phone signs above small words. Nothing is folded away. */
export function PagesNav({
  urls,
  section,
  alerts,
}: {
  readonly urls: Urls;
  readonly section: Section | undefined;
  /** How many alerts are open. */
  readonly alerts: number;
}) {
  return (
    <nav class="pages" aria-label="Pages">
      {SECTIONS.map(({ name, words, path }) => (
        <a
          id={`nav-${name}`}
          href={addressOf(name, urls)}
          data-key={name[0]}
          aria-current={name === section ? "page" : undefined}
        >
          <svg
            class="icon"
            viewBox="0 0 20 20"
            width="20"
            height="20"
            aria-hidden="true"
          >
            <path d={path}></path>
          </svg>
          <span>{words}</span>
          {name === "alerts" && alerts > 0 ? <OpenCount count={alerts} /> : ""}
        </a>
      ))}
    </nav>
  );
}

function OpenCount({ count }: { readonly count: number }) {
  return (
    <>
      {" "}
      <span class="nav-count">
        {count}
        <span class="visually-hidden"> open</span>
      </span>
    </>
  );
}

function addressOf(section: Section, urls: Urls): string {
  return section === "settings" ? urls.settings : urls[section]();
}
