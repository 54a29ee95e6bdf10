// Charts: Plotly draws the figures that stand on the page as data, when they come into view, in the colours of the theme.
// A click on a bar or point follows the link that the data table below has in its place.
(() => {
  "use strict";

  const { plotly } = document.currentScript.dataset;
  const CONFIG = { displayModeBar: false, responsive: true, doubleClick: false, showTips: false };
  const drawn = new Set();

  // The bundle comes once, with the first chart that is seen.
  let bundle;
  const load = () =>
    (bundle ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = plotly;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    }));

  // Colours are those of the style sheet; Plotly reads rgb only.
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour, opacity = 1) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return `rgba(${red},${green},${blue},${(alpha / 255) * opacity})`;
  };

  const palette = (plot) => {
    const probe = document.createElement("i");
    plot.append(probe);
    const colour = (name, opacity) => {
      probe.className = `chart-colour ${name}`;
      return rgb(getComputedStyle(probe).color, opacity);
    };
    colour.remove = () => probe.remove();
    return colour;
  };

  const axis = (colour) => ({
    gridcolor: colour("colour-grid"),
    linecolor: colour("colour-line"),
    zeroline: false,
    tickfont: { color: colour("colour-text") },
    fixedrange: true,
    automargin: true,
  });

  const template = (colour) => ({
    layout: {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: "inherit", size: 12, color: colour("colour-text") },
      margin: { l: 8, r: 8, t: 8, b: 8 },
      bargap: 0.28,
      hoverlabel: {
        align: "left",
        bgcolor: colour("colour-ground"),
        bordercolor: colour("colour-line"),
        font: { family: "inherit", size: 12.5, color: colour("colour-strong") },
      },
      showlegend: false,
      xaxis: { ...axis(colour), showgrid: false, ticklen: 5, tickcolor: "rgba(0,0,0,0)", tickangle: 0, showline: true, title: { font: { size: 11 }, standoff: 6 } },
      yaxis: { ...axis(colour), rangemode: "tozero", nticks: 6, title: { font: { size: 12 }, standoff: 10 } },
    },
  });

  // A trace names its colour in `meta`.
  const coloured = (trace, colour) => {
    const name = trace.meta.colour;
    if (trace.type === "bar") {
      const marker = { ...trace.marker, color: colour(name), line: { width: 0 } };
      if (marker.pattern) marker.pattern = { ...marker.pattern, fgcolor: colour(name), bgcolor: colour(name, 0.3), size: 6, solidity: 0.4 };
      return { ...trace, marker };
    }
    if (trace.fill) return { ...trace, fillcolor: colour(name, 0.16), line: { ...trace.line, width: 0 } };
    const marker = { size: 5, ...trace.marker, color: colour(name) };
    return { ...trace, marker, line: { width: 2, ...trace.line, color: colour(name) } };
  };

  // A narrow plot has room for half as many days.
  const spaced = ({ xaxis, ...layout }, width) => {
    if (!xaxis.dtick || width > 520) return { xaxis, ...layout };
    const dtick = typeof xaxis.dtick === "number" ? xaxis.dtick * 2 : `M${xaxis.dtick.slice(1) * 2}`;
    return { xaxis: { ...xaxis, dtick }, ...layout };
  };

  const render = (plot) => {
    const { data, layout } = JSON.parse(plot.dataset.figure);
    const colour = palette(plot);
    const traces = data.map((trace) => ({ ...coloured(trace, colour), hovertext: layout.meta.labels }));
    const full = { ...spaced(layout, plot.clientWidth), template: template(colour) };
    colour.remove();
    return Plotly.react(plot, traces, full, CONFIG);
  };

  // A point is a row of the table, and a trace says which column: from the end, if it is negative.
  const linkOf = (table, { pointNumber, data }) => {
    const row = table?.tBodies[0].rows[pointNumber];
    return row && [...row.cells].at(data.meta.column)?.querySelector("a");
  };

  // A long table is not on the page until it is opened.
  const pages = new Map();
  const fetched = async (id) => {
    const source = document.querySelector(`[data-figures="${id}"]`)?.getAttribute("hx-get");
    if (!source) return null;
    if (!pages.has(source)) {
      const response = await fetch(source, { headers: { "HX-Request": "true" } });
      pages.set(source, new DOMParser().parseFromString(await response.text(), "text/html"));
    }
    return pages.get(source).getElementById(id);
  };

  const draw = async (plot) => {
    await load();
    if (!plot.isConnected) return;
    drawn.add(plot);
    await render(plot);
    plot.on("plotly_click", async ({ points, event }) => {
      const id = plot.dataset.table;
      const link = linkOf(document.getElementById(id) ?? (await fetched(id)), points[0]);
      if (!link) return;
      if (event.ctrlKey || event.metaKey) open(link.href);
      else if (link.ownerDocument === document) link.click();
      else location.assign(link.href);
    });
  };

  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        draw(target).catch(() => target.classList.add("is-broken"));
      }
    },
    { rootMargin: "200px" },
  );
  const watch = (root) => {
    for (const plot of root.querySelectorAll("[data-figure]")) observer.observe(plot);
  };

  document.addEventListener("DOMContentLoaded", () => watch(document));
  document.addEventListener("htmx:load", (event) => watch(event.detail.elt));
  document.addEventListener("htmx:beforeCleanupElement", (event) => {
    if (drawn.delete(event.detail.elt)) Plotly.purge(event.detail.elt);
  });
  new MutationObserver(() => drawn.forEach(render)).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
