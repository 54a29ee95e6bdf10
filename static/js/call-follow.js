// The transcript follows the recording: the turn that is heard is marked, and stays in sight inside its box while the
// reader does not scroll elsewhere. `#t=73` opens the call at that second. The page itself never moves.
(() => {
  "use strict";

  const turnAt = (call, seconds) => {
    let found = null;
    for (const turn of call.querySelectorAll(".turn[data-start]")) {
      const start = Number(turn.dataset.start);
      if (start <= seconds && (!found || start >= Number(found.dataset.start))) found = turn;
    }
    return found;
  };

  const away = new WeakSet(); // boxes whose reader looks at another turn
  const ours = new WeakMap(); // where we scrolled a box to, to tell it from where the reader does

  const isInSight = (turn, box) => {
    const top = turn.getBoundingClientRect().top - box.getBoundingClientRect().top;
    return top >= 0 && top + Math.min(turn.offsetHeight, box.clientHeight) <= box.clientHeight + 1;
  };

  const bringInSight = (turn, box) => {
    box.scrollTop += turn.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
    ours.set(box, box.scrollTop);
  };

  const setAway = (box, isAway) => {
    if (isAway) away.add(box);
    else away.delete(box);
    const button = box.parentElement.querySelector("[data-to-current]");
    if (button) button.hidden = !isAway;
  };

  const mark = (call, turn) => {
    const marked = call.querySelector(".turn[aria-current]");
    if (marked === turn) return;
    marked?.removeAttribute("aria-current");
    if (!turn) return;
    turn.setAttribute("aria-current", "true");
    const box = turn.closest(".turns-box");
    if (isInSight(turn, box)) setAway(box, false);
    else if (!away.has(box)) bringInSight(turn, box);
  };

  const follow = (event) => {
    const audio = event.target;
    const call = audio.closest?.("[data-call]");
    if (!call) return;
    mark(call, audio.ended ? null : turnAt(call, audio.currentTime));
  };
  // Events of media do not bubble, but they can be caught on their way down.
  for (const name of ["timeupdate", "seeked", "ended"]) document.addEventListener(name, follow, true);

  document.addEventListener("scroll", ({ target: box }) => {
    if (!box.classList?.contains("turns-box") || Math.abs(box.scrollTop - ours.get(box)) < 1) return;
    ours.delete(box);
    const turn = box.querySelector(".turn[aria-current]");
    if (turn) setAway(box, !isInSight(turn, box));
  }, true);

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-to-current]");
    if (!button) return;
    const box = button.parentElement.querySelector(".turns-box");
    setAway(box, false);
    box.focus({ preventScroll: true });
    const turn = box.querySelector(".turn[aria-current]");
    if (turn) bringInSight(turn, box);
  });

  // `#t=73`, also as `#t=1:13`

  const secondsOf = (hash) => {
    const parts = /^#t=((?:\d+:){0,2}\d+(?:\.\d+)?)$/.exec(hash)?.[1].split(":");
    return parts?.reduce((seconds, part) => seconds * 60 + Number(part), 0);
  };
  const open = () => {
    const call = document.querySelector("[data-call]:not(.is-part)");
    const seconds = secondsOf(location.hash);
    if (!call || seconds === undefined) return;
    mark(call, turnAt(call, seconds));
    const audio = call.querySelector("audio");
    if (!audio) return;
    const seek = () => (audio.currentTime = seconds);
    if (audio.readyState >= HTMLMediaElement.HAVE_METADATA) seek();
    else audio.addEventListener("loadedmetadata", seek, { once: true });
  };
  open();
  addEventListener("hashchange", open);
})();
