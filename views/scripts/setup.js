// Set-up: says so when the first callback is here, in place of waiting for it.

document.addEventListener(
  "recorded",
  () => {
    document.getElementById("waiting").hidden = true;
    document.getElementById("arrived").hidden = false;
  },
  { once: true },
);
