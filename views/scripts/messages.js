// The messages' pages: suggestions for the filter's box, arrow keys in the list, and how
// far an export is. Every page works without them. Elements are looked up anew each
// time, as they come and go with swaps.

const box = () => document.getElementById("filter-q");
const list = () => document.getElementById("suggestions");

// ---- Requests: where the caret is, and whether the filter is still being typed. The
// server applies a filter that is typed only when it makes sense already.

let isTyped = false;
/** Another list was asked for since the last letter: what was typed before is no longer wanted. */
let isOvertaken = false;

const isOfList = ({ target }) => target?.id === "results";

document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement, sourceEvent, request } = event.detail.ctx;
  if (sourceElement.id === "filter-q")
    request.body.set("at", String(sourceElement.selectionStart));
  if (sourceElement.id === "export-note") request.body.set("id", exportId);
  // A list that was searched further shows more than it was made with.
  if (event.detail.ctx.target?.id === "news") {
    const rows = document.querySelectorAll("#results tbody tr[id]");
    const ids = [...rows].map(({ id }) => id.replace("message-", ""));
    request.body.set("ids", ids.join());
  }
  if (!isOfList(event.detail.ctx)) return;
  isTyped = sourceElement.id === "filter" && sourceEvent.type === "input";
  if (isTyped && isOvertaken) return event.preventDefault();
  isOvertaken = !isTyped;
  if (isTyped) request.headers["Smsledger-Typed"] = "true";
  else if (sourceElement.id === "filter") close();
});

/** What is typed in one go is one step back, and so is the same filter applied again. */
let wasTyped = false;

document.addEventListener("htmx:before:history:update", ({ detail }) => {
  const isNowTyped = detail.sourceElement?.id === "filter" && isTyped;
  const isSame = detail.history.path === location.pathname + location.search;
  if (isSame || (isNowTyped && wasTyped)) detail.history.type = "replace";
  wasTyped = isNowTyped;
});

// ---- Suggestions: a list box below the box, which keeps the focus

/** The reader is still at it: what comes back after Esc or Enter is not shown. */
let isWanted = false;

const isOpen = () => list()?.hidden === false;
const options = () => [...list().querySelectorAll("[role=option]")];
const marked = () => list().querySelector("[aria-selected=true]");

function show() {
  if (!list()) return;
  const opens =
    isWanted && document.activeElement === box() && options().length > 0;
  list().hidden = !opens;
  box().setAttribute("aria-expanded", String(opens));
  if (!opens || !marked()) mark(undefined);
}

function close() {
  isWanted = false;
  show();
}

function ask() {
  isWanted = true;
  htmx.trigger(box(), "suggest");
}

function mark(option) {
  for (const each of options())
    each.setAttribute("aria-selected", String(each === option));
  if (option) {
    box().setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else box().removeAttribute("aria-activedescendant");
}

/**
 * A value completes a term, and the list's filter is applied; other forms wait for their
 * button. After a name its values are suggested.
 */
function take(option) {
  const { text, caret, whole } = option.dataset;
  box().value = text;
  box().setSelectionRange(Number(caret), Number(caret));
  box().scrollLeft = box().scrollWidth;
  if (!whole) return ask();
  close();
  if (box().form.id === "filter") box().form.requestSubmit();
}

function onBoxKey(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by !== undefined) {
    event.preventDefault();
    if (!isOpen()) return ask();
    const all = options();
    const at = all.indexOf(marked());
    // Past either end nothing is marked, and then the other end is next.
    return mark(at < 0 ? all.at(by > 0 ? 0 : -1) : all[at + by]);
  }
  if (!isOpen()) return;
  const isTaking =
    event.key === "Enter" || (event.key === "Tab" && !event.shiftKey);
  if (event.key === "Escape") {
    event.preventDefault();
    close();
  } else if (isTaking && marked()) {
    event.preventDefault();
    take(marked());
  }
}

// ---- Rows: from one to the next with the arrows

function onRowKey(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by === undefined) return;
  const links = [...document.querySelectorAll("a.row-link")];
  const next = links[links.indexOf(event.target) + by];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

// ---- Exports: the browser saves the file, and the page asks the server how far it is

let exportId;

/** The download gets an id to ask by. */
function followExport(link) {
  exportId = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) =>
    part.toString(36),
  ).join("");
  const address = new URL(link.href);
  address.searchParams.set("progress", exportId);
  link.href = address;
  htmx.trigger("#export-note", "exporting");
}

/** Screen readers hear of its beginning and its end, not of every second in between. */
function sayExport() {
  const note = document.getElementById("export-note");
  const said = document.getElementById("said");
  const words = note?.querySelector("[hx-get]")
    ? "Exporting"
    : (note?.textContent ?? "");
  if (words !== "" && said.textContent !== words) said.textContent = words;
}

// ---- Listeners

document.addEventListener("input", ({ target }) => {
  if (target.id !== "filter-q") return;
  isWanted = true;
  isOvertaken = false;
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing)
    return;
  if (event.target.id === "filter-q") onBoxKey(event);
  else if (event.target.matches("a.row-link")) onRowKey(event);
});
document.addEventListener("focusout", ({ target }) => {
  if (target.id === "filter-q" && isOpen()) close();
});
document.addEventListener("mousedown", (event) => {
  // The box keeps the focus.
  if (event.target.closest("#suggestions")) event.preventDefault();
});
document.addEventListener("click", ({ target }) => {
  const option = target.closest("#suggestions [role=option]");
  if (option) take(option);
  const link = target.closest("a.export");
  if (link) followExport(link);
});
// htmx starts a moment after the page is there: what was typed before it had no answer.
document.addEventListener("htmx:after:init", ({ target }) => {
  const field = box();
  const isTyped = field && field.value !== field.defaultValue;
  if (isTyped && document.activeElement === field && target.contains(field))
    field.dispatchEvent(new Event("input", { bubbles: true }));
});
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  show();
  sayExport();
  if (!isOfList(ctx)) return;
  // The link is gone with the list that it was in.
  if (ctx.sourceEvent?.target.closest?.(".news-link"))
    document.querySelector("a.row-link")?.focus({ preventScroll: true });
});
