// The panel of an experiment, for a trained model of it.
import { el } from "./dom.js";
import { get, runHead, stepChoice } from "./run-head.js";
import { change, listen, place } from "./store.js";

export const key = ({ run, at }) => `${run} ${at ?? ""}`;

export function show(main, { run, at }) {
  document.title = `Explore ${run}`;
  const status = el("p", { class: "about", role: "status" }, "Reading the model …");
  const controls = el("div", { class: "controls" });
  const body = el("div", {});
  main.append(...runHead(run, "explore"), controls, status, body);
  let leave = () => {};
  let gone = false;
  const fill = async () => {
    const facts = await get("/api/run", { run });
    if (!facts.panel) throw new Error(`The experiment ${facts.experiment} has no panel to explore its models.`);
    if (!facts.checkpoints.length) throw new Error("This run was not saved yet, so there is no model to explore.");
    controls.append(...stepChoice(facts.checkpoints, at, (steps) => change({ at: steps })));
    const panel = await import(`/panel.js?${new URLSearchParams({ experiment: facts.experiment })}`);
    const ask = asker({ run, at: at ?? facts.checkpoints.at(-1) });
    if (!gone) leave = (await panel.show(body, { ask, settings: () => place().settings, change, listen })) ?? leave;
    status.replaceChildren();
    main.dataset.ready = "true";
  };
  fill().catch((problem) => {
    status.replaceChildren(problem.message);
    status.classList.add("problem");
  });
  return () => {
    gone = true;
    leave();
  };
}

/**
 * Asks the model. One question is on its way at a time, and one waits: a newer one takes its place, and its
 * answer is `null`.
 */
function asker(of) {
  let [flying, next] = [false, null];
  async function answered(question) {
    const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(question) };
    for (;;) {
      try {
        return await get("/api/answer", of, request);
      } catch (problem) {
        // Another page's question took the place of this one.
        if (problem.status !== 409) throw problem;
        if (next) return null;
      }
    }
  }
  async function fly() {
    if (flying) return;
    flying = true;
    while (next) {
      const { question, done, failed } = next;
      next = null;
      await answered(question).then(done, failed);
    }
    flying = false;
  }
  return (question) =>
    new Promise((done, failed) => {
      next?.done(null);
      next = { question, done, failed };
      fly();
    });
}
