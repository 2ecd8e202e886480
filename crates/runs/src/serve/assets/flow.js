// The flow map of a run over its steps: a chart for each part of the network, a curve for each group.
import { chart } from "./chart.js";
import { el } from "./dom.js";
import { keep, place } from "./store.js";

/** What of a part is shown, by the name in a line. */
const SHOWN = {
  shares: "Share in the movement since the start: 1 is all of it, below 0 is against it. Where “rest” is not near 0, don't read the shares.",
  norms: "Norm of each group's gradient.",
  cosines: "Cosine between the gradients of two groups: 1 is the same direction, -1 opposite ones; of more than two groups, the mean over all pairs.",
};
const NAMES = { shares: "who moved what since the start", norms: "how large the gradients were", cosines: "whether the groups agreed" };

/** A part of the page: `add({ from, lines })` takes what is new, `remove()` ends it. */
export function flow() {
  const option = (name) => el("option", { value: name }, NAMES[name]);
  const select = el("select", { onchange: () => (keep({ flow: select.value === "shares" ? "" : select.value }), again()) }, Object.keys(SHOWN).map(option));
  select.value = place().settings.flow in SHOWN ? place().settings.flow : "shares";
  const about = el("p", { class: "about" });
  const parts = el("div", { class: "charts" });
  const section = el("section", { "aria-label": "Flow map", hidden: true },
    el("h2", {}, "Flow map"), el("div", { class: "controls" }, el("label", {}, "Shown", select)), about, parts);
  let lines = [];
  const charts = new Map();

  function again() {
    remove();
    charts.clear();
    parts.replaceChildren();
    draw();
  }

  function draw() {
    section.hidden = lines.length === 0;
    const kind = select.value;
    about.textContent = SHOWN[kind];
    const steps = lines.map((line) => line.step);
    for (const region of new Set(lines.flatMap((line) => Object.keys(line.regions)))) {
      const numbers = lines.map((line) => ofRegion(line.regions[region], kind));
      const names = [...new Set(numbers.flatMap(Object.keys))];
      if (names.length === 0) continue;
      if (!charts.has(region)) {
        charts.set(region, chart(region, { height: 200 }));
        parts.append(charts.get(region).figure);
      }
      const series = names.map((name) => {
        const values = numbers.map((of) => (typeof of[name] === "number" ? of[name] : null));
        return { name, low: values, high: values };
      });
      charts.get(region).set({ steps, series, log: kind === "norms" });
    }
  }

  function remove() {
    for (const one of charts.values()) one.remove();
  }

  return {
    section,
    add({ from, lines: fresh }) {
      lines = [...lines.slice(0, from), ...fresh];
      draw();
    },
    remove,
  };
}

/** The numbers of a part by name; many cosines become one. */
function ofRegion(region, kind) {
  const found = region?.[kind] ?? {};
  const values = Object.values(found);
  if (kind !== "cosines" || values.length < 2) return found;
  return { "all pairs": values.reduce((sum, value) => sum + value, 0) / values.length };
}
