// The probes of a run: the pictures of one of them, chosen by its step, and the measures of all.
import { chart } from "./chart.js";
import { el } from "./dom.js";
import { keep, place } from "./store.js";

/** How many probes' pictures are remembered. */
const MOST = 32;

/**
 * A part of the page: `add({ again, from, lines })` takes what is new, `planned(steps)` how many steps the run
 * is to have, `remove()` ends it.
 */
export function probes(run) {
  const about = el("p", { class: "about" });
  const slider = el("input", { type: "range", min: 0, max: 0, step: 1, "aria-label": "Probe", oninput: moved, onchange: () => keep({ probe: chosen }) });
  const step = el("span", { class: "step" });
  const newest = el("button", { type: "button", onclick: follow }, "Follow the newest");
  const controls = el("div", { class: "controls scrubber" }, slider, step, newest);
  const pictures = el("div", { class: "pictures" });
  const measures = el("div", { class: "charts" });
  const section = el("section", { "aria-label": "Probes" }, el("h2", {}, "Probes"), about, controls, pictures, measures);

  let [lines, total] = [[], null];
  /** The step that the user has chosen; none while the newest is followed. */
  let chosen = place().settings.probe === undefined ? null : Number(place().settings.probe);
  /** The step whose pictures are there, and the request for others. */
  let [shown, request] = [null, null];
  const known = new Map();
  const small = new Map();

  function moved() {
    const isLast = Number(slider.value) >= lines.length - 1;
    chosen = isLast ? null : lines[slider.value].step;
    draw();
  }

  function follow() {
    chosen = null;
    keep({ probe: chosen });
    draw();
  }

  /** The place of the chosen probe: of its step, or the last one before that. */
  function chosenPlace() {
    const last = lines.length - 1;
    return chosen === null ? last : Math.max(0, lines.findLastIndex((line) => line.step <= chosen));
  }

  function draw() {
    const any = lines.length > 0;
    about.textContent = any
      ? "A few test samples that are always the same, judged and drawn while the run goes on. Arrow keys move from probe to probe."
      : "None: train.probe_every is not set, or the run has not begun.";
    for (const part of [controls, pictures, measures]) part.hidden = !any;
    if (!any) return;
    const at = chosenPlace();
    const line = lines[at];
    const of = total ?? lines.at(-1).step;
    slider.max = lines.length - 1;
    slider.value = at;
    step.textContent = `step ${line.step} of ${of}`;
    slider.setAttribute("aria-valuetext", step.textContent);
    newest.hidden = chosen === null;
    show(line.step);
  }

  async function show(wanted) {
    if (wanted === shown) return;
    shown = wanted;
    request?.abort();
    request = new AbortController();
    try {
      const found = known.get(wanted) ?? (await load(wanted, request.signal));
      if (wanted !== shown) return;
      pictures.replaceChildren(...found.map(picture));
    } catch (error) {
      if (error.name === "AbortError") return;
      shown = null;
      pictures.replaceChildren(el("p", { class: "problem", role: "status" }, error.message));
    }
  }

  async function load(wanted, signal) {
    const answer = await fetch(`/api/probe?${new URLSearchParams({ run, step: wanted })}`, { signal });
    const told = await answer.json();
    if (!answer.ok) throw new Error(`The pictures of step ${wanted}: ${told.problem}.`);
    known.set(wanted, told.figures);
    if (known.size > MOST) known.delete(known.keys().next().value);
    return told.figures;
  }

  function drawMeasures() {
    const names = [...new Set(lines.flatMap((line) => Object.keys(line.measures)))];
    const steps = lines.map((line) => line.step);
    const of = (numbers, name) => (typeof numbers?.[name] === "number" ? numbers[name] : null);
    const series = (label, values) => ({ name: label, low: values, high: values });
    for (const name of names) {
      if (!small.has(name)) {
        small.set(name, chart(name, { height: 200 }));
        measures.append(small.get(name).figure);
      }
      const floors = lines.map((line) => of(line.floors, name));
      const both = [series(name, lines.map((line) => of(line.measures, name)))];
      // The second series of a chart is dashed.
      if (floors.some((floor) => floor !== null)) both.push(series("floor: knowing nothing", floors));
      small.get(name).set({ steps, series: both, log: false });
    }
  }

  draw();
  return {
    section,
    add({ again, from, lines: fresh }) {
      if (again) {
        // Steps that are made again may come to something else.
        known.clear();
        shown = null;
      }
      lines = [...lines.slice(0, from), ...fresh];
      draw();
      drawMeasures();
    },
    planned(steps) {
      total = steps;
      if (lines.length) draw();
    },
    remove() {
      request?.abort();
      for (const one of small.values()) one.remove();
    },
  };
}

function picture({ caption, png }) {
  return el("figure", {}, el("img", { src: `data:image/png;base64,${png}`, alt: caption }), el("figcaption", { class: "about" }, caption));
}
