// Live updates: the state of the event stream, when to stop and resume it, and what the
// tab says of failures while nobody looks. htmx's extension holds the stream itself.

const live = () => document.getElementById("live");
const stream = () => document.querySelector("#live .stream");

// ---- The stream. Once it has ended a new element takes its place, as htmx makes one
// stream of an element; its address carries the latest event that was told.

const ADDRESS = "hx-sse:connect";
/** Answered to those who are not signed in. */
const SIGNED_OUT = 401;
/** How long until the next try, when the first one found no server. */
const FIRST_RETRY_MS = 5_000;

function replaceStream(isOpen) {
  const old = stream();
  const next = old.cloneNode();
  next.removeAttribute("data-htmx-powered");
  next.toggleAttribute("data-stopped", !isOpen);
  old.removeAttribute(ADDRESS);
  htmx.process(old, true);
  old.replaceWith(next);
  if (isOpen) htmx.process(next);
}

function rememberPosition(cursor) {
  const address = stream().getAttribute(ADDRESS);
  stream().setAttribute(
    ADDRESS,
    address.replace(/after=[\w-]+/, `after=${cursor}`),
  );
}

// ---- After a restore the server doesn't have this page's position in the feed anymore.

/** Answered to a position that isn't in the ledger. */
const GONE = 410;
const RESTORED_KEY = "smsledger.restored";
/** How long the page that was loaded anew says why. */
const RESTORED_MS = 30_000;

function loadAnew() {
  try {
    sessionStorage.setItem(RESTORED_KEY, "true");
  } catch {
    // Then it is loaded anew without a word.
  }
  location.reload();
}

function sayRestored() {
  try {
    if (sessionStorage.getItem(RESTORED_KEY) === null) return;
    sessionStorage.removeItem(RESTORED_KEY);
  } catch {
    return;
  }
  sayTrouble(
    "A backup was restored, or smsledger was upgraded. This page now shows the ledger as it is.",
    "restored",
  );
  setTimeout(() => sayTrouble("", "restored"), RESTORED_MS);
}

const WORDS = {
  connecting: ["Connecting", "Stop live updates"],
  live: ["Live", "Stop live updates"],
  reconnecting: ["Reconnecting", "Stop live updates"],
  paused: ["Paused", "Resume live updates"],
};
/** A stream that comes back within this time is not worth a word. */
const LOST_MS = 6_000;
let lost;

function showState(state) {
  if (!live() || live().dataset.state === state) return;
  const [word, title] = WORDS[state];
  live().dataset.state = state;
  live().querySelector(".live-word").textContent = word;
  live().querySelector(".live-button").title = title;
  clearTimeout(lost);
  if (state === "reconnecting") {
    lost = setTimeout(() => {
      sayTrouble(
        "The server isn’t responding, so this page may be out of date. It reconnects automatically.",
      );
    }, LOST_MS);
  } else sayTrouble("");
}

/** trouble.js leads to the sign-in. */
function saySignedOut() {
  document.dispatchEvent(new CustomEvent("signed-out"));
}

function sayTrouble(text, about = "stream") {
  document.dispatchEvent(
    new CustomEvent("trouble", { detail: { about, text } }),
  );
}

/** Opens or stops the stream as is wanted now. */
function settle() {
  if (!live()) return;
  const isWanted =
    live().dataset.state !== "paused" && (!document.hidden || isOnDuty);
  const isStopped = stream().hasAttribute("data-stopped");
  if (isWanted && isStopped) showState("connecting");
  if (isWanted === isStopped) replaceStream(isWanted);
}

// ---- Pages in the background. A browser opens only six connections to a server, so of
// all such pages one keeps its stream, and tells the others of failures.

const name = `smsledger ${new URL(stream().getAttribute(ADDRESS), location.href).pathname}`;
const otherPages = new BroadcastChannel(name);
/** A page that is left for a moment keeps its stream. */
const HIDDEN_MS = 5_000;
let isOnDuty = false;
let endDuty = () => undefined;

