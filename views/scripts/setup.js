// Set-up: a button that copies, and a word when the first callback is here.

for (const button of document.querySelectorAll("button[data-copies]")) {
  const word = button.textContent;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copies);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source);
      button.textContent = "Selected: copy it";
    }
    setTimeout(() => {
      button.textContent = word;
    }, 2_000);
  });
  button.hidden = false;
}

document.addEventListener(
  "recorded",
  () => {
    document.getElementById("waiting").hidden = true;
    document.getElementById("arrived").hidden = false;
  },
  { once: true },
);
