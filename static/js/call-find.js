// Finding words in the transcript of a call: all places are coloured, one is gone to.
(() => {
  "use strict";

  const places = new WeakMap(); // transcript -> its ranges, and which of them is looked at

  const textsOf = function* (transcript) {
    for (const turn of transcript.querySelectorAll(".turn-text")) {
      const walker = document.createTreeWalker(turn, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) if (!walker.currentNode.parentElement.closest(".mark, .tool > p")) yield walker.currentNode;
    }
  };

  const rangesOf = (transcript, words) => {
    // Any white space stands for any other, since lines break where they like.
    const pattern = words.trim().replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/\s+/g, "\\s+");
    const found = [];
    if (!pattern) return found;
    for (const text of textsOf(transcript)) {
      for (const match of text.data.matchAll(new RegExp(pattern, "giu"))) {
        const range = new Range();
        range.setStart(text, match.index);
        range.setEnd(text, match.index + match[0].length);
        found.push(range);
      }
    }
    return found;
  };

  const colour = (name, ranges) => {
    if (!CSS.highlights) return;
    if (ranges.length) CSS.highlights.set(name, new Highlight(...ranges));
    else CSS.highlights.delete(name);
  };

  const show = (transcript) => {
    const { ranges, at, words } = places.get(transcript);
    colour("found", ranges);
    colour("found-now", ranges.slice(at, at + 1));
    const count = ranges.length ? `${at + 1} of ${ranges.length}` : "none";
    transcript.querySelector("[data-find-count]").textContent = words ? count : "";
    for (const button of transcript.querySelectorAll("[data-find-step]")) button.disabled = ranges.length < 2;
    if (ranges.length) bringInSight(ranges[at]);
  };

  const bringInSight = (range) => {
    const element = range.startContainer.parentElement;
    const details = element.closest("details");
    if (details && !element.closest("summary")) details.open = true;
    const box = element.closest(".turns-box");
    const top = range.getBoundingClientRect().top - box.getBoundingClientRect().top;
    if (top < 0 || top > box.clientHeight - 40) box.scrollTop += top - box.clientHeight / 3;
  };

  const find = (input) => {
    const transcript = input.closest("[data-transcript]");
    places.set(transcript, { ranges: rangesOf(transcript, input.value), at: 0, words: input.value.trim() });
    show(transcript);
  };

  const step = (transcript, by) => {
    const place = places.get(transcript);
    if (!place?.ranges.length) return;
    place.at = (place.at + by + place.ranges.length) % place.ranges.length;
    show(transcript);
  };

  document.addEventListener("input", (event) => event.target.matches?.("[data-find]") && find(event.target));
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-find-step]");
    if (button) step(button.closest("[data-transcript]"), Number(button.dataset.findStep));
  });
  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.matches?.("[data-find]")) return;
    if (event.key === "Enter") step(input.closest("[data-transcript]"), event.shiftKey ? -1 : 1);
    if (event.key !== "Escape" || !input.value) return;
    event.preventDefault();
    input.value = "";
    find(input);
  });

  // What the list was searched for is found at once, and first where it was said: the list looks at no tools.
  const enhance = (root) => {
    for (const input of root.querySelectorAll("[data-find]")) {
      if (!input.value) continue;
      const transcript = input.closest("[data-transcript]");
      const ranges = rangesOf(transcript, input.value);
      const said = ranges.findIndex((range) => !range.startContainer.parentElement.closest("details"));
      places.set(transcript, { ranges, at: Math.max(said, 0), words: input.value.trim() });
      show(transcript);
    }
  };
  enhance(document);
  document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));
})();