function goOnDuty() {
  const waiting = new AbortController();
  const duty = Promise.withResolvers();
  // Without locks, as on a plain HTTP address, every page in the background stops.
  navigator.locks
    ?.request(name, { signal: waiting.signal }, () => {
      isOnDuty = true;
      settle();
      return duty.promise;
    })
    .catch(() => undefined);
  endDuty = () => {
    isOnDuty = false;
    waiting.abort();
    duty.resolve();
  };
}

let hiding;
/** Something was recorded that the page has not been told of, as it was hidden. */
let isBehind = false;

function onVisibility() {
  clearTimeout(hiding);
  if (document.hidden) {
    goOnDuty();
    hiding = setTimeout(settle, HIDDEN_MS);
    return;
  }
  endDuty();
  showFailures(0);
  settle();
  if (!isBehind) return;
  isBehind = false;
  live()?.dispatchEvent(new CustomEvent("recorded", { bubbles: true }));
}

/** A page that is opened in the background holds no stream from the start. */
function onConnect(event) {
  if (!isStream(event.detail.ctx.sourceElement)) return;
  if (!document.hidden || isOnDuty) return;
  event.preventDefault();
  stream().toggleAttribute("data-stopped", true);
}

// ---- What the tab says: "(3) Messages" and an icon with a dot, until it is looked at

let failures = 0;
let lastCounted = 0;

function countFailures(recorded) {
  if (!document.hidden || recorded.order <= lastCounted) return;
  lastCounted = recorded.order;
  showFailures(failures + recorded.failures);
}

function showFailures(count) {
  failures = count;
  const title = document.title.replace(/^\(\d+\) /, "");
  document.title = count === 0 ? title : `(${count}) ${title}`;
  const icon = document.getElementById("favicon");
  icon.dataset.calm ??= icon.href;
  icon.href = count === 0 ? icon.dataset.calm : icon.dataset.alert;
}

/** Runs before the page's regions hear of it; those of a hidden page wait until it is seen. */
function onRecorded(event) {
  if (event.detail?.id === undefined) return;
  const recorded = JSON.parse(event.detail.data);
  rememberPosition(event.detail.id);
  otherPages.postMessage(recorded);
  countFailures(recorded);
  if (!document.hidden) return;
  isBehind = true;
  event.stopPropagation();
}

// ---- Listeners: on the document, as going back replaces all that is in the page

const isStream = (element) => element?.matches?.(".stream") === true;

document.addEventListener("recorded", onRecorded, true);
document.addEventListener("htmx:config:request", onConnect);
document.addEventListener("visibilitychange", onVisibility);
otherPages.addEventListener("message", ({ data }) => countFailures(data));
document.addEventListener("click", ({ target }) => {
  if (!target.closest(".live-button")) return;
  showState(live().dataset.state === "paused" ? "connecting" : "paused");
  settle();
});
document.addEventListener("htmx:sse:after:connection", ({ detail }) => {
  const { status } = detail.connection;
  if (status === GONE) loadAnew();
  else showState(status === 200 ? "live" : "reconnecting");
});
document.addEventListener("htmx:sse:error", ({ detail }) => {
  if (detail.status === SIGNED_OUT) saySignedOut();
  if (detail.status === GONE) loadAnew();
});
document.addEventListener("htmx:sse:before:connection", ({ detail }) => {
  if (detail.connection.attempt > 0) showState("reconnecting");
});
for (const name of ["htmx:error", "htmx:response:error"]) {
  document.addEventListener(name, ({ detail }) => {
    if (detail.ctx?.response?.status === GONE) return loadAnew();
    if (!isStream(detail.ctx?.sourceElement)) return;
    if (detail.ctx.response?.status === SIGNED_OUT) return saySignedOut();
    showState("reconnecting");
    setTimeout(() => {
      if (detail.ctx.sourceElement === stream()) replaceStream(true);
    }, FIRST_RETRY_MS);
  });
}
// page.js, which shows it, may not run yet.
addEventListener("load", sayRestored);
if (document.hidden) goOnDuty();
