// A shared call: a turn's time plays from there, and the turn being heard is marked.
(() => {
  "use strict";

  const audio = document.querySelector("audio");
  if (!audio) return;

  const turns = [...document.querySelectorAll("[data-start]")];
  const heard = () => turns.filter((turn) => Number(turn.dataset.start) <= audio.currentTime).at(-1);
  const mark = () => {
    const turn = audio.ended ? undefined : heard();
    for (const other of turns) {
      if (other === turn) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    }
  };
  for (const name of ["timeupdate", "seeked", "ended"]) audio.addEventListener(name, mark);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-seek]");
    if (!button) return;
    audio.currentTime = Number(button.dataset.seek); // kept for the start where nothing is loaded yet
    audio.play().catch(() => {}); // what cannot be played, the player itself says
  });
})();
