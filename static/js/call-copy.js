// Copying: the link to a call, at the moment that is heard, and its transcript.
(() => {
  "use strict";

  // Browsers let pages write to the clipboard only over https and on localhost.
  if (!navigator.clipboard?.write) return;
  document.documentElement.classList.add("can-copy");

  const say = (button, words) => {
    const label = button.querySelector("span");
    button.dataset.words ??= label.textContent;
    label.textContent = words;
    clearTimeout(button.timer);
    button.timer = setTimeout(() => (label.textContent = button.dataset.words), 2000);
  };

  // A promise of the text, since some browsers forget the click while it is fetched.
  const copy = async (button, text, words = "Copied") => {
    const blob = Promise.resolve(text).then((plain) => new Blob([plain], { type: "text/plain" }));
    try {
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
      say(button, words);
    } catch {
      say(button, "Not copied");
    }
  };

  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

  const copyLink = (button) => {
    const link = new URL(button.dataset.copyLink, location.href);
    const seconds = Math.floor(button.closest("[data-call]").querySelector("audio")?.currentTime ?? 0);
    if (seconds) link.hash = `t=${seconds}`;
    return copy(button, link.href, seconds ? `Copied at ${clock(seconds)}` : undefined);
  };

  const fetchText = async (url) => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(response.statusText);
    return response.text();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-copy-link], [data-copy-from]");
    if (!button) return;
    if (button.dataset.copyFrom) copy(button, fetchText(button.dataset.copyFrom));
    else copyLink(button);
  });
})();
