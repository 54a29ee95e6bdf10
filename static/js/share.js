// A shared call: the turn being heard is marked.
(() => {
  "use strict";

  const audio = document.querySelector("audio");
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
})();
