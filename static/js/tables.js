// Tables of figures, copied as CSV: numbers plain, what a spreadsheet would run defused.
(() => {
  "use strict";

  // Browsers let pages write to the clipboard only over https and on localhost.
  if (!navigator.clipboard) return;
  document.documentElement.classList.add("can-copy");

  const textOf = (cell) => {
    const text = (cell.dataset.value ?? cell.innerText).trim();
    const isNumber = text && Number.isFinite(Number(text));
    const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const csvOf = (table) => [...table.rows].map((row) => [...row.cells].map(textOf).join(",")).join("\r\n");

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy-table]");
    if (!button) return;
    const label = button.querySelector("span");
    const words = (button.dataset.words ??= label.textContent);
    try {
      await navigator.clipboard.writeText(csvOf(document.getElementById(button.dataset.copyTable)));
      label.textContent = "Copied";
    } catch {
      label.textContent = "Not copied";
    }
    setTimeout(() => (label.textContent = words), 2000);
  });
})();
