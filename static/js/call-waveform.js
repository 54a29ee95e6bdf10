// The picture of a recording as a slider: wavesurfer.js draws what the server knows of the sound beside the browser's own
// player; here one seeks by click, drag and keyboard. Nothing of the recording itself is loaded for it.
(() => {
  "use strict";

  const { nonce, dataset } = document.currentScript;
  const STEP_SECONDS = 5;
  const PAGE_SECONDS = 30;
  const HALF = 36; // of the height in px
  const SHAPES = {
    assistant: { height: HALF, barAlign: "bottom" },
    caller: { height: HALF, barAlign: "top" },
    other: { height: 2 * HALF, overlay: true },
  };

  const audioOf = (wave) => wave.closest("[data-call]").querySelector("audio");
  const waveOf = (audio) => audio.closest?.("[data-call]")?.querySelector("[data-wave]");
  const lanesOf = (wave) => JSON.parse(wave.dataset.lanes);

  // What the server knows of the length serves until the browser knows it better.
  const lengthOf = (wave) => {
    const { duration } = audioOf(wave);
    return Number.isFinite(duration) && duration > 0 ? duration : Number(wave.dataset.duration);
  };

  // Drawing

  const surfers = new WeakMap(); // wave -> what draws it

  // Each lane in the colour that the style sheet gives its speaker.
  const channelsOf = (wave) => {
    const probe = wave.appendChild(document.createElement("i"));
    const channels = lanesOf(wave).map(([speaker]) => {
      probe.className = `wave-${speaker}`;
      const { color } = getComputedStyle(probe);
      return { ...SHAPES[speaker], waveColor: color, progressColor: color };
    });
    probe.remove();
    return channels;
  };

  const draw = async (wave) => {
    const { default: WaveSurfer } = await import(dataset.wavesurfer);
    if (!wave.isConnected) return;
    const surfer = WaveSurfer.create({
      container: wave.querySelector("[data-wave-lanes]"),
      media: audioOf(wave),
      peaks: lanesOf(wave).map(([, loudest, peaks]) => peaks.map((peak) => peak / loudest)),
      duration: Number(wave.dataset.duration),
      splitChannels: channelsOf(wave),
      barWidth: 2,
      barGap: 1,
      barRadius: 1,
      cursorColor: "currentcolor",
      cursorWidth: 2,
      interact: false,
      cspNonce: nonce,
    });
    surfers.set(wave, surfer);
    show(wave, audioOf(wave).currentTime);
  };
  new MutationObserver(() => {
    for (const wave of document.querySelectorAll("[data-wave]")) surfers.get(wave)?.setOptions({ splitChannels: channelsOf(wave) });
  }).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });

  // Saying

  const inWords = (seconds) => {
    const parts = [
      [Math.floor(seconds / 3600), "hour"],
      [Math.floor(seconds / 60) % 60, "minute"],
      [Math.floor(seconds) % 60, "second"],
    ];
    const words = parts.filter(([count]) => count).map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`);
    return words.join(" ") || "0 seconds";
  };

  const show = (wave, seconds) => {
    surfers.get(wave)?.getRenderer().renderProgress(Math.min(seconds / lengthOf(wave), 1));
    if (wave.getAttribute("aria-valuenow") === String(Math.floor(seconds))) return;
    wave.setAttribute("aria-valuenow", Math.floor(seconds));
    wave.setAttribute("aria-valuetext", inWords(seconds));
  };

  const enhance = (root) => {
    for (const wave of root.querySelectorAll("[data-wave]:not([role])")) {
      const attributes = { role: "slider", tabindex: 0, "aria-label": "Position in the recording", "aria-valuemin": 0 };
      attributes["aria-valuemax"] = Math.floor(lengthOf(wave));
      for (const [name, value] of Object.entries(attributes)) wave.setAttribute(name, value);
      show(wave, audioOf(wave).currentTime);
      draw(wave);
    }
  };
  enhance(document);
  document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));

  // Position

  let dragged = null;

  const follow = (audio) => {
    const wave = waveOf(audio);
    if (wave && wave !== dragged) show(wave, audio.currentTime);
  };
  // Events of media do not bubble, but they can be caught on their way down.
  for (const name of ["loadedmetadata", "timeupdate", "seeking", "seeked", "ended"]) {
    document.addEventListener(name, (event) => follow(event.target), true);
  }

  // Pointer

  const seek = (wave, event) => {
    const { left, width } = wave.getBoundingClientRect();
    const part = Math.min(Math.max((event.clientX - left) / width, 0), 1);
    const seconds = part * lengthOf(wave);
    audioOf(wave).currentTime = seconds;
    show(wave, seconds);
  };
  document.addEventListener("pointerdown", (event) => {
    const wave = event.target.closest?.("[data-wave]");
    if (!wave || event.button !== 0) return;
    dragged = wave;
    wave.setPointerCapture(event.pointerId);
    seek(wave, event);
  });
  document.addEventListener("pointermove", (event) => dragged && seek(dragged, event));
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => (dragged = null));

  // Keyboard

  const target = (key, now, length) => ({
    ArrowRight: now + STEP_SECONDS,
    ArrowUp: now + STEP_SECONDS,
    ArrowLeft: now - STEP_SECONDS,
    ArrowDown: now - STEP_SECONDS,
    PageUp: now + PAGE_SECONDS,
    PageDown: now - PAGE_SECONDS,
    Home: 0,
    End: length,
  })[key];

  document.addEventListener("keydown", (event) => {
    const wave = event.target.closest?.("[data-wave]");
    if (!wave || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const audio = audioOf(wave);
    const length = lengthOf(wave);
    const seconds = target(event.key, audio.currentTime, length);
    if (seconds === undefined) return;
    event.preventDefault();
    audio.currentTime = Math.min(Math.max(seconds, 0), length);
    show(wave, audio.currentTime);
  }, true);
})();
