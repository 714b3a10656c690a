// Small comforts. Every page works without them.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The same words as `ago` in time.tsx, which wrote them when the page was made. */
function ago(then, now) {
  const passed = Math.max(0, now - then);
  if (passed < MINUTE_MS) return "just now";
  if (passed < HOUR_MS) return `${Math.floor(passed / MINUTE_MS)} min ago`;
  if (passed < DAY_MS) return `${Math.floor(passed / HOUR_MS)} h ago`;
  if (passed < 7 * DAY_MS) return `${Math.floor(passed / DAY_MS)} d ago`;
  return new Date(then).toISOString().slice(0, 10);
}

const localTime = new Intl.DateTimeFormat(undefined, {
  dateStyle: "medium",
  timeStyle: "long",
});

/** Keeps "5 min ago" true while a page stays open, and adds the reader's own time. */
function refreshTimes() {
  const now = Date.now();
  for (const time of document.querySelectorAll("time[datetime]")) {
    const then = Date.parse(time.dateTime);
    if (time.classList.contains("ago")) time.textContent = ago(then, now);
    if (!time.dataset.local) {
      time.dataset.local = "true";
      time.title += `\n${localTime.format(then)}`;
    }
  }
}

/** A click anywhere on a row opens its link, unless text is being selected. */
function openRow(event) {
  if (event.button !== 0 || event.target.closest("a, button, summary")) return;
  const link = event.target.closest("tr")?.querySelector("a.row-link");
  if (!link || String(getSelection()) !== "") return;
  if (event.ctrlKey || event.metaKey) open(link.href, "_blank", "noopener");
  else link.click();
}

function showNotice(text) {
  const notice = document.getElementById("notice");
  notice.textContent = text;
  notice.hidden = text === "";
}

document.documentElement.classList.add("has-script");
document.addEventListener("click", openRow);
document.addEventListener("htmx:after:swap", () => {
  showNotice("");
  refreshTimes();
});
document.addEventListener("htmx:error", () =>
  showNotice(
    "The server does not answer. Check that smsledger is running, then try again.",
  ),
);
refreshTimes();
setInterval(refreshTimes, 30_000);
