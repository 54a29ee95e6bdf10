// The key metrics come after the list. Until they are there, those of the list before stay in their place, dimmed.
(() => {
  "use strict";

  let before = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "log") before = document.getElementById("metrics")?.cloneNode(true);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const waiting = document.querySelector("#metrics.is-waiting");
    if (event.detail.target.id === "log" && before) waiting?.replaceChildren(...before.children);
  });
})();
