// The call log: calls open in place, dates choose the custom range, empty filters stay out of the address.
(() => {
  "use strict";

  const detailOf = (row) => (row.nextElementSibling?.classList.contains("detail") ? row.nextElementSibling : null);

  const setExpanded = (row, isExpanded) => {
    row.classList.toggle("is-open", isExpanded);
    row.querySelector(".expand").setAttribute("aria-expanded", String(isExpanded));
  };

  const open = (row) => {
    const detail = document.createElement("tr");
    detail.className = "detail";
    detail.id = `detail-${row.id}`;
    const cell = detail.insertCell();
    cell.colSpan = row.cells.length;
    cell.setAttribute("aria-busy", "true");
    cell.textContent = "Loading…";
    row.after(detail);
    setExpanded(row, true);
    htmx.ajax("GET", row.dataset.url, { target: cell, swap: "innerHTML", select: "unset" }).then(() => cell.removeAttribute("aria-busy"));
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
    const link = event.target.closest("a, button, input, label");
    if (link && !link.classList.contains("expand")) return;
    if (!link && String(getSelection())) return; // the person marks text
    event.preventDefault();
    event.stopPropagation();
    toggle(row);
  }, true);

  document.addEventListener("keydown", (event) => {
    if (event.key === " " && event.target.matches?.("tr.call .expand")) {
      event.preventDefault();
      toggle(event.target.closest("tr"));
    }
  });

  // With JavaScript the link that opens a call in place is a button that unfolds.
  const enhance = (root) => {
    for (const link of root.querySelectorAll("a.expand:not([role])")) {
      link.setAttribute("role", "button");
      link.setAttribute("aria-expanded", "false");
    }
  };
  document.addEventListener("DOMContentLoaded", () => enhance(document));
  document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));

  // Choosing a day means a custom range; choosing a period puts the days away.
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.id !== "filters") return;
    const { period, from, to } = form.elements;
    if (event.target === from || event.target === to) period.value = from.value || to.value ? "custom" : "";
    if (event.target === period && period.value !== "custom") from.value = to.value = "";
  }, true);

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.id !== "filters") return;
    const { parameters } = event.detail;
    for (const name of new Set(Object.keys(parameters))) {
      const values = [].concat(parameters[name]).filter(Boolean);
      if (values.length) parameters[name] = values;
      else delete parameters[name];
    }
  });

  // A folded list of choices closes when one goes elsewhere, and stays open while its own choice reloads the list.
  document.addEventListener("click", (event) => {
    for (const details of document.querySelectorAll("details.checks[open]")) {
      if (!details.contains(event.target)) details.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const details = event.key === "Escape" && event.target.closest?.("details.checks[open]");
    if (!details) return;
    details.open = false;
    details.querySelector("summary").focus();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "log") return;
    opened = [...document.querySelectorAll("#log details[open]")].map((details) => details.dataset.name);
    focused = document.activeElement?.id ? "" : focusKey(document.activeElement);
  });
  let opened = [];
  let focused = "";
  const focusKey = (element) => (element?.name ? `[name="${element.name}"][value="${CSS.escape(element.value)}"]` : "");
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "log") return;
    for (const name of opened) {
      const details = document.querySelector(`#log details[data-name="${name}"]`);
      if (details) details.open = true;
    }
    if (focused) document.querySelector(`#log ${focused}`)?.focus({ preventScroll: true });
  });
})();
