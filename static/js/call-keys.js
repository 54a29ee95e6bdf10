// Keys on the page of a call: space plays and pauses, arrows go 5 seconds, J and L 10. Not while one writes or holds
// another key, and not instead of what the focused element does with the key itself.
(() => {
  "use strict";

  const WRITES = "input, select, textarea, [contenteditable]:not([contenteditable='false'])";
  const PRESSED = "button, a[href], summary, audio";
  const SECONDS = { ArrowLeft: -5, ArrowRight: 5, j: -10, l: 10 };

  const keyOf = (event) => (event.key.length === 1 ? event.key.toLowerCase() : event.key);

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const audio = document.querySelector("[data-call]:not(.is-part) audio");
    if (!audio || event.target.closest(WRITES)) return;
    const key = keyOf(event);
    if (key === " " && !event.target.closest(PRESSED)) {
      event.preventDefault();
      if (audio.paused) audio.play().catch(() => {});
      else audio.pause();
    } else if (key in SECONDS && !(key.startsWith("Arrow") && event.target.closest("audio"))) {
      event.preventDefault();
      audio.currentTime = Math.max(audio.currentTime + SECONDS[key], 0);
    }
  });
})();
