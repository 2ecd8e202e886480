// A run while it goes on, or how it went.
import { chart } from "./chart.js";
import { duration, el, number } from "./dom.js";
import { flow } from "./flow.js";
import { probes } from "./probes.js";
import { runHead } from "./run-head.js";
import { change, place } from "./store.js";

const STATES = { running: "running", finished: "finished", ended: "ended early", stalled: "stalled" };

export const key = (settings) => settings.run;

export function show(main, { run }) {
  document.title = run;
  const status = el("div", {});
  const problem = el("p", { class: "problem", role: "alert" });
  const settings = place().settings;
  const box = (name, label, on) => {
    const input = el("input", { type: "checkbox", onchange: () => (change({ [name]: input.checked === on ? "" : input.checked ? "1" : "0" }), draw()) });
    input.checked = settings[name] === undefined ? on : settings[name] === "1";
    return [input, el("label", { class: "check" }, input, label)];
  };
  const [log, logLabel] = box("log", "logarithmic axis", true);
  const [smooth, smoothLabel] = box("smooth", "running mean over the raw values", false);
  const terms = chart("Loss terms and notes of each step");
  const measures = el("div", { class: "charts" });
  const [ofProbes, ofFlow] = [probes(run), flow()];
  const noMeasures = el("p", { class: "about" }, "None yet: the run was not evaluated between its steps.");
  main.append(
    ...runHead(run, "watch"), status, problem,
    el("h2", {}, "Each step"),
    el("p", { class: "about" }, "Where a point stands for several steps, a band goes from the smallest to the largest value. Left and right arrows move along the curves."),
    el("div", { class: "controls" }, logLabel, smoothLabel),
    terms.figure,
    ofProbes.section,
    el("h2", {}, "Measures"), noMeasures, measures,
    ofFlow.section,
  );

  let [names, steps, low, high, notFinite] = [[], [], [], [], 0];
  let epochs = [];
  const small = new Map();

  function draw() {
    const series = names.map((name, i) => ({ name, low: low[i], high: high[i] }));
    if (smooth.checked) {
      names.forEach((name, i) => {
        const mean = smoothed(low[i].map((value, at) => (value === null ? null : (value + high[i][at]) / 2)));
        series.push({ name: `${name}, mean`, low: mean, high: mean });
      });
    }
    terms.set({ steps, series, log: log.checked });
    problem.textContent = notFinite ? `${notFinite} numbers of this run are NaN or infinite.` : "";
  }

  function drawMeasures() {
    noMeasures.hidden = epochs.length > 0;
    const found = [...new Set(epochs.flatMap((line) => Object.keys(line.measures)))];
    for (const name of found) {
      if (!small.has(name)) {
        small.set(name, chart(name, { height: 200 }));
        measures.append(small.get(name).figure);
      }
      const values = epochs.map((line) => (typeof line.measures[name] === "number" ? line.measures[name] : null));
      small.get(name).set({ steps: epochs.map((line) => line.step), series: [{ name, low: values, high: values }], log: false });
    }
  }

  const told = {
    status: (now) => {
      status.replaceChildren(...head(now));
      ofProbes.planned(now.steps_planned);
    },
    cut: () => ([names, steps, low, high] = [[], [], [], []]),
    metrics: (fresh) => {
      names = fresh.names;
      steps = [...steps.slice(0, fresh.from), ...fresh.steps];
      const joined = (old, more) => more.map((values, i) => [...(old[i] ?? []).slice(0, fresh.from), ...values]);
      [low, high] = [joined(low, fresh.low), joined(high, fresh.high)];
      notFinite = fresh.not_finite;
      draw();
      main.dataset.ready = "true";
    },
    epochs: ({ from, lines }) => {
      epochs = [...epochs.slice(0, from), ...lines];
      drawMeasures();
    },
    probes: (fresh) => ofProbes.add(fresh),
    flow: (fresh) => ofFlow.add(fresh),
    problem: (text) => {
      problem.textContent = text;
      stop();
    },
  };

  // One stream a page, and none while nobody looks.
  let source = null;
  function stop() {
    source?.close();
    source = null;
  }
  function start() {
    if (source || document.hidden) return;
    source = new EventSource(`/api/watch?${new URLSearchParams({ run })}`);
    for (const [name, act] of Object.entries(told)) {
      source.addEventListener(name, (event) => act(event.data ? JSON.parse(event.data) : null));
    }
    source.onopen = () => ([names, steps, low, high] = [[], [], [], []]);
    source.onerror = () => {
      problem.textContent = source?.readyState === EventSource.CLOSED
        ? "There is no run of this name in the folder that is served; it may have been moved."
        : "The server does not answer; this page goes on as soon as it does.";
    };
  }
  const seen = () => (document.hidden ? stop() : start());
  document.addEventListener("visibilitychange", seen);
  start();
  return () => {
    document.removeEventListener("visibilitychange", seen);
    stop();
    for (const part of [terms, ofProbes, ofFlow]) part.remove();
    for (const one of small.values()) one.remove();
  };
}

/** The head of the page. */
function head(now) {
  const resumed = now.resumed.length ? `, resumed at step ${now.resumed.join(", ")}` : "";
  const left = now.seconds_a_step && now.steps_planned ? (now.steps_planned - now.steps) * now.seconds_a_step : null;
  const facts = [
    ["state", el("span", { class: `state ${now.state}` }, STATES[now.state] + resumed)],
    ["experiment", now.experiment],
    ["preset", now.preset],
    ["seed", now.seed],
    ["steps", now.steps_planned ? `${now.steps} of ${now.steps_planned}` : now.steps],
    ["time left", left && duration(left)],
    ["samples a second", now.samples_a_second && number(Math.round(now.samples_a_second))],
  ];
  const shown = facts.filter(([, value]) => value !== null && value !== undefined);
  return [
    el("dl", {}, shown.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
    now.problem && el("p", { class: "problem" }, now.problem),
  ].filter(Boolean);
}

/** The mean over a hundredth of the points to each side. */
function smoothed(values) {
  const half = Math.max(2, Math.floor(values.length / 100));
  return values.map((value, i) => {
    if (value === null) return null;
    const near = values.slice(Math.max(0, i - half), i + half + 1).filter((near) => near !== null);
    return near.reduce((sum, near) => sum + near, 0) / near.length;
  });
}
