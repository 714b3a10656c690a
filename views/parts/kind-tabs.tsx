export type KindTab = {
  readonly href: string;
  readonly words: string;
  readonly isCurrent: boolean;
};

/** Links that each show one kind of what a list holds. `label` says to screen readers what kinds these are. */
export function KindTabs({
  label,
  tabs,
}: {
  readonly label: string;
  readonly tabs: readonly KindTab[];
}) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ href, words, isCurrent }) => (
        <a href={href} aria-current={isCurrent ? "true" : undefined} safe>
          {words}
        </a>
      ))}
    </nav>
  );
}
