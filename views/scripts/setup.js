// Set-up: says so when the first callback is here, in place of waiting for it.

document.addEventListener(
  "recorded",
  () => {
    // With it goes its asking every four seconds.
    document.getElementById("waiting")?.remove();
    document.getElementById("arrived").hidden = false;
  },
  { once: true },
);
