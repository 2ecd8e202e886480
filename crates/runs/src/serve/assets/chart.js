// Curves over steps, each known by its dashes as well as by its colour.
import { el, number, svg } from "./dom.js";

const LIGHT = ["#1b1e23", "#0072b2", "#d55e00", "#00734f", "#a0527f", "#8a6100", "#3a7ca5"];
const DARK = ["#e8eaed", "#4a9fd8", "#f08a3c", "#4cc79f", "#e39ac4", "#e6b445", "#8cc8ee"];
const DASHES = [[], [9, 4], [2, 3], [10, 3, 2, 3], [5, 5], [14, 4], [1, 5]];
const dark = matchMedia("(prefers-color-scheme: dark)");

const color = (i) => (dark.matches ? DARK : LIGHT)[i % LIGHT.length];
const dash = (i) => DASHES[(i + Math.floor(i / DASHES.length)) % DASHES.length];

/**
 * A chart: `set({ steps, series: [{ name, low, high }], log })` draws it anew, `remove()` ends it. Curves
 * are shown by a range from low to high where a point stands for several steps.
 */
export function chart(title, { height = 320 } = {}) {
  const plot = el("div", { class: "plot", tabindex: "0", role: "img", onkeydown: move });
  const legend = el("ul", { class: "legend" });
  const value = el("output", {});
  const note = el("p", { class: "about" });
  const figure = el("figure", {}, el("figcaption", {}, title, " ", value), plot, legend, note);
  const off = new Set();
  let [drawing, data, at] = [null, null, null];

  function set(next) {
    data = next;
    if (at !== null && at >= data.steps.length) at = null;
    draw();
  }

  function draw() {
    drawing?.destroy();
    drawing = null;
    if (!data?.steps.length) return;
    const shown = data.series.map((series, i) => ({ ...series, i })).filter((series) => !off.has(series.name));
    let left = 0;
    const fits = (value) => {
      if (value === null || !data.log || value > 0) return value;
      left += 1;
      return null;
    };
    const [columns, series, bands] = [[data.steps], [{}], []];
    for (const { low, high, i } of shown) {
      const look = { stroke: color(i), dash: dash(i), width: 1.5, points: { show: data.steps.length === 1 } };
      columns.push(high.map(fits));
      series.push(look);
      if (low.some((value, at) => value !== high[at])) {
        columns.push(low.map(fits));
        series.push({ ...look, width: 0.5 });
        bands.push({ series: [columns.length - 2, columns.length - 1], fill: `${color(i)}33` });
      }
    }
    const style = getComputedStyle(document.body);
    const ink = style.getPropertyValue("--muted");
    const axis = { stroke: ink, grid: { stroke: style.getPropertyValue("--line"), width: 1 }, ticks: { stroke: ink, width: 1 } };
    const options = {
      width: Math.max(plot.clientWidth, 200),
      height,
      scales: { x: { time: false }, y: data.log ? { distr: 3 } : {} },
      axes: [axis, { ...axis, size: 62, values: (_, all) => all.map((value) => (value === null ? "" : number(value))) }],
      series,
      bands,
      legend: { show: false },
      cursor: { drag: { x: true, y: false } },
      hooks: { setCursor: [(u) => told((at = u.cursor.idx))] },
    };
    drawing = new uPlot(options, columns, plot);
    draws();
    note.textContent = left ? `${left} values are 0 or less, which this axis can't show.` : "";
  }

  function draws() {
    const rows = data.series.map((series, i) => {
      const box = el("input", { type: "checkbox", onchange: () => (box.checked ? off.delete(series.name) : off.add(series.name), draw()) });
      box.checked = !off.has(series.name);
      const sample = svg("svg", { viewBox: "0 0 36 14", "aria-hidden": "true" },
        svg("line", { x1: 0, x2: 36, y1: 7, y2: 7, stroke: color(i), "stroke-width": 2.5, "stroke-dasharray": dash(i).join(" ") }));
      return el("li", {}, el("label", {}, box, sample, series.name), el("output", { "data-of": i }));
    });
    // One curve needs no legend: its value stands behind its name.
    legend.hidden = data.series.length === 1;
    // A legend that is made anew would lose the keyboard's place.
    if (legend.children.length !== rows.length || legend.dataset.dark !== String(dark.matches)) {
      legend.replaceChildren(...rows);
      legend.dataset.dark = dark.matches;
    }
    told(at);
  }

  /** The values at a point, or the last ones. */
  function told(point) {
    const i = point ?? data.steps.length - 1;
    for (const output of legend.querySelectorAll("output")) {
      const { low, high } = data.series[output.dataset.of] ?? { low: [], high: [] };
      const range = low[i] === high[i] ? number(high[i]) : `${number(low[i])} to ${number(high[i])}`;
      output.textContent = range;
      value.textContent = data.series.length === 1 ? range : "";
    }
    plot.setAttribute("aria-label", `${title}, step ${data.steps[i]}`);
  }

  function move(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined || !drawing) return;
    event.preventDefault();
    const last = data.steps.length - 1;
    const i = Math.min(Math.max((at ?? last) + by, 0), last);
    drawing.setCursor({ left: drawing.valToPos(data.steps[i], "x"), top: height / 3 });
  }

  const again = () => draw();
  const sized = new ResizeObserver(() => drawing?.setSize({ width: Math.max(plot.clientWidth, 200), height }));
  sized.observe(plot);
  dark.addEventListener("change", again);
  return {
    figure,
    set,
    remove() {
      sized.disconnect();
      dark.removeEventListener("change", again);
      drawing?.destroy();
    },
  };
}
