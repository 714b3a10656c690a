// Runs before anything is painted, so that the chosen theme does not flash in.

const root = document.documentElement;
root.classList.add("has-script");
let chosen = null;
try {
  chosen = localStorage.getItem("smsledger.theme");
} catch {
  // The browser keeps nothing for us: the system's theme it is.
}
if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;

// A page that answers a form is taken for one of its own: going back to it asks for it
// anew, instead of asking the reader whether to send the form once more.
history.replaceState(history.state, "");
