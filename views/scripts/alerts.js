// Alerts: times in forms are in the reader's time zone. Without this they are UTC.

const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

for (const input of document.querySelectorAll("input[data-zone]"))
  input.value = zone;
for (const words of document.querySelectorAll(".zone-words"))
  words.textContent = zone === "UTC" ? "UTC" : "your time";

// A time that is filled in is the one that is meant.
document.addEventListener("input", ({ target }) => {
  if (target.name !== "until") return;
  target.form.querySelector("[name=for][value=until]").checked = true;
});
