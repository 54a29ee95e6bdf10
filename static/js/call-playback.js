// Playing a recording: from a turn or a figure on, at another speed, without its silences. All by delegation, so that
// it also serves what htmx brings later.
(() => {
  "use strict";

  const audioOf = (element) => element.closest("[data-call]")?.querySelector("audio");

  const playFrom = (element, seconds) => {
    const audio = audioOf(element);
    if (!audio) return;
    audio.currentTime = seconds;
    audio.play().catch(() => {}); // what cannot be played, the player itself says
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-seek]");
    if (button) return playFrom(button, Number(button.dataset.seek));
    const turn = event.target.closest?.(".turn[data-start]");
    if (!turn || event.target.closest("a, button, summary, details") || String(getSelection())) return;
    playFrom(turn, Number(turn.dataset.start));
  });

  // Speed: kept in this browser. Storage may be refused: then it lasts as long as the page.

  let speed = "1";
  try {
    speed = localStorage.getItem("speed") ?? "1";
  } catch {}

  const setSpeed = (select) => {
    const audio = audioOf(select);
    audio.defaultPlaybackRate = audio.playbackRate = Number(select.value);
  };
  const enhance = (root) => {
    for (const select of root.querySelectorAll("select[data-speed]")) {
      if (![...select.options].some((option) => option.value === speed)) continue;
      select.value = speed;
      setSpeed(select);
    }
  };
  enhance(document);
  document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));
  document.addEventListener("change", (event) => {
    if (!event.target.matches?.("select[data-speed]")) return;
    speed = event.target.value;
    setSpeed(event.target);
    try {
      localStorage.setItem("speed", speed);
    } catch {}
  });

  // Silences

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-skip-silence]");
    if (!button) return;
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    skip(audioOf(button));
  });

  const spansOf = (audio) => {
    const button = audio.closest("[data-call]")?.querySelector('[data-skip-silence][aria-pressed="true"]');
    return button ? button.dataset.skipSilence.split(" ").map((span) => span.split("-").map(Number)) : [];
  };
  const skip = (audio) => {
    if (audio.paused || audio.seeking) return;
    const span = spansOf(audio).find(([start, end]) => start <= audio.currentTime && audio.currentTime < end - 0.05);
    if (span) audio.currentTime = span[1];
  };
  const skipEachFrame = (audio) => {
    skip(audio);
    if (!audio.paused && audio.isConnected) requestAnimationFrame(() => skipEachFrame(audio));
  };
  document.addEventListener("playing", (event) => skipEachFrame(event.target), true);
  // Frames are not drawn in a tab that is not seen; this goes on.
  document.addEventListener("timeupdate", (event) => skip(event.target), true);
})();
