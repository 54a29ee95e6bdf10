// The page of a call by keyboard: J and K go to the neighbours in the list, ? shows all keys. Whoever types or holds a
// modifier means something else. Keys can be switched off: other scripts look at <html data-keys="off">.
(() => {
  "use strict";

  const root = document.documentElement;
  const dialog = document.getElementById("keys");
  const use = dialog.querySelector("[data-keys-use]");

  // Storage may be refused: then the choice lasts as long as the page.
  try {
    use.checked = localStorage.getItem("keys") !== "off";
  } catch {}
  const apply = () => (root.dataset.keys = use.checked ? "on" : "off");
  apply();
  use.addEventListener("change", () => {
    apply();
    try {
      localStorage.setItem("keys", root.dataset.keys);
    } catch {}
  });

  document.querySelector("[data-keys-open]").addEventListener("click", () => dialog.showModal());

  const isTyping = (target) => target.isContentEditable || Boolean(target.closest?.("input, select, textarea, dialog"));

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (root.dataset.keys === "off" || isTyping(event.target)) return;
    if (event.key === "?") {
      event.preventDefault();
      dialog.showModal();
    } else if (!event.shiftKey) {
      const link = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
      if (!link) return;
      event.preventDefault();
      link.click();
    }
  }, true); // before the keys of the player
})();
