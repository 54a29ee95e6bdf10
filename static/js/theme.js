// Light, dark, or as the system: chosen in the menu, kept in this browser. Runs in <head>, so that no page flashes.
(() => {
  "use strict";

  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  // Storage may be refused: then the choice lasts as long as the page.
  let choice = "auto";
  try {
    choice = localStorage.getItem("theme") ?? "auto";
  } catch {}

  const apply = () => {
    root.dataset.bsTheme = choice === "auto" ? (system.matches ? "dark" : "light") : choice;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  };
  root.classList.add("js");
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", apply);

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-theme-choice]");
    if (!button) return;
    choice = button.dataset.themeChoice;
    try {
      localStorage.setItem("theme", choice);
    } catch {}
    apply();
  });
})();
