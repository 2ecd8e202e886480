// Which groups of samples teach what, in one step of a run.
import { el } from "./dom.js";
import { get, runHead, stepChoice } from "./run-head.js";
import { change } from "./store.js";

export const key = ({ run, at }) => `${run} ${at ?? ""}`;

export function show(main, { run, at }) {
  document.title = `Audit of ${run}`;
  const status = el("p", { class: "about", role: "status" }, "Making the step, apart by groups …");
  const controls = el("div", { class: "controls" });
  const found = el("div", {});
  main.append(...runHead(run, "audit"), controls, status, found);
  const fill = async () => {
    const { checkpoints } = await get("/api/run", { run });
    if (!checkpoints.length) throw new Error("This run was not saved yet, so there is no step to audit.");
    controls.append(...stepChoice(checkpoints, at, (steps) => change({ at: steps })));
    const { text, heat_map, flow, leaks } = await get("/api/audit", { run, at: at ?? checkpoints.at(-1) });
    status.replaceChildren(leaks ? `${leaks === 1 ? "1 leak" : `${leaks} leaks`}: framed below, with the way by which each came.` : "No leak: where something must not arrive, it is exactly 0 or does not reach.");
    status.classList.toggle("problem", leaks > 0);
    const picture = (svg, alt) => el("div", { class: "wide paper", tabindex: "0", role: "region", "aria-label": alt }, el("img", { src: `data:image/svg+xml;base64,${base64(svg)}`, alt }));
    found.replaceChildren(
      el("div", { class: "beside" },
        el("section", {}, el("h2", {}, "Who teaches what, in this step"), picture(heat_map, "Gradient norms by group and part of the network; the table below has the numbers")),
        ...flow.map(({ caption, svg }) => el("section", {}, el("h2", {}, "Over the run"), picture(svg, caption)))),
      el("h2", {}, "In numbers"),
      el("pre", { tabindex: "0", class: "wide" }, text),
    );
    main.dataset.ready = "true";
  };
  fill().catch((problem) => {
    status.replaceChildren(problem.message);
    status.classList.add("problem");
  });
}

/** Text as base 64 of its UTF-8. */
function base64(text) {
  let letters = "";
  for (const byte of new TextEncoder().encode(text)) letters += String.fromCharCode(byte);
  return btoa(letters);
}
