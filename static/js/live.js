// What is shown follows what happens: the log asks for news, a call that goes on comes anew part by part where it
// stands. Nothing is asked while the page is not looked at, and an answer that says nothing new is empty (304).
(() => {
  "use strict";

  // The log

  let asked = {}; // the address of the last news, and its version
  const isOfLog = (event) => event.detail.elt.id === "updates";

  document.addEventListener("htmx:configRequest", (event) => {
    if (isOfLog(event) && asked.path === event.detail.path && asked.etag) event.detail.headers["If-None-Match"] = asked.etag;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isOfLog(event) && document.hidden) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr, pathInfo } = event.detail;
    if (target.id !== "updates") return;
    if (xhr.status === 304) event.detail.shouldSwap = false;
    else asked = { path: pathInfo.requestPath, etag: xhr.getResponseHeader("ETag") };
  });

  // Calls

  const EVERY_MS = 3000;
  const said = new WeakMap(); // part -> what the server last said of it
  const versions = new WeakMap(); // call -> the version that is shown

  const remember = (root) => {
    for (const part of root.querySelectorAll("[data-part]")) said.set(part, part.innerHTML);
  };

  const isInUse = (part) => {
    const selection = getSelection();
    const isMarked = !selection.isCollapsed && part.contains(selection.anchorNode);
    return isMarked || part.contains(document.activeElement) || [...part.querySelectorAll("audio")].some((audio) => !audio.paused);
  };

  const replace = (part, html) => {
    const open = [...part.querySelectorAll("details")].map((details) => details.open);
    const scrolled = part.querySelector(".turns-box")?.scrollTop;
    part.innerHTML = html;
    said.set(part, html);
    part.querySelectorAll("details").forEach((details, place) => (details.open = open[place] ?? false));
    if (scrolled) part.querySelector(".turns-box").scrollTop = scrolled;
    htmx.process(part);
    part.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: part } }));
  };

  // True when every part could be shown; one that is used waits for the next time.
  const show = (call, fresh) => {
    const changed = [...call.querySelectorAll("[data-part]")]
      .map((part) => [part, fresh.querySelector(`[data-part="${part.dataset.part}"]`).innerHTML])
      .filter(([part, html]) => html !== said.get(part));
    const waiting = changed.filter(([part]) => isInUse(part));
    for (const [part, html] of changed) if (!isInUse(part)) replace(part, html);
    return waiting.length === 0;
  };

  const follow = async (call) => {
    const headers = { "HX-Request": "true" };
    if (versions.has(call)) headers["If-None-Match"] = versions.get(call);
    const response = await fetch(call.dataset.live, { headers });
    if (response.status === 304 || !response.ok) return;
    const answer = document.createElement("template");
    answer.innerHTML = await response.text();
    const fresh = answer.content.querySelector("[data-call]");
    if (!fresh || !show(call, fresh)) return;
    versions.set(call, response.headers.get("ETag"));
    if (!fresh.dataset.live) delete call.dataset.live;
  };

  const followAll = async () => {
    if (!document.hidden) {
      await Promise.all([...document.querySelectorAll("[data-call][data-live]")].map((call) => follow(call).catch(() => {})));
    }
    setTimeout(followAll, EVERY_MS);
  };

  remember(document);
  document.addEventListener("htmx:load", (event) => remember(event.detail.elt));
  setTimeout(followAll, EVERY_MS);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && document.getElementById("updates")) htmx.trigger("#updates", "refresh");
  });
})();
