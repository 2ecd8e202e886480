// The list of runs: what there is, how it ended, and runs side by side.
import { el, number } from "./dom.js";
import { address, change, listen, place } from "./store.js";

const STATES = {
  running: "running",
  finished: "finished",
  ended: "ended early",
  stalled: "stalled: no process works on it, and it did not end",
};

/** Changes of its settings are no other page. */
export const key = () => "";

export function show(main) {
  const filter = el("input", { type: "search", oninput: () => change({ filter: filter.value }) });
  const about = el("p", { class: "about", role: "status" });
  const table = el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Runs" });
  const beside = el("section", { "aria-label": "Side by side" });
  main.append(
    el("h1", {}, "Runs"),
    about,
    el("div", { class: "controls" }, el("label", {}, "Only runs with these words, or settings such as model.encoding=32", filter)),
    table,
    beside,
  );
  let list = null;
  const draw = () => list && drawn(list, place().settings, { filter, about, table, beside });
  const load = async () => {
    try {
      const answer = await fetch("/api/runs");
      list = await answer.json();
      document.title = `Runs in ${list.folder}`;
      draw();
    } catch {
      about.replaceChildren("The server does not answer any more; start it again, then load this page again.");
      about.classList.add("problem");
    }
  };
  load();
  const timer = setInterval(() => document.hidden || load(), 3000);
  const off = listen(draw);
  return () => {
    clearInterval(timer);
    off();
  };
}

/** What the table can be sorted by: the value of a run, and whether it is text. */
function columns(runs) {
  const measures = new Set(runs.flatMap((run) => Object.keys(run.measures)));
  return [
    { name: "run", text: true, of: (run) => run.name },
    { name: "experiment", text: true, of: (run) => run.experiment ?? "" },
    { name: "preset", text: true, of: (run) => run.preset ?? "" },
    { name: "seed", of: (run) => run.seed },
    { name: "state", text: true, of: (run) => run.state },
    { name: "steps", of: (run) => run.steps },
    ...[...measures].map((name) => ({ name, of: (run) => run.measures[name] })),
  ];
}

function drawn(list, settings, { filter, about, table, beside }) {
  const { sort = "run", down = "", filter: only = "", runs: chosen = "" } = settings;
  if (filter.value !== only) filter.value = only;
  const all = columns(list.runs);
  const by = all.find((column) => column.name === sort) ?? all[0];
  const shown = list.runs.filter((run) => fits(run, only)).sort((a, b) => compared(by, a, b, down));
  about.replaceChildren(
    list.runs.length === 0
      ? `There are no runs in ${list.folder} yet; ${list.program} train makes one.`
      : `${shown.length} of ${list.runs.length} runs in ${list.folder}.`,
  );
  const picked = new Set(chosen.split("|").filter(Boolean));
  const head = all.map((column) => {
    const now = column === by ? (down ? "descending" : "ascending") : "none";
    const press = () => change({ sort: column.name, down: column === by && !down ? "1" : "" });
    const button = el("button", { onclick: press, "data-sort": column.name }, column.name);
    return el("th", { scope: "col", "aria-sort": now, class: column.text && "text" }, button);
  });
  const pick = (run) => {
    const flip = (event) => {
      event.target.checked ? picked.add(run.name) : picked.delete(run.name);
      change({ runs: [...picked].join("|") });
    };
    const box = el("input", { type: "checkbox", "aria-label": `${run.name} side by side`, onchange: flip, "data-pick": run.name });
    box.checked = picked.has(run.name);
    return el("td", {}, box);
  };
  const rows = shown.map((run) =>
    el("tr", {}, pick(run), all.map((column) => cell(column, run))),
  );
  const focused = document.activeElement?.dataset;
  const again = focused?.sort ? `[data-sort="${CSS.escape(focused.sort)}"]` : focused?.pick && `[data-pick="${CSS.escape(focused.pick)}"]`;
  table.replaceChildren(
    el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col", class: "text" }, "beside"), head)), el("tbody", {}, rows)),
  );
  if (again) table.querySelector(again)?.focus();
  const laid = list.runs.filter((run) => picked.has(run.name));
  beside.replaceChildren(...(laid.length > 1 ? sideBySide(laid) : []));
}

function cell(column, run) {
  if (column.name === "run") {
    const link = el("a", { href: address("watch", { run: run.name }) }, run.name);
    return el("th", { scope: "row" }, link, run.problem && el("div", { class: "problem" }, run.problem));
  }
  if (column.name === "state") {
    const resumed = run.resumed.length ? `, resumed at ${run.resumed.join(", ")}` : "";
    return el("td", { class: "text" }, el("span", { class: `state ${run.state}` }, STATES[run.state] + resumed));
  }
  if (column.name === "steps") {
    const planned = run.steps_planned && run.steps_planned !== run.steps ? ` of ${run.steps_planned}` : "";
    return el("td", {}, `${run.steps}${planned}`);
  }
  const value = column.of(run);
  return el("td", { class: column.text && "text" }, column.text ? value : number(value));
}

/** Whether a run has all that is asked for: words of what is said of it, and settings as `model.encoding=32`. */
function fits(run, wanted) {
  const text = `${run.name} ${run.experiment} ${run.preset} ${STATES[run.state]}`.toLowerCase();
  return wanted.toLowerCase().split(/\s+/).filter(Boolean).every((word) => {
    if (text.includes(word)) return true;
    const [key, value] = word.split("=");
    return value !== undefined && Object.entries(run.settings).some(([name, set]) =>
      (name.toLowerCase() === key || name.toLowerCase().endsWith(`.${key}`)) && set.toLowerCase().replaceAll('"', "").replaceAll(" ", "") === value);
  });
}

/** Numbers by size, what is none at the end whatever the direction. */
function compared(by, a, b, down) {
  const [x, y] = [by.of(a), by.of(b)];
  const order = by.text ? String(x).localeCompare(String(y), "en", { numeric: true }) : none(x) - none(y) || x - y;
  const last = !by.text && none(x) !== none(y);
  return (down && !last ? -order : order) || a.name.localeCompare(b.name, "en", { numeric: true });
}

const none = (value) => Number(typeof value !== "number");

/** The measures of runs in columns, with the difference from the first. */
function sideBySide(runs) {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.measures)))];
  const [first] = runs;
  const row = (name) => {
    const cells = runs.map((run) => {
      const [value, base] = [run.measures[name], first.measures[name]];
      const both = run !== first && typeof value === "number" && typeof base === "number";
      const difference = both ? ` (${value >= base ? "+" : "−"}${number(Math.abs(value - base))})` : "";
      return el("td", {}, number(value) + difference);
    });
    return el("tr", {}, el("th", { scope: "row" }, name), cells);
  };
  const head = ["measure", ...runs.map((run) => run.name)].map((name) => el("th", { scope: "col", class: "text" }, name));
  return [
    el("h2", {}, "Side by side"),
    el("p", { class: "about" }, `In brackets, how far from ${first.name}.`),
    el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Measures side by side" },
      el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, names.map(row)))),
  ];
}
