// The filters and the list: days and period go together, empty filters stay out of the address, and what a person had
// open, was at or was typing is there again when the list comes anew.
(() => {
  "use strict";

  const log = () => document.getElementById("log");
  const openChecks = () => document.querySelectorAll("details.checks[open]");

  // Period and days

  const isDay = (element) => element?.type === "date";

  // Each digit of a year is a change of its own. What is typed counts when the two days are left, or with Enter.
  let typedDay = null;
  document.addEventListener("keydown", (event) => {
    if (!isDay(event.target)) return;
    if (event.key === "Enter") typedDay = null;
    else if (event.key !== "Tab") typedDay = event.target;
  });
  document.addEventListener("focusout", (event) => {
    if (!typedDay || !isDay(event.target) || isDay(event.relatedTarget)) return;
    typedDay = null;
    const { from, to } = event.target.form.elements;
    const isChanged = from.value !== from.defaultValue || to.value !== to.defaultValue;
    if (isChanged) event.target.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // A custom range is asked for when it has a day, not before.
  const isEmptyRange = (form) => {
    const { period, from, to } = form.elements;
    return period.value === "custom" && !from.value && !to.value;
  };

  let isOutdated = false; // the list that is on its way lacks a choice made since
  document.addEventListener("change", (event) => {
    const { target } = event;
    if (target.form?.id !== "filters") return;
    const { period, from, to } = target.form.elements;
    if (isDay(target)) period.value = from.value || to.value ? "custom" : "";
    if (target === period && period.value !== "custom") from.value = to.value = "";
    const isBegun = target === period && isEmptyRange(target.form);
    isOutdated = !isBegun && target !== typedDay;
    if (!isOutdated) event.stopPropagation();
    if (!isBegun) return;
    target.form.classList.add("has-days");
    from.focus();
  }, true);

  // Escape in a search field, or its cross.
  document.addEventListener("search", (event) => {
    if (!event.target.value && event.target.defaultValue) event.target.form.requestSubmit();
  });

  // Requests

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.id !== "filters") return;
    isOutdated = false;
    const { parameters } = event.detail;
    for (const name of new Set(Object.keys(parameters))) {
      const values = [].concat(parameters[name]).filter(Boolean);
      if (values.length) parameters[name] = values;
      else delete parameters[name];
    }
    if (isEmptyRange(event.detail.elt)) delete parameters.period;
  });

  // What htmx cannot put into the page, the browser shows as a page: an error, a server that is away.
  for (const name of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(name, (event) => {
      if (event.detail.target.id === "log") location.assign(event.detail.pathInfo.finalRequestPath);
    });
  }

  // The list comes anew

  let before = null;

  const selectorOf = (element) => {
    if (element.id) return `#${CSS.escape(element.id)}`;
    if (element.name) return `[name="${element.name}"][value="${CSS.escape(element.value)}"]`;
    const details = element.closest("details[data-name]");
    return details && `details[data-name="${details.dataset.name}"] > summary`;
  };

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = event.detail;
    if (target.id !== "log") return;
    if (isOutdated && requestConfig.elt.id === "filters") {
      event.detail.shouldSwap = false;
      return;
    }
    const focused = log().contains(document.activeElement) ? document.activeElement : null;
    before = {
      open: [...log().querySelectorAll("details[data-name][open]")].map((details) => details.dataset.name),
      scrolled: document.querySelector("details.checks[open] .checks-options")?.scrollTop,
      hadFocus: Boolean(focused),
      focused: focused && selectorOf(focused),
      typed: focused?.matches("input.form-control") && !isDay(focused) ? focused.value : null,
    };
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "log") return;
    for (const name of before.open) {
      const details = log().querySelector(`details[data-name="${name}"]`);
      if (details) details.open = true;
    }
    for (const details of openChecks()) details.querySelector(".checks-options").scrollTop = before.scrolled;
    const showing = document.getElementById("showing");
    document.getElementById("announced").textContent = showing.textContent;
    if (!before.hadFocus) return;
    const focused = (before.focused && log().querySelector(before.focused)) || showing;
    if (before.typed !== null) focused.value = before.typed;
    focused.focus({ preventScroll: true });
  });

  // A list of choices closes when one goes elsewhere, and with Escape.

  const closeOthers = (event) => {
    for (const details of openChecks()) {
      if (!details.contains(event.target)) details.open = false;
    }
  };
  document.addEventListener("click", closeOthers);
  document.addEventListener("focusin", closeOthers);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const details of openChecks()) {
      if (details.contains(document.activeElement)) details.querySelector("summary").focus();
      details.open = false;
    }
  });
})();
