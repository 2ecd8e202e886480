// The page of a trace. Every number on it was computed by the engine and stands in the page's data; this
// script chooses, colours and words them, and does no arithmetic of ops.
"use strict";
(async () => {
  if (!("DecompressionStream" in window)) {
    document.getElementById("message").textContent = "This page needs a browser from 2023 or later.";
    return;
  }
  const byId = (id) => document.getElementById(id);
  const state = { variant: 0, term: 0, of: 0, step: 0, view: 0 };
  let playing = null;

  // ---- Data: JSON, gzipped, in base 64; a part of it is read when it is first looked at ----

  const unpack = async (id) => {
    const letters = atob(byId(id).textContent.trim());
    const bytes = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(unpacked).json();
  };
  const variants = [...document.querySelectorAll("[data-variant]")].map((of) => ({ name: of.dataset.variant, trace: null, views: [] }));
  let asked = 0;
  /** Whether what is chosen is still being read: there is nothing to step through then. */
  let loading = true;
  /** Reads what is chosen; false if something else was chosen meanwhile, or it can't be read. */
  const loaded = async (settle = () => {}) => {
    const ticket = ++asked;
    loading = true;
    delete document.documentElement.dataset.ready;
    const read = async (part, id, keep) => {
      // Each part is unpacked once, however often it is asked for meanwhile.
      part.asked ??= unpack(id).then(keep);
      try {
        await part.asked;
      } catch {
        if (ticket === asked) byId("message").textContent = "This file is damaged: write or download it again.";
        return false;
      }
      return ticket === asked;
    };
    const of = variant();
    if (!(await read(of, `variant-${state.variant}`, (outline) => Object.assign(of, outline)))) return false;
    settle();
    state.term = Math.min(state.term, trace().passes.length - 1);
    const chosen = pass();
    if (!(await read(chosen, `variant-${state.variant}-pass-${state.term}`, (steps) => (chosen.steps = steps)))) return false;
    loading = false;
    return true;
  };

  // What is chosen, as data.
  const variant = () => variants[state.variant];
  const trace = () => variant().trace;
  const pass = () => trace().passes[state.term];
  const arrived = () => pass().steps[state.step];
  const arrivedAt = (node) => pass().steps.find((step) => step.node === node);
  const firstSample = () => Math.max(trace().selections.indexOf("no sample"), 1) + 1;
  const groupCount = () => firstSample() - 2;
  /** What belongs to no sample; everything, where the values count different samples. */
  const isRest = (of) => of === groupCount() + 1;
  const toldApart = () => trace().selections[1] !== "not told apart";

  // ---- Words ----

  const number = (v, digits = 4) => {
    if (v === null || v === undefined) return "–";
    if (typeof v === "string") return v;
    if (v === 0) return "0";
    if (v === Infinity) return "inf";
    const size = Math.abs(v);
    if (size < 1e-3 || size >= 1e6) {
      return v.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e");
    }
    return String(Number(v.toPrecision(digits)));
  };
  const shape = (dims) => (dims.length ? `[${dims.join(", ")}]` : "one number");
  const nameOf = (i) => {
    const node = trace().nodes[i];
    return node.param !== null ? `parameter ${node.param}` : node.op === "input" ? "input" : node.op;
  };
  const sampleName = (sample) => {
    const group = trace().of_samples[sample];
    return `sample ${sample}${group === undefined ? "" : ` (${trace().selections[group + 1]})`}`;
  };
  const selection = (i) => (i >= firstSample() ? sampleName(i - firstSample()) : trace().selections[i]);
  const whose = () => (state.of === 0 || !toldApart() ? "all samples" : selection(state.of));

  /** Whether a selection is a group without samples in this batch. */
  const isEmpty = (of) => of > 0 && of <= groupCount() && !trace().of_samples.includes(of - 1);

  /** Whether a sample's row belongs to what is chosen. */
  const hasRow = (sample) => {
    if (state.of === 0 || !toldApart()) return true;
    if (state.of <= groupCount()) return trace().of_samples[sample] === state.of - 1;
    return state.of - firstSample() === sample;
  };

  /** Which groups a selection of a region closes out, by number. */
  const forbidden = (region, of) => {
    const closed = region.closed_to;
    if (of === 0) return closed.length ? [...closed.map((group) => group + 1), groupCount() + 1] : [];
    if (of <= groupCount()) return closed.includes(of - 1) ? [of] : [];
    if (isRest(of)) return closed.length ? [of] : [];
    return closed.includes(trace().of_samples[of - firstSample()]) ? [of] : [];
  };
  const leaks = (region, norms, of = state.of) => forbidden(region, of).some((at) => norms[at] !== null && norms[at] !== 0);

  // ---- Elements ----

  const element = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "on") for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
      else if (value !== null) made.setAttribute(name, value);
    }
    made.append(...children.filter((child) => child !== null && child !== ""));
    return made;
  };
  const link = (node) =>
    element("button", { type: "button", class: "node-link", on: { click: () => goTo(node) } }, `${nameOf(node)} (%${node})`);

  // ---- Pictures: one scale for the whole page ----

  const STEPS = 7; // of powers of ten, from 1e-6 to 1
  const NOT_A_NUMBER = [240, 228, 66];
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const color = (sign, size) => {
    const paper = dark.matches ? [21, 24, 28] : [255, 255, 255];
    const full = sign > 0 ? [213, 94, 0] : [0, 114, 178];
    const share = 0.16 + (0.84 * (Math.max(1, Math.min(STEPS, size)) - 1)) / (STEPS - 1);
    return paper.map((p, i) => Math.round(p + (full[i] - p) * share));
  };
  const grey = (rgb) => Array(3).fill(Math.round(rgb.reduce((sum, v) => sum + v) / 3));
  const colorOfNumber = (v) => {
    if (typeof v === "string") return v === "NaN" ? NOT_A_NUMBER : color(v === "inf" ? 1 : -1, STEPS);
    return v === 0 ? null : color(Math.sign(v), Math.floor(Math.log10(Math.abs(v)) + 1e-9) + STEPS);
  };
  const colorOfCode = (code) => {
    if (code === -128) return NOT_A_NUMBER;
    return code === 0 ? null : color(Math.sign(code), Math.floor(((Math.abs(code) - 1) * 16) / 126 - 12 + 1e-9) + STEPS);
  };

  /** Columns of a tensor's table; one number a sample stands in a column. */
  const columnsOf = (dims, samples) => (samples && dims.length === 1 ? 1 : dims.length ? dims[dims.length - 1] : 1);
  const picture = (tensor, dims, words, samples, select) => {
    let rows, columns, at;
    // Rows of a picture can be told apart only where none is of two samples.
    const apart = samples && select && (!tensor.squares || tensor.squares.by_sample);
    if (tensor.squares) {
      ({ rows, columns } = tensor.squares);
      at = (i) => colorOfCode(tensor.squares.codes[i]);
    } else {
      columns = columnsOf(dims, samples);
      rows = columns ? tensor.count / columns : 0;
      at = (i) => colorOfNumber(tensor.entries[i]);
    }
    const canvas = element("canvas", { role: "img", "aria-label": words, width: Math.max(1, columns), height: Math.max(1, rows) });
    const side = Math.max(1, Math.min(22, Math.floor(250 / Math.max(1, columns)), Math.floor(260 / Math.max(1, rows))));
    // A long row or column of small squares would be a hairline.
    const thick = (count) => Math.max(side, Math.min(10, Math.floor(80 / Math.max(1, count))));
    canvas.style.width = `${columns * thick(columns)}px`;
    canvas.style.height = `${rows * thick(rows)}px`;
    const context = canvas.getContext("2d");
    const image = context.createImageData(Math.max(1, columns), Math.max(1, rows));
    for (let i = 0; i < rows * columns; i++) {
      const rgb = at(i);
      const chosen = !apart || hasRow(Math.floor((Math.floor(i / columns) * dims[0]) / rows));
      if (rgb) image.data.set([...(chosen ? rgb : grey(rgb)), 255], 4 * i);
    }
    context.putImageData(image, 0, 0);
    return canvas;
  };

  const said = (tensor) => `norm ${number(tensor.norm)}; ${tensor.zeros} of ${tensor.count} are exactly 0`;

  const FEW = 24; // numbers, that are shown at once
  /** All numbers as a table, made when it is opened. */
  const numbers = (tensor, dims, samples) => {
    if (tensor.count <= 1 || !tensor.entries) return null;
    const columns = columnsOf(dims, samples);
    const box = element("details", { class: "numbers" }, element("summary", {}, "the numbers"));
    const fill = () => {
      if (box.children.length > 1) return;
      const table = element("table");
      for (let row = 0; row * columns < tensor.count; row++) {
        const cells = tensor.entries.slice(row * columns, (row + 1) * columns);
        const name = samples && dims.length <= 2 ? sampleName(row) : `row ${row}`;
        table.append(element("tr", {}, element("th", { scope: "row" }, name), ...cells.map((v) => element("td", { "data-value": v }, number(v, 6)))));
      }
      box.append(element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "The numbers" }, table));
    };
    box.addEventListener("toggle", fill);
    box.open = tensor.count <= FEW;
    if (box.open) fill();
    return box;
  };

  /** A tensor with its picture, what is said of it, and its numbers. */
  const card = (title, tensor, dims, { norm = null, samples = false, select = false, role = "" } = {}) => {
    const single = tensor.count === 1 && tensor.entries ? number(tensor.entries[0], 6) : "";
    const part = select && samples && state.of !== 0 && norm !== null;
    const own = part ? `${whose()}: norm ${number(norm)}${norm === 0 ? ", all exactly 0" : ""}` : "";
    const words = `${title}: ${shape(dims)}, ${single || own || said(tensor)}`;
    const of = own ? "all rows: " : "";
    return element(
      "figure",
      { class: "card", "data-role": role, "data-norm": norm === null ? tensor.norm : norm },
      element("figcaption", {}, title),
      single ? "" : picture(tensor, dims, words, samples, select),
      own ? element("p", { class: "own" }, own) : "",
      element("p", { class: "said" }, single ? `= ${single}` : `${of}${said(tensor)}`),
      tensor.count > 1 && tensor.least !== null ? element("p", { class: "said" }, `${of}from ${number(tensor.least)} to ${number(tensor.most)}`) : "",
      tensor.squares ? element("p", { class: "said" }, `reduced: each square shows the largest of a block${samples && !tensor.squares.by_sample ? ", of all samples" : ""}`) : "",
      numbers(tensor, dims, samples)
    );
  };
  const nothing = (title, words, role) =>
    element("figure", { class: "card", "data-role": role, "data-norm": "null" }, element("figcaption", {}, title), element("p", { class: "said" }, words));

  /** A gradient's share for what is chosen. */
  const gradient = (title, shares, node, role) => {
    const of = trace().nodes[node];
    const norm = shares.norms[state.of];
    if (shares.parts.length && state.of !== 0) {
      const part = shares.parts[state.of];
      if (!part) return nothing(title, isRest(state.of) ? "–: all that arrives here is of samples" : `–: nothing of ${whose()} arrives here`, role);
      return card(title, part, of.shape, { role });
    }
    if (norm === null) {
      if (!of.carries_samples) return nothing(title, "–: this value no longer tells samples apart; choose “all” or “no sample”", role);
      return nothing(title, isRest(state.of) ? "–: every row here is a sample's; choose “all”, a group or a sample" : `–: ${whose()} has no row here`, role);
    }
    return card(title, shares.all, of.shape, { norm, samples: of.carries_samples, select: true, role });
  };

  // ---- The panel of a node ----

  const contributed = (from, position, to) => {
    const there = arrivedAt(to);
    const use = there && there.contributions.find((c) => c.from === from && c.position === position);
    return use ? { use, shares: use.share || there.gradient } : null;
  };

  /** The largest leak of a use; 0 if there is none. */
  const leakOf = (use) =>
    Math.max(0, ...use.regions.flatMap(({ region, norms }) => forbidden(trace().regions[region], state.of).map((of) => (norms[of] === "inf" ? Infinity : Number(norms[of])))));

  const leakWords = (use) => {
    const at = use.regions.filter(({ region, norms }) => leaks(trace().regions[region], norms));
    return at.map(({ region, norms }) => {
      const of = trace().regions[region];
      const groups = forbidden(of, state.of).filter((i) => norms[i] !== null && norms[i] !== 0);
      const which = groups.map((i) => `${number(norms[i])} of ${selection(i)}`).join(", ");
      return element("strong", { class: "leak" }, `a leak into ${of.name}: ${which}`);
    });
  };

  const panel = () => {
    const here = looked === null ? arrived() : null;
    const i = here ? here.node : looked;
    const node = trace().nodes[i];
    const box = byId("node");
    const about = [shape(node.shape), node.carries_samples ? "rows are samples" : "", node.label, node.at].filter(Boolean).join(" · ");
    const title = node.param !== null ? `parameter ${node.param}` : node.op;
    box.replaceChildren(element("h2", { id: "node-title" }, `%${i} ${title}`), element("p", { class: "about" }, about));
    if (node.attributes) box.append(element("p", { class: "about" }, node.attributes));
    if (node.rule.words) {
      const rule = element("div", { class: "rule" }, element("p", {}, node.rule.words));
      rule.append(element("p", {}, "forward ", element("code", {}, node.rule.forward)), element("p", {}, "backward ", element("code", {}, node.rule.backward)));
      box.append(rule);
    }
    if (node.update_weights.length) box.append(element("p", { class: "about" }, "What it hands on to what depends on no sample is multiplied by update weights first."));
    const now = element("div", { class: "cards" });
    now.append(card("its value", node.value, node.shape, { samples: node.carries_samples, role: "value" }));
    if (!here) {
      const words = node.needs_grad
        ? `“${pass().term}” does not reach this node: no gradient of it arrives here.`
        : "No gradient is computed here: it is an input or frozen, or made of such and of detached values alone.";
      box.append(now, element("p", {}, words));
      return;
    }
    now.append(gradient(isMask(node) ? "its gradient: what reaches it, before the mask" : `its gradient, of ${whose()}`, here.gradient, i, "gradient"));
    box.append(now);
    box.append(...origins(here, i), ...handedOn(node, i));
  };

  /** Where the gradient comes from, use by use. */
  const origins = (here, i) => {
    const uses = here.contributions;
    const made = [];
    if (i === pass().node) {
      made.push(element("p", {}, `Here the way back begins: the gradient of “${pass().term}” with respect to itself is 1.`));
      if (!uses.length) return made;
    }
    const count = uses.length;
    made.push(element("h3", {}, count > 1 ? `Used ${count} times, so its gradient is a sum of ${count}` : "Where this comes from"));
    const list = element("ul", { class: "uses" });
    for (const use of uses) {
      const shares = use.share || here.gradient;
      const norm = shares.norms[state.of];
      const line = element("li", { "data-from": use.from, "data-position": use.position, "data-norm": norm === null ? "null" : norm });
      line.append("through ", link(use.from), ": ", element("b", {}, number(norm)));
      for (const words of leakWords(use)) line.append(" — ", words);
      if (norm === 0) line.append(" — exactly zero");
      list.append(line);
    }
    made.push(list);
    if (count > 1) {
      const sum = element("div", { class: "cards sum" });
      uses.forEach((use, n) => {
        sum.append(n ? element("span", { class: "sign", "aria-hidden": "true" }, "+") : "");
        sum.append(gradient(`through ${nameOf(use.from)} (%${use.from})`, use.share, i, "contribution"));
      });
      made.push(sum);
    }
    return made;
  };

  /** Whether the node decides itself what it hands on; update weights go for what depends on no sample only. */
  const isMask = (node) => node.routes && node.operands.length > 0 && !node.update_weights.length;

  /** What the node hands on, operand by operand; of a route, its mask as well. */
  const handedOn = (node, i) => {
    if (!node.operands.length) return [];
    const made = [element("h3", {}, "What it hands on")];
    const cards = element("div", { class: "cards" });
    const masks = isMask(node) ? node.operands.filter((_, position) => !node.passes[position]) : [];
    const stops = isMask(node) && !node.passes.some(Boolean);
    for (const mask of stops ? [] : masks) {
      const of = trace().nodes[mask];
      cards.append(card(`the mask (%${mask})`, of.value, of.shape, { samples: of.carries_samples, select: true, role: "mask" }));
    }
    for (const mask of node.update_weights) {
      const of = trace().nodes[mask];
      cards.append(card(`update weights, for what depends on no sample (%${mask})`, of.value, of.shape, { samples: of.carries_samples, select: true, role: "mask" }));
    }
    node.operands.forEach((operand, position) => {
      const found = contributed(i, position, operand);
      const weighed = node.update_weights.length && !trace().nodes[operand].depends_on_samples;
      const after = isMask(node) ? ", after the mask" : weighed ? ", after the update weights" : "";
      if (found) cards.append(gradient(`to ${nameOf(operand)} (%${operand})${after}`, found.shares, operand, "handed-on"));
    });
    if (stops) made.push(element("p", {}, "Nothing: the way back ends here."));
    else if (!cards.children.length) made.push(element("p", {}, "Nothing: no parameter lies behind it."));
    made.push(cards);
    return made;
  };

  // ---- The graph ----

  const drawn = { key: "" };
  const graph = () => {
    const key = `${state.variant} ${state.view}`;
    const box = byId("graph");
    if (drawn.key !== key) {
      drawn.key = key;
      box.innerHTML = variant().views[state.view].svg;
      for (const g of box.querySelectorAll(".box")) {
        g.setAttribute("tabindex", "0");
        g.setAttribute("role", "button");
        g.setAttribute("aria-label", g.querySelector("title").textContent + ("view" in g.dataset ? ", open" : `, %${g.dataset.node}`));
        const act = () => ("view" in g.dataset ? openView(Number(g.dataset.view)) : goTo(Number(g.dataset.node)));
        g.addEventListener("click", act);
        g.addEventListener("keydown", (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          act();
        });
      }
    }
    const reached = new Map(pass().steps.map((step, n) => [step.node, n]));
    for (const g of box.querySelectorAll(".box")) {
      const nodes = "node" in g.dataset ? [Number(g.dataset.node)] : g.dataset.nodes.split(" ").map(Number);
      const at = nodes.map((node) => reached.get(node)).filter((n) => n !== undefined);
      g.classList.toggle("now", looked === null ? at.includes(state.step) : nodes.includes(looked));
      g.classList.toggle("done", at.some((n) => n < state.step));
      g.classList.toggle("faint", !at.length);
      if (at.includes(state.step)) scrollTo(box, g);
    }
    box.querySelectorAll(".mark").forEach((mark) => mark.remove());
    for (const edge of box.querySelectorAll(".edge")) mark(edge, reached);
    const view = variant().views[state.view];
    byId("scope").hidden = variant().views.length === 1;
    byId("scope-name").textContent = view.scope ? `Inside “${view.scope}”` : "The whole graph: boxes with a thick frame open";
    byId("up").disabled = view.above === null;
  };

  /** Colours an edge by what has crossed it. */
  const mark = (edge, reached) => {
    const [from, to, position] = ["from", "to", "position"].map((name) => Number(edge.dataset[name]));
    edge.classList.remove("flows", "stopped", "leaking", "crossing");
    const step = reached.get(to);
    if (step === undefined || step > state.step) return;
    const found = contributed(to, position, from);
    if (!found) return;
    const norm = found.shares.norms[state.of];
    if (norm === null) return;
    const leak = leakOf(found.use);
    const leaking = leak !== 0;
    edge.classList.add(leaking ? "leaking" : norm === 0 ? "stopped" : "flows");
    edge.classList.toggle("crossing", step === state.step);
    if (norm !== 0 && !leaking && step !== state.step) return;
    const at = edge.getPointAtLength(edge.getTotalLength() / 2);
    const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
    text.setAttribute("x", at.x);
    text.setAttribute("y", at.y - 5);
    text.setAttribute("class", `mark${leaking ? " leak-mark" : ""}`);
    text.textContent = leaking ? `leak ${number(leak, 3)}` : number(norm, 3);
    edge.parentNode.append(text);
  };

  const scrollTo = (box, g) => {
    const rect = g.querySelector("rect");
    const [x, y] = ["x", "y"].map((name) => Number(rect.getAttribute(name)));
    box.scrollTo({ left: x - box.clientWidth / 2 + 80, top: y - box.clientHeight / 2 + 20 });
  };

  // ---- The parts of the network ----

  const regions = () => {
    const box = byId("regions");
    const all = trace().regions;
    box.hidden = !all.length;
    if (!all.length) return;
    const columns = [...Array(firstSample()).keys()].filter((of) => !isEmpty(of));
    if (state.of >= firstSample()) columns.push(state.of);
    const head = element("tr", {}, element("th", { scope: "col" }, "part"));
    columns.forEach((of) => head.append(element("th", { scope: "col", class: of === state.of ? "chosen" : "" }, selection(of))));
    const body = all.map((region, r) => {
      const row = element("tr", { "data-region": region.name }, element("th", { scope: "row" }, region.name));
      const norms = region.norms[state.term];
      columns.forEach((of) => {
        const norm = norms[of];
        const leak = of !== 0 && leaks(region, norms, of);
        const classes = `${of === state.of ? "chosen" : ""} ${leak ? "leak" : ""}`;
        row.append(element("td", { class: classes, "data-of": trace().selections[of], "data-value": norm === null ? "null" : norm }, number(norm) + (leak ? " leak" : "")));
      });
      return row;
    });
    const table = element("table", {}, element("caption", {}, `Norm of the gradient of “${pass().term}” where it arrives. 0: exactly zero. –: not reached.`), element("thead", {}, head), element("tbody", {}, ...body));
    byId("regions-table").replaceChildren(table);
  };

  // ---- Moving ----

  const openView = (view) => {
    if (loading || view === null) return;
    state.view = view;
    show();
    byId("graph").focus({ preventScroll: true });
  };
  /** The view that shows a node: this one, or the nearest one around it that has it. */
  const follow = () => {
    const has = (view) => {
      const nodes = variant().views[view].nodes;
      return nodes.includes(arrived().node);
    };
    while (!has(state.view) && variant().views[state.view].above !== null) state.view = variant().views[state.view].above;
  };
  /** A node beside the way that is looked at, in place of the step's. */
  let looked = null;
  const goTo = (node) => {
    if (loading) return;
    const at = pass().steps.findIndex((step) => step.node === node);
    if (at >= 0) return stepTo(at);
    looked = node;
    show();
  };
  const stepTo = (step) => {
    if (loading) return;
    looked = null;
    state.step = Math.max(0, Math.min(pass().steps.length - 1, step));
    follow();
    show();
    // What was pressed may be gone.
    if (document.activeElement === document.body) byId("graph").focus({ preventScroll: true });
  };
  const stop = () => {
    clearInterval(playing);
    playing = null;
    byId("play").textContent = "Play";
  };
  const play = () => {
    if (playing) return stop();
    if (loading) return;
    const isLast = () => state.step === pass().steps.length - 1;
    if (isLast()) stepTo(0);
    byId("play").textContent = "Pause";
    playing = setInterval(() => {
      stepTo(state.step + 1);
      if (isLast()) stop();
    }, 900);
  };

  /** What the page shows: its trace, and term, selection, node and view in that. A choice changes term or selection
      at once, so that the next one, made while this one is still being read, goes on from there. */
  let last = null;
  /** Keeps the node while another variant or selection is chosen, if that has it; another term is begun at its end. */
  const keeping = async (name, value) => {
    stop();
    if (name === "variant") state.variant = value;
    else {
      last.begins ||= name === "term" && last.term !== value;
      last[name] = value;
    }
    const before = last;
    const settle = () => {
      // Another variant may have other terms, groups and views: what is kept is known by its name.
      const kept = (i, names) => (trace() === before.trace ? i : Math.max(0, names(trace()).indexOf(names(before.trace)[i])));
      state.term = kept(before.term, (of) => of.passes.map(({ term }) => term));
      state.of = kept(before.of, (of) => of.selections);
      // Two boxes may have one name: the same box where there is one of that name.
      const { views } = variant();
      const same = views[before.view]?.scope === before.scope;
      state.view = same ? before.view : Math.max(0, views.findIndex((view) => view.scope === before.scope));
    };
    if (!(await loaded(settle))) return;
    const node = sameNode(before.trace, before.node);
    const at = pass().steps.findIndex((step) => step.node === node);
    if (before.begins || node === undefined) return stepTo(0);
    if (at >= 0) return stepTo(at);
    // Nothing arrives at it now: it is looked at beside the way.
    state.step = Math.min(state.step, pass().steps.length - 1);
    goTo(node);
  };
  /** The node of this trace that is what a node of another one is: by parameter, or by label, op and line. */
  const sameNode = (other, i) => {
    const key = (of, n) => of.nodes[n].param ?? [of.nodes[n].label, of.nodes[n].op, of.nodes[n].at].join();
    const alike = (of) => [...of.nodes.keys()].filter((n) => key(of, n) === key(other, i));
    return alike(trace())[alike(other).indexOf(i)];
  };

  const options = (id, names, chosen) => {
    const select = byId(id);
    // A menu that is open stays open where it has the same.
    const same = select.options.length === names.length && names.every((name, i) => select.options[i].textContent === name);
    if (!same) select.replaceChildren(...names.map((name, i) => element("option", { value: i }, name)));
    select.value = chosen;
  };

  const show = () => {
    document.documentElement.dataset.ready = "yes";
    byId("message").textContent = "";
    options("variant", variants.map((v) => v.name), state.variant);
    byId("variants").hidden = variants.length === 1;
    options("term", trace().passes.map((p) => `${p.term} = ${number(p.value)}`), state.term);
    options("of", trace().selections.map((_, i) => selection(i)), state.of);
    for (const option of byId("of").options) option.hidden = isEmpty(Number(option.value));
    byId("count").textContent = `step ${state.step + 1} of ${pass().steps.length}`;
    byId("back").disabled = byId("first").disabled = state.step === 0;
    byId("next").disabled = byId("last").disabled = state.step === pass().steps.length - 1;
    graph();
    panel();
    regions();
    const { variant: v, term, of, step, view } = state;
    last = { trace: trace(), term, of, node: looked ?? arrived().node, view, scope: variant().views[view].scope };
    try {
      history.replaceState(null, "", `#variant=${v}&term=${term}&of=${of}&step=${step}&view=${view}`);
    } catch {
      // Some browsers forbid it within a frame, or a hundred times in a row: the page does without.
    }
  };

  const fromAddress = async () => {
    stop();
    looked = null;
    const wanted = new URLSearchParams(location.hash.slice(1));
    const take = (name, count) => {
      const value = Number(wanted.get(name) || 0);
      state[name] = Number.isInteger(value) && value >= 0 && value < count ? value : 0;
    };
    take("variant", variants.length);
    take("term", Infinity);
    if (!(await loaded())) return;
    take("of", trace().selections.length);
    take("step", pass().steps.length);
    take("view", variant().views.length);
    show();
  };

  // ---- The legend ----

  const legend = () => {
    const row = byId("scale");
    const square = (rgb, words) => {
      const canvas = element("canvas", { width: 1, height: 1, "aria-hidden": "true" });
      if (rgb) {
        const context = canvas.getContext("2d");
        context.fillStyle = `rgb(${rgb.join()})`;
        context.fillRect(0, 0, 1, 1);
      }
      return element("span", {}, canvas, words);
    };
    const sizes = ["below 1e-5", "from 1e-5", "1e-4", "1e-3", "0.01", "0.1", "from 1"];
    row.replaceChildren(square(null, "exactly 0"), ...sizes.map((words, i) => square(color(1, i + 1), words)), element("span", {}, "and below zero:"), square(color(-1, 1), "above -1e-5"), square(color(-1, STEPS), "to -1 and less"), square(NOT_A_NUMBER, "not a number"));
  };

  // ---- Begin ----

  const change = (id, name) => byId(id).addEventListener("change", () => keeping(name, Number(byId(id).value)));
  change("variant", "variant");
  change("term", "term");
  change("of", "of");
  const press = (id, act) => byId(id).addEventListener("click", act);
  press("first", () => stepTo(0));
  press("back", () => stepTo(state.step - 1));
  press("next", () => stepTo(state.step + 1));
  press("last", () => stepTo(Infinity));
  press("play", play);
  const out = () => loading || openView(variant().views[state.view].above);
  press("up", out);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // A menu keeps its up, down, Home and End; what can be scrolled sideways keeps all.
    const steps = event.key === "ArrowRight" || event.key === "ArrowLeft";
    if (event.target.matches("select") && !steps) return;
    if (event.target.matches(".scroll:not(#graph)")) return;
    const acts = {
      ArrowRight: () => stepTo(state.step + 1),
      ArrowLeft: () => stepTo(state.step - 1),
      Home: () => stepTo(0),
      End: () => stepTo(Infinity),
      p: play,
      u: out,
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  addEventListener("hashchange", fromAddress);
  dark.addEventListener("change", () => {
    legend();
    if (!loading) show();
  });
  legend();
  fromAddress();
})();
