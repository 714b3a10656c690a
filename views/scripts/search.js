// The search in the frame: what is found is listed below its field, which keeps the focus.
// Without this script, the form leads to the page that lists it.

const box = () => document.getElementById("find-q");
const finds = () => document.getElementById("finds");
const options = () => [...finds().querySelectorAll("[role=option]")];
const marked = () => finds().querySelector("[aria-selected=true]");
const isOpen = () => finds()?.hidden === false;

/** Someone is still typing: what comes back after Esc or Enter isn't shown. */
let isWanted = false;
/** What had the focus before. */
let before;

/** Only what was found for the text as it is now. */
function show() {
  const list = finds();
  if (!list) return;
  const field = box();
  const opens =
    isWanted &&
    document.activeElement === field &&
    list.dataset.q === field.value &&
    list.textContent.trim() !== "";
  list.hidden = !opens;
  const count = options().length;
  field.setAttribute("aria-expanded", String(opens && count > 0));
  if (!opens || !marked()) mark(undefined);
  if (!opens) return;
  const note = list.querySelector(".finds-note")?.textContent ?? "";
  document.getElementById("said").textContent =
    count === 0 ? note : `${count} found`;
}

function close() {
  isWanted = false;
  show();
}

function mark(option) {
  for (const each of options())
    each.setAttribute("aria-selected", String(each === option));
  if (option) {
    box().setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else box().removeAttribute("aria-activedescendant");
}

function onArrow(event, by) {
  event.preventDefault();
  if (!isOpen()) {
    isWanted = true;
    if (finds().dataset.q === box().value) return show();
    return htmx.trigger(box(), "suggest");
  }
  const all = options();
  const at = all.indexOf(marked());
  // Past either end nothing is marked, and then the other end is next.
  mark(at < 0 ? all.at(by > 0 ? 0 : -1) : all[at + by]);
}

/** Closes the list; then empties the field; then goes back to where the focus was. */
function onEscape(event) {
  if (isOpen()) {
    event.preventDefault();
    close();
  } else if (box().value === "") {
    if (before?.isConnected) before.focus();
    else box().blur();
  }
}

function onKey(event) {
  if (event.target !== box() || !finds() || event.isComposing) return;
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by !== undefined) onArrow(event, by);
  else if (event.key === "Escape") onEscape(event);
  else if (event.key === "Enter" && isOpen() && marked()) {
    event.preventDefault();
    marked().click();
  } else if (event.key === "Enter") close();
}

document.addEventListener("keydown", onKey);
document.addEventListener("input", ({ target }) => {
  if (target !== box() || !finds()) return;
  isWanted = true;
  show();
});
document.addEventListener("focusin", ({ target, relatedTarget }) => {
  if (target === box()) before = relatedTarget;
});
document.addEventListener("focusout", ({ target }) => {
  if (target === box() && isOpen()) close();
});
document.addEventListener("mousedown", (event) => {
  // The field keeps the focus.
  if (event.target.closest("#finds")) event.preventDefault();
});
// htmx starts a moment after the page is there: what was typed before it had no answer.
document.addEventListener("htmx:after:init", ({ target }) => {
  if (target === box() && isWanted) htmx.trigger(box(), "suggest");
});
document.addEventListener("htmx:after:swap", show);
