// Charts: arrow keys walk along the bars, a tap shows a bar's values before it opens its
// list, and a page that refreshes itself leaves a chart alone while someone reads it.

const inChart = ".chart-body:hover, .chart-body:focus-within";

/** The chart is one stop of the tab key: the bar that was last looked at, or the latest. */
function makeReachable() {
  for (const chart of document.querySelectorAll(".chart-bars")) {
    if (!chart.querySelector('a[tabindex="0"]'))
      chart.lastElementChild.firstElementChild.tabIndex = 0;
  }
}

function moveTo(bar) {
  const bars = bar.closest(".chart-bars");
  for (const each of bars.querySelectorAll('a[tabindex="0"]'))
    each.tabIndex = -1;
  bar.tabIndex = 0;
  bar.focus({ preventScroll: true });
  bar.querySelector(".tip").scrollIntoView({ block: "nearest" });
}

const STEPS = {
  ArrowLeft: (item) => item.previousElementSibling,
  ArrowRight: (item) => item.nextElementSibling,
  Home: (item) => item.parentElement.firstElementChild,
  End: (item) => item.parentElement.lastElementChild,
};

document.addEventListener("keydown", (event) => {
  const bar = event.target.closest?.(".chart-bars a");
  const step = Object.hasOwn(STEPS, event.key) && STEPS[event.key];
  if (!bar || !step || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const item = step(bar.parentElement);
  if (item) moveTo(item.firstElementChild);
});

document.addEventListener("click", (event) => {
  const bar = event.target.closest?.(".chart-bars a");
  if (!bar || event.pointerType !== "touch") return;
  if (bar.classList.contains("is-shown")) return;
  event.preventDefault();
  for (const each of document.querySelectorAll(".chart-bars .is-shown"))
    each.classList.remove("is-shown");
  bar.classList.add("is-shown");
  moveTo(bar);
});

/** Regions that would have refreshed themselves, had nobody been in their chart. */
const waiting = new Set();

document.addEventListener("htmx:config:request", (event) => {
  const region = event.target;
  const cause = event.detail.ctx.sourceEvent?.type;
  if (cause !== "recorded" || !region.querySelector(inChart)) return;
  event.preventDefault();
  waiting.add(region);
});

function refreshWaiting() {
  for (const region of waiting) {
    if (region.querySelector(inChart)) continue;
    waiting.delete(region);
    if (region.isConnected) region.dispatchEvent(new Event("chart-left"));
  }
}

document.addEventListener("pointerout", () => {
  if (waiting.size > 0) setTimeout(refreshWaiting);
});
document.addEventListener("focusout", () => {
  if (waiting.size > 0) setTimeout(refreshWaiting);
});

// What is open stays open: the page that comes does not know of it.
document.addEventListener("htmx:before:swap", (event) => {
  for (const { fragment } of event.detail.tasks) {
    for (const details of fragment?.querySelectorAll("details[id]") ?? []) {
      const shown = document.getElementById(details.id);
      if (shown instanceof HTMLDetailsElement) details.open = shown.open;
    }
  }
});

document.addEventListener("htmx:after:swap", makeReachable);
makeReachable();
