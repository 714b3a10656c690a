// Small comforts. Every page works without them.

// ---- Rows, dialogs, copying

/** A click anywhere on a row opens its link, unless text is being selected. */
function openRow(event) {
  // A tap on a time shows the reader's own.
  if (event.button !== 0 || event.defaultPrevented) return;
  if (event.target.closest("a, button, summary, input, label")) return;
  const link = event.target.closest("tr")?.querySelector("a.row-link");
  if (!link || String(getSelection()) !== "") return;
  if (event.ctrlKey || event.metaKey) open(link.href, "_blank", "noopener");
  else link.click();
}

/** The browser gives the focus back to where it was when the dialog closes. */
function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog.open) dialog.showModal();
}

const COPIED_MS = 2_000;

/** `data-copy` names what to copy. Where the browser refuses, the text is selected instead. */
async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  if (!source || button.dataset.copied) return;
  try {
    await navigator.clipboard.writeText(
      source.matches("input, textarea")
        ? source.value
        : source.textContent.trim(),
    );
  } catch {
    getSelection().selectAllChildren(source);
    return;
  }
  const label = button.textContent;
  button.dataset.copied = "true";
  button.textContent = "Copied";
  say("Copied");
  setTimeout(() => {
    delete button.dataset.copied;
    button.textContent = label;
    say("");
  }, COPIED_MS);
}

/** For screen readers. */
function say(text) {
  document.getElementById("said").textContent = text;
}

// ---- Theme: the system's, until one is chosen. theme.js applies the choice to new pages.

const THEME_KEY = "smsledger.theme";
const THEMES = ["auto", "light", "dark"];
const root = document.documentElement;

function showTheme(theme) {
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
}

function nextTheme() {
  const index = THEMES.indexOf(root.dataset.theme ?? "auto");
  const theme = THEMES[(index + 1) % THEMES.length];
  showTheme(theme);
  try {
    localStorage.setItem(THEME_KEY, theme);
  } catch {
    // Then it holds for this page only.
  }
}

// ---- Keys

const SEQUENCE_MS = 1_500;
let lastGo = -Infinity;

function onKey(event) {
  const { key, target } = event;
  const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey;
  if (isCommand && key === "k") return search(event);
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing)
    return;
  if (target.closest("input, select, textarea, dialog[open]")) return;
  const isGoing = event.timeStamp - lastGo < SEQUENCE_MS;
  lastGo = key === "g" && !isGoing ? event.timeStamp : -Infinity;
  if (isGoing) return press(event, `.top nav [data-key="${CSS.escape(key)}"]`);
  switch (key) {
    case "?":
      event.preventDefault();
      return openDialog("keys");
    case "/":
      return search(event);
    case "f":
      return focusOn(event, "main input[type=search]");
    case "j":
      return focusOn(event, moved(1));
    case "k":
      return focusOn(event, moved(-1));
    case "[":
      return press(event, "#newer, main a[rel=prev]");
    case "]":
      return press(event, "#older, main a[rel=next]");
  }
}

/** Goes to the search's field, or to its page where there's no room for the field. */
function search(event) {
  const field = document.getElementById("find-q");
  if (field?.checkVisibility()) focusOn(event, field);
  else press(event, ".find-link");
}

function press(event, selector) {
  const link = document.querySelector(selector);
  if (!link) return;
  event.preventDefault();
  link.click();
}

function focusOn(event, what) {
  const element =
    typeof what === "string" ? document.querySelector(what) : what;
  if (!element) return;
  event.preventDefault();
  element.focus();
  element.select?.();
}

const rowLinks = () => [...document.querySelectorAll("main a.row-link")];

/** Returns the link of the row this many below the focused one; without focus, of the first or last row in view. */
function moved(by) {
  const links = rowLinks();
  const row = document.activeElement?.closest("tr, li");
  const index = links.findIndex((link) => row?.contains(link));
  if (index >= 0) return links[index + by];
  return by > 0
    ? links.find((link) => link.getBoundingClientRect().top >= 0)
    : links.findLast(
        (link) => link.getBoundingClientRect().bottom <= innerHeight,
      );
}

// ---- The way back to a list: the row that was opened has the focus again. The entry in
// the browser's history remembers it.

function rememberRow(link) {
  const row = link.getAttribute("href");
  history.replaceState({ ...history.state, row }, "");
}

function returnToRow() {
  const row = history.state?.row;
  if (row === undefined || document.activeElement !== document.body) return;
  rowLinks()
    .find((link) => link.getAttribute("href") === row)
    // Where the page was scrolled to the browser knows.
    ?.focus({ preventScroll: true });
}

// ---- Listeners: on the document, as the elements come and go with swaps

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.row-link");
  if (link) rememberRow(link);
  const button = event.target.closest("button");
  if (button?.dataset.opens) openDialog(button.dataset.opens);
  else if (button?.dataset.copy) void copy(button);
  else if (button?.matches(".theme-button")) nextTheme();
  else if (event.target.matches("dialog")) event.target.close();
  else openRow(event);
});
document.addEventListener("keydown", onKey);
addEventListener("storage", ({ key, newValue }) => {
  if (key === THEME_KEY) showTheme(newValue);
});
returnToRow();
