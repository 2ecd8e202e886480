// What the pages about one run begin with, and how they ask about it.
import { el } from "./dom.js";
import { address } from "./store.js";

const PAGES = { watch: "Watch", explore: "Explore", tape: "Tape", audit: "Audit" };

/** The run's name, and the way to the other pages about it. */
export function runHead(run, page) {
  const links = Object.entries(PAGES).map(([name, text]) =>
    el("a", { href: address(name, { run }), "aria-current": name === page ? "page" : null }, text));
  const report = el("a", { href: `/report?${new URLSearchParams({ run })}` }, "Report");
  return [el("h1", {}, run), el("nav", { "aria-label": "Pages about this run", class: "of-run" }, links, report)];
}

/** What the server answers, as JSON; an error with its words where it refuses. */
export async function get(path, parameters, request = {}) {
  const answer = await fetch(`${path}?${new URLSearchParams(parameters)}`, request).catch(() => {
    throw new Error("The server does not answer any more; start it again.");
  });
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.problem), { status: answer.status });
  return body;
}

/** A choice among the steps after which the run was saved, and up to 50 steps after one of them. */
export function stepChoice(checkpoints, at, chosen) {
  const [last] = checkpoints.slice(-1);
  const now = Number(at ?? last);
  const base = [...checkpoints].reverse().find((steps) => steps <= now) ?? last;
  const saved = el("select", { id: "saved" }, checkpoints.map((steps) => el("option", { value: steps, selected: steps === base }, `${steps} steps`)));
  const more = el("input", { type: "number", min: 0, max: 50, value: now - base, id: "more", required: true });
  const tell = () => more.reportValidity() && chosen(Number(saved.value) + Number(more.value));
  saved.addEventListener("change", tell);
  more.addEventListener("change", tell);
  return [el("label", {}, "saved after", saved), el("label", {}, "and so many steps more (0 to 50)", more)];
}
