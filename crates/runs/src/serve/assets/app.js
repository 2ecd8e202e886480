// Which page is shown.
import { el } from "./dom.js";
import { listen, place } from "./store.js";
import * as audit from "./audit.js";
import * as explore from "./explore.js";
import * as runs from "./runs.js";
import * as tape from "./tape-of.js";
import * as watch from "./watch.js";

const pages = { audit, explore, runs, tape, watch };
const main = document.getElementById("main");
/** What the page that is shown does before it goes. */
let leave = () => {};
let shown = null;

/** Shows the page; whether it is another one than before. */
function show({ page, settings }) {
  const key = pages[page]?.key(settings);
  if (shown === `${page} ${key}`) return false;
  shown = `${page} ${key}`;
  leave();
  leave = () => {};
  main.replaceChildren();
  delete main.dataset.ready;
  const toRuns = document.getElementById("to-runs");
  page === "runs" ? toRuns.setAttribute("aria-current", "page") : toRuns.removeAttribute("aria-current");
  if (!pages[page]) {
    main.append(el("h1", {}, "There is no such page"), el("p", {}, el("a", { href: "#runs" }, "To the runs")));
    return true;
  }
  leave = pages[page].show(main, settings) ?? leave;
  return true;
}

listen((now) => {
  // Who changes a setting of a page stays where they are on it.
  if (show(now)) main.focus({ preventScroll: true });
});
show(place());
