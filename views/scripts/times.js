// Times: kept current while a page stays open, and also shown in the reader's time zone. Without
// this they are in UTC, as they were when the page was made.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The same words as `ago` in words/times.ts, which wrote them when the page was rendered. */
function ago(then, now) {
  if (then - now > DAY_MS) return new Date(then).toISOString().slice(0, 10);
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

/** Keeps "5 min ago" true while a page stays open, and adds the reader's own time. On paper the page says when it was printed. */
function refreshTimes() {
  const now = Date.now();
  const minute = new Date(now).toISOString().slice(0, 16).replace("T", " ");
  document.getElementById("printed").textContent = `Printed ${minute} UTC`;
  for (const time of document.querySelectorAll("time[datetime]")) {
    const then = Date.parse(time.dateTime);
    if (time.classList.contains("ago")) {
      const words = ago(then, now);
      if (time.textContent !== words) time.textContent = words;
    }
    if (!time.dataset.local) {
      time.dataset.local = "true";
      time.title += `\n${localTime.format(then)}`;
    }
  }
}

// ---- Where nothing can point at a time, a tap shows what pointing at it would

/** Pixels between a time, what is shown of it, and the screen's edge. */
const TIP_GAP = 8;

const isTap = ({ pointerType }) =>
  pointerType === "touch" || matchMedia("(hover: none)").matches;

function timeTip() {
  const known = document.getElementById("time-tip");
  if (known) return known;
  const tip = document.createElement("div");
  tip.id = "time-tip";
  tip.role = "status";
  document.body.append(tip);
  return tip;
}

/** Below the time, or above it if there's no room. */
function showTip({ title }, { left, top, bottom }) {
  const tip = timeTip();
  tip.textContent = title;
  const { width, height } = tip.getBoundingClientRect();
  const below = bottom + TIP_GAP;
  const fits = below + height <= innerHeight;
  tip.style.left = `${Math.max(TIP_GAP, Math.min(left, innerWidth - width - TIP_GAP))}px`;
  tip.style.top = `${fits ? below : top - TIP_GAP - height}px`;
}

function hideTip() {
  document.getElementById("time-tip")?.remove();
}

document.addEventListener("click", (event) => {
  hideTip();
  const time = event.target.closest("time[datetime]");
  if (!time || time.closest("a, button, summary") || !isTap(event)) return;
  event.preventDefault();
  showTip(time, time.getBoundingClientRect());
});
addEventListener("scroll", hideTip, { capture: true, passive: true });
document.addEventListener("htmx:after:swap", () => {
  hideTip();
  refreshTimes();
});
addEventListener("beforeprint", refreshTimes);
refreshTimes();
setInterval(refreshTimes, 30_000);
