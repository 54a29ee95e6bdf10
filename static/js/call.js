// A call, on its page or unfolded in the list: a turn's time plays from there, the turn being heard is marked, and
// the link to the call can be copied. All by delegation, so that it also serves what htmx brings later.
(() => {
  "use strict";

  const audioOf = (element) => element.closest("[data-call]")?.querySelector("audio");

  const turnAt = (call, seconds) => {
    let found = null;
    for (const turn of call.querySelectorAll("[data-start]")) {
      const start = Number(turn.dataset.start);
      if (start <= seconds && (!found || start >= Number(found.dataset.start))) found = turn;
    }
    return found;
  };

  // The marked turn stays in sight inside the transcript, which scrolls by itself; the page never moves.
  const keepInSight = (turn) => {
    const box = turn.closest(".turns-box");
    const top = turn.getBoundingClientRect().top - box.getBoundingClientRect().top;
    if (top < 0 || top + turn.offsetHeight > box.clientHeight) box.scrollTop += top - box.clientHeight / 3;
  };

  const mark = (call, turn) => {
    const marked = call.querySelector(".turn[aria-current]");
    if (marked === turn) return;
    marked?.removeAttribute("aria-current");
    if (!turn) return;
    turn.setAttribute("aria-current", "true");
    keepInSight(turn);
  };

  const follow = (event) => {
    const call = event.target.closest?.("[data-call]");
    if (call) mark(call, event.target.ended ? null : turnAt(call, event.target.currentTime));
  };
  // Events of media do not bubble, but they can be caught on their way down.
  for (const name of ["timeupdate", "seeked", "ended"]) document.addEventListener(name, follow, true);

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-seek]");
    const audio = button && audioOf(button);
    if (!audio) return;
    audio.currentTime = Number(button.dataset.seek);
    audio.play().catch(() => {}); // what cannot be played, the player itself says
  });

  // Browsers let pages write to the clipboard only over https and on localhost.
  if (navigator.clipboard) document.documentElement.classList.add("can-copy");
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    const label = button.querySelector("span");
    try {
      await navigator.clipboard.writeText(new URL(button.dataset.copy, location.href).href);
      label.textContent = "Copied";
    } catch {
      label.textContent = "Not copied";
    }
    setTimeout(() => (label.textContent = "Copy link"), 2000);
  });
})();
