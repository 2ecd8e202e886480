// Which step's graph is to be stepped through.
import { el } from "./dom.js";
import { get, runHead, stepChoice } from "./run-head.js";
import { change } from "./store.js";

export const key = ({ run }) => run;

export function show(main, { run, at, batch = "8", variants = "" }) {
  document.title = `Tape of ${run}`;
  const status = el("p", { class: "about", role: "status" });
  const controls = el("div", { class: "controls" });
  const open = el("a", { class: "button" }, "Step through it");
  const chosen = { run, at, batch, variants };
  const set = (changes) => {
    Object.assign(chosen, changes);
    change(changes);
    open.href = `/tape?${new URLSearchParams(chosen)}`;
  };
  main.append(
    ...runHead(run, "tape"),
    el("p", {}, "The backward pass of a step, node by node: every value and gradient, and where a mask stops one. Steps between checkpoints are made again, exactly."),
    controls, el("p", {}, open), status,
  );
  const fill = async () => {
    const { checkpoints } = await get("/api/run", { run });
    if (!checkpoints.length) throw new Error("This run was not saved yet, so there is no step to look at.");
    const samples = el("input", { type: "number", min: 1, max: 4096, value: batch, onchange: () => samples.reportValidity() && set({ batch: samples.value }) });
    const settings = el("input", { type: "text", value: variants, placeholder: "loss.l1=0; routing.enabled=false", onchange: () => set({ variants: settings.value }) });
    controls.append(
      ...stepChoice(checkpoints, at, (steps) => set({ at: steps })),
      el("label", {}, "samples of the batch", samples),
      el("label", {}, "variants: other settings, with ; between", settings),
    );
    set({ at: at ?? checkpoints.at(-1) });
    main.dataset.ready = "true";
  };
  fill().catch((problem) => {
    open.remove();
    status.replaceChildren(problem.message);
    status.classList.add("problem");
  });
}
