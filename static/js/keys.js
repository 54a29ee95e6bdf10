// The page of a call by keyboard: space plays and pauses, arrows go 5 seconds, J and L 10, N and P go to the neighbours
// in the list, ? shows all keys. Not while one writes or holds another key, and not instead of what the focused element
// does with the key itself. Keys can be switched off.
(() => {
  "use strict";

  const WRITES = "input, select, textarea, dialog, [contenteditable]:not([contenteditable='false'])";
  const PRESSED = "button, a[href], summary, audio";
  const SECONDS = { ArrowLeft: -5, ArrowRight: 5, j: -10, l: 10 };

  const dialog = document.getElementById("keys");
  const use = dialog.querySelector("[data-keys-use]");
  const audio = document.querySelector("[data-call] audio");

  // Storage may be refused: then the choice lasts as long as the page.
  try {
    use.checked = localStorage.getItem("keys") !== "off";
  } catch {}
  use.addEventListener("change", () => {
    try {
      localStorage.setItem("keys", use.checked ? "on" : "off");
    } catch {}
  });

  const help = () => dialog.showModal();
  document.querySelector("[data-keys-open]").addEventListener("click", help);

  const togglePlay = () => {
    if (audio.paused) audio.play().catch(() => {}); // what cannot be played, the player itself says
    else audio.pause();
  };
  const go = (seconds) => (audio.currentTime = Math.max(audio.currentTime + seconds, 0));

  // What the key does on `target`; undefined for nothing.
  const actionOf = (key, target) => {
    const link = document.querySelector(`a[data-key="${CSS.escape(key)}"]`);
    if (link) return () => link.click();
    if (!audio) return undefined;
    if (key === " ") return target.closest(PRESSED) ? undefined : togglePlay;
    if (key.startsWith("Arrow") && target.closest("audio")) return undefined;
    return key in SECONDS ? () => go(SECONDS[key]) : undefined;
  };

  const isOurs = (event) =>
    use.checked && !event.defaultPrevented && !event.isComposing && !event.target.closest(WRITES)
    && !event.ctrlKey && !event.metaKey && !event.altKey;

  document.addEventListener("keydown", (event) => {
    if (!isOurs(event)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = key === "?" ? help : event.shiftKey ? undefined : actionOf(key, event.target);
    if (!action) return;
    event.preventDefault();
    action();
  });
})();
