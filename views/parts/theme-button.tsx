/** The themes in the order in which the button goes through them; see theme.js. */
const CHOICES = [
  {
    name: "auto",
    words: "system",
    path: "M8 2a6 6 0 1 0 0 12 6 6 0 0 0 0-12z",
  },
  {
    name: "light",
    words: "light",
    path: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1",
  },
  {
    name: "dark",
    words: "dark",
    path: "M13.500 9.800A6 6 0 0 1 6.200 2.500a6 6 0 1 0 7.300 7.300z",
  },
] as const;

/** Goes through the themes. The stylesheet shows the words of the one that is chosen. */
export function ThemeButton() {
  return (
    <button type="button" class="tool theme-button" title="Theme">
      <span class="visually-hidden">Theme: </span>
      {CHOICES.map(({ name, words, path }) => (
        <span class={`theme-choice theme-${name}`}>
          <svg
            class="icon"
            viewBox="0 0 16 16"
            width="16"
            height="16"
            aria-hidden="true"
          >
            {name === "auto" ? (
              <path class="filled" d="M8 2a6 6 0 0 1 0 12z"></path>
            ) : (
              ""
            )}
            <path d={path}></path>
          </svg>
          <span class="visually-hidden">{words}</span>
        </span>
      ))}
    </button>
  );
}
