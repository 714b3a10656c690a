type Shortcut = {
  readonly keys: readonly string[];
  /** Between the keys: pressed one after the other, or either of them. */
  readonly between?: "then" | "or";
  readonly does: string;
};

const GROUPS: readonly {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}[] = [
  {
    title: "Everywhere",
    shortcuts: [
      { keys: ["g", "o"], between: "then", does: "Overview" },
      { keys: ["g", "m"], between: "then", does: "Messages" },
      { keys: ["g", "e"], between: "then", does: "Errors" },
      { keys: ["g", "n"], between: "then", does: "Numbers" },
      { keys: ["g", "a"], between: "then", does: "Alerts" },
      { keys: ["g", "f"], between: "then", does: "Forwarding" },
      { keys: ["g", "r"], between: "then", does: "Refusals" },
      { keys: ["g", "s"], between: "then", does: "Settings" },
      { keys: ["/", "Ctrl K"], between: "or", does: "Find anything" },
      { keys: ["?"], does: "Show these shortcuts" },
      { keys: ["Esc"], does: "Close" },
    ],
  },
  {
    title: "Lists",
    shortcuts: [
      { keys: ["f"], does: "Go to the filter" },
      { keys: ["j", "k"], between: "or", does: "Next or previous row" },
      { keys: ["Enter"], does: "Open the row" },
      { keys: ["[", "]"], between: "or", does: "Newer or older page" },
    ],
  },
];

/** The keyboard shortcuts, which page.js and the pages' own scripts carry out. */
export function KeysDialog() {
  return (
    <dialog id="keys" class="dialog" aria-labelledby="keys-title">
      <form method="dialog" class="dialog-head">
        <h2 id="keys-title">Keyboard shortcuts</h2>
        <button class="tool" aria-label="Close">
          <svg
            class="icon"
            viewBox="0 0 16 16"
            width="16"
            height="16"
            aria-hidden="true"
          >
            <path d="m4 4 8 8M12 4l-8 8"></path>
          </svg>
        </button>
      </form>
      {GROUPS.map(({ title, shortcuts }) => (
        <section>
          <h3 safe>{title}</h3>
          <dl class="keys">
            {shortcuts.map((shortcut) => (
              <div>
                <dt>
                  <Keys shortcut={shortcut} />
                </dt>
                <dd safe>{shortcut.does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </dialog>
  );
}

function Keys({ shortcut }: { readonly shortcut: Shortcut }) {
  return (
    <>
      {shortcut.keys.map((key, index) => (
        <>
          {index > 0 ? <span safe>{` ${shortcut.between ?? ""} `}</span> : ""}
          <kbd safe>{key}</kbd>
        </>
      ))}
    </>
  );
}
