// Export opens in a dialog above the log. Without this it is a page, and so it is when the part does not come.
(() => {
  "use strict";

  const dialog = document.getElementById("export-dialog");

  const partOf = async (url) => {
    const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
    return answer?.ok && !answer.redirected ? answer.text() : "";
  };

  document.addEventListener("click", async (event) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = event.target.closest("a.export-button");
    if (!link) return;
    event.preventDefault();
    dialog.innerHTML = await partOf(link.href);
    if (dialog.innerHTML) dialog.showModal();
    else location.assign(link.href);
  });

  dialog.addEventListener("click", (event) => {
    if (event.target !== dialog && !event.target.closest("[data-close]")) return; // the backdrop is the dialog itself
    event.preventDefault();
    dialog.close();
  });
})();
