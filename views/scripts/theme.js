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
