// Trouble: what is said at the top of the page while it lasts. An answer that isn't a page
// of ours, such as a proxy's "502 Bad Gateway", and any error but our own 400 never
// replaces what the page shows: it is said here, and asked for again until it comes.

const troubles = new Map();

function showTrouble(about, text) {
  if (text === "") troubles.delete(about);
  else troubles.set(about, text);
  const notice = document.getElementById("notice");
  const [first = ""] = troubles.values();
  if (notice.textContent !== first) notice.textContent = first;
  notice.hidden = first === "";
}

const NO_ANSWER =
  "The server isn’t responding, so this page may be out of date. It reconnects automatically.";

// ---- What wasn't answered, by the part of the page that waits for it

const AGAIN_MS = 3_000;
const AGAIN_MS_MAX = 30_000;
const unanswered = new Map();
let againMs = AGAIN_MS;
let timer;

const partOf = ({ target, sourceElement }) => target?.id || sourceElement;

function askAgainLater(ctx) {
  unanswered.set(partOf(ctx), ctx);
  timer ??= setTimeout(askAgain, againMs);
}

function askAgain() {
  clearTimeout(timer);
  const events = new Set();
  for (const [part, { sourceElement, sourceEvent }] of unanswered) {
    if (sourceElement.isConnected && sourceEvent) events.add(sourceEvent);
    else unanswered.delete(part);
  }
  if (unanswered.size === 0) return onAnswered();
  againMs = Math.min(againMs * 2, AGAIN_MS_MAX);
  timer = setTimeout(askAgain, againMs);
  for (const event of events) repeat(event);
}

function repeat(event) {
  // The stream that told of it may have been replaced since.
  if (event.type === "recorded" || !event.target?.isConnected)
    document
      .getElementById("live")
      ?.dispatchEvent(new CustomEvent("recorded", { bubbles: true }));
  else event.target.dispatchEvent(event);
}

function onAnswered() {
  clearTimeout(timer);
  timer = undefined;
  againMs = AGAIN_MS;
  showTrouble("request", "");
}

// ---- Answers

const SIGNED_OUT = 401;
const MISTAKE = 400;
const NO_CONTENT = 204;
const TOO_MANY = 429;

/** live.js speaks for the event stream. */
const isOfStream = ({ sourceElement }) =>
  sourceElement?.matches?.(".stream") === true;
const isOurs = ({ raw }) => raw.headers.has("smsledger-page");

function isToBeShown({ response, hx }) {
  const { status } = response;
  if (status === SIGNED_OUT) return false;
  // Loads the page anew.
  if (hx.refresh) return true;
  if (status === NO_CONTENT) return true;
  return isOurs(response) && (status < 400 || status === MISTAKE);
}

function onResponse(event) {
  const { ctx } = event.detail;
  if (isOfStream(ctx) || isToBeShown(ctx)) return;
  event.preventDefault();
  if (ctx.response.status === SIGNED_OUT) return signInAgain();
  void onRefused(ctx);
}

/** Reloads the page, which leads to the sign-in and back, with the filter as typed. */
function signInAgain() {
  const form = document.getElementById("filter");
  if (!form) return location.reload();
  const address = new URL(form.action);
  address.search = new URLSearchParams(new FormData(form));
  const typed = address.searchParams.get("q");
  const applied = new URL(location.href).searchParams.get("q") ?? "";
  if (typed === applied) location.reload();
  else location.assign(address);
}

async function onRefused(ctx) {
  const { status, raw } = ctx.response;
  showTrouble("request", isOurs(ctx.response) ? await wordsOf(raw) : NO_ANSWER);
  if (status >= 500 || status === TOO_MANY || !isOurs(ctx.response))
    askAgainLater(ctx);
}

/** What a problem's page says. */
async function wordsOf(response) {
  const text = await response.text().catch(() => "");
  const problem = new DOMParser()
    .parseFromString(text, "text/html")
    .getElementById("main");
  const words = ["h1", "h1 ~ p"].map(
    (name) => problem?.querySelector(name)?.textContent ?? "",
  );
  return words.join(". ") || NO_ANSWER;
}

document.addEventListener("htmx:before:response", onResponse);
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (isOfStream(ctx) || !isToBeShown(ctx)) return;
  unanswered.delete(partOf(ctx));
  if (unanswered.size === 0) onAnswered();
});
document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (!ctx || isOfStream(ctx)) return;
  showTrouble("request", NO_ANSWER);
  askAgainLater(ctx);
});
addEventListener("online", () => {
  if (unanswered.size > 0) askAgain();
});
document.addEventListener("signed-out", signInAgain);
document.addEventListener("trouble", ({ detail }) =>
  showTrouble(detail.about, detail.text),
);
