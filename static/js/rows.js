// A call opens in place, below its row. The rows of live calls change where they stand.
(() => {
  "use strict";

  const textOf = (node) => node.textContent.replace(/\s+/g, " ").trim();
  const urlOf = (row) => row.querySelector(".expand").getAttribute("href");
  const detailOf = (row) => (row.nextElementSibling?.classList.contains("detail") ? row.nextElementSibling : null);

  const setExpanded = (row, isExpanded) => {
    row.classList.toggle("is-open", isExpanded);
    row.querySelector(".expand").setAttribute("aria-expanded", String(isExpanded));
  };

  // The cell asks by itself: htmx lets one element wait for one answer at a time.
  const load = async (row, cell) => {
    cell.setAttribute("aria-busy", "true");
    await htmx.ajax("GET", urlOf(row), { source: cell, target: cell, swap: "innerHTML", select: "unset" }).catch(() => {});
    cell.removeAttribute("aria-busy");
    if (!cell.querySelector(".call-detail")) cell.textContent = "The call could not be read. Close it and open it again.";
  };

  const open = (row) => {
    const detail = document.createElement("tr");
    detail.className = "detail";
    const cell = detail.insertCell();
    cell.colSpan = row.cells.length;
    cell.textContent = "Loading…";
    row.after(detail);
    setExpanded(row, true);
    load(row, cell);
  };

  const toggle = (row) => {
    const detail = detailOf(row);
    if (!detail) return open(row);
    detail.remove();
    setExpanded(row, false);
  };

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const row = event.target.closest("tr.call");
    if (!row) return;
    const link = event.target.closest("a");
    if (link && !link.classList.contains("expand")) return;
    if (!link && String(getSelection())) return; // the person marks text
    event.preventDefault();
    toggle(row);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || !event.target.matches("tr.call .expand")) return;
    event.preventDefault();
    toggle(event.target.closest("tr"));
  });

  // With JavaScript the link that leads to a call is a button that unfolds it.
  const enhance = (root) => {
    for (const link of root.querySelectorAll("a.expand:not([role])")) {
      link.setAttribute("role", "button");
      link.setAttribute("aria-expanded", "false");
    }
  };
  document.addEventListener("DOMContentLoaded", () => enhance(document));
  document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));

  // Calls that are live. What says the same is left alone: it may be marked, focused, or read out a second time.

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, serverResponse } = event.detail;
    if (target.id !== "updates") return;
    const answer = document.createElement("template");
    answer.innerHTML = serverResponse;
    if (textOf(answer.content) === textOf(target)) event.detail.swapOverride = "none";
  });

  const carryOver = (row, focused) => {
    enhance(row);
    row.querySelectorAll("a")[focused]?.focus({ preventScroll: true });
    const detail = detailOf(row);
    if (!detail) return;
    setExpanded(row, true);
    // One that is followed comes anew by itself, part by part: see live.js.
    if (!detail.querySelector("[data-live]")) load(row, detail.cells[0]);
  };

  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    if (textOf(target) === textOf(fragment)) {
      event.detail.shouldSwap = false;
      return;
    }
    const focused = [...target.querySelectorAll("a")].indexOf(document.activeElement);
    queueMicrotask(() => carryOver(document.getElementById(target.id), focused)); // the swap follows at once
  });
})();
