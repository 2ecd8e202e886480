// The panel of models with an encoding: an image, its encoding as sliders, what decoders make of it. All numbers
// and pictures come from the program; this script draws and words them.
import { el, number } from "/dom.js";

/**
 * Points of the pad are whole, a tenth of an image's pixel apart: so a line is the same by mouse, finger and
 * keyboard, in a question and in the address.
 */
const FINE = 280;
/** Steps of the pen by keys: a pixel of 28, or half of one with Shift. */
const STEP = FINE / 28;
/** As many points as a question can hold. */
const MOST_POINTS = 2500;
/** The nearest that two points of a line are. */
const NEAR = 3;

/** Shows the panel; what it returns is called when it goes. */
export async function show(main, { ask, settings, change, listen }) {
  const about = await ask("about");
  const [black, white] = about.range;
  const [rows, columns] = about.size;
  const said = el("p", { class: "said", role: "status" });
  const state = { test: 0, lines: null, framed: true, off: new Set(), values: new Map() };
  let seen = null;

  // ---- What is chosen stands in the address ----

  function read() {
    const { test, lines, framed, off, z } = settings();
    state.lines = lines === undefined ? null : linesOf(lines);
    state.test = Math.min(Math.max(Math.trunc(Number(test ?? 0)) || 0, 0), about.labels.length - 1);
    state.framed = framed !== "0";
    state.off = new Set((off ?? "").split(",").filter(Boolean).map(Number));
    const pairs = (z ?? "").split(",").map((pair) => pair.split(":").map(Number));
    state.values = new Map(pairs.filter(([dim, value]) => dim in about.dims && Number.isFinite(value)));
  }
  let own = false;
  function write() {
    own = true;
    change({
      test: state.lines ? "" : state.test,
      lines: state.lines ? textOf(state.lines) : "",
      framed: state.framed ? "" : "0",
      off: [...state.off].join(","),
      z: [...state.values].map(([dim, value]) => `${dim}:${value}`).join(","),
    });
    own = false;
  }

  // ---- Asking ----

  async function look() {
    write();
    const image = state.lines
      ? { drawn: { lines: state.lines.map((line) => line.map((point) => point.map((v) => Number((v / FINE).toFixed(4))))), framed: state.framed } }
      : { test: state.test };
    const off = [...state.off];
    const changed = [...state.values];
    try {
      // What a changed encoding is else, the encoder says.
      let encoding = null;
      if (changed.length) {
        const base = seen?.of === JSON.stringify(image) ? seen.encoded : (await ask({ see: { image } }))?.encoded;
        if (!base) return;
        encoding = [...base];
        for (const [dim, value] of changed) encoding[dim] = value;
      }
      const answer = await ask({ see: { image, encoding, off } });
      if (!answer) return;
      seen = { ...answer, of: JSON.stringify(image) };
      draw();
      said.classList.remove("problem");
    } catch (problem) {
      said.replaceChildren(problem.message);
      said.classList.add("problem");
    }
  }
  /** Another image: what was changed of the encoding was of the one before. */
  function other(changes) {
    Object.assign(state, changes);
    state.values.clear();
    look();
  }

  // ---- The image ----

  const pad = el("canvas", { class: "pad", width: FINE, height: FINE, tabindex: "0", role: "application", "aria-label": "Drawing pad. Arrow keys move the pen, space puts it down and lifts it.", onkeydown: byKey });
  const padNote = el("p", { class: "about", role: "status" });
  const model = el("canvas", { class: "pixels large", width: columns, height: rows, role: "img", "aria-label": "What the model sees" });
  const pen = { at: [FINE / 2, FINE / 2], down: false };
  const last = () => state.lines?.at(-1);

  function put(point, begin) {
    const clipped = point.map((v) => Math.round(Math.min(Math.max(v, 0), FINE)));
    state.lines ??= [];
    if (state.lines.reduce((sum, line) => sum + line.length, 0) >= MOST_POINTS) {
      padNote.textContent = "The drawing is as long as it can be; clear it, or undo a line.";
      return;
    }
    if (begin) state.lines.push([clipped]);
    else {
      const [x, y] = last().at(-1);
      if (Math.hypot(clipped[0] - x, clipped[1] - y) < NEAR) return;
      last().push(clipped);
    }
    padNote.textContent = "";
    other({});
  }
  const placeOf = (event) => {
    const box = pad.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * FINE, ((event.clientY - box.top) / box.height) * FINE];
  };
  pad.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    pad.focus();
    pad.setPointerCapture(event.pointerId);
    pen.down = false;
    put((pen.at = placeOf(event)), true);
  });
  pad.addEventListener("pointermove", (event) => {
    if (!pad.hasPointerCapture(event.pointerId)) return;
    // A browser sends several moves at once.
    for (const each of event.getCoalescedEvents?.() ?? [event]) put((pen.at = placeOf(each)), false);
  });
  function byKey(event) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (way) {
      const step = event.shiftKey ? STEP / 2 : STEP;
      pen.at = pen.at.map((v, axis) => Math.min(Math.max(v + way[axis] * step, 0), FINE));
      if (pen.down) put(pen.at, false);
      else drawPad();
    } else if (event.key === " " || event.key === "Enter") {
      pen.down = !pen.down;
      if (pen.down) put(pen.at, true);
      padNote.textContent = pen.down ? "The pen is down." : "The pen is up.";
      drawPad();
    } else if (event.key === "z" && (event.ctrlKey || event.metaKey)) undo();
    else return;
    event.preventDefault();
  }
  function undo() {
    pen.down = false;
    if (!state.lines?.length) return;
    state.lines.pop();
    other({});
  }
  function drawPad() {
    const g = pad.getContext("2d");
    g.fillStyle = "#000";
    g.fillRect(0, 0, pad.width, pad.height);
    const scale = pad.width / FINE;
    g.strokeStyle = g.fillStyle = "#fff";
    [g.lineWidth, g.lineCap, g.lineJoin] = [24, "round", "round"];
    for (const line of state.lines ?? []) {
      g.beginPath();
      line.forEach(([x, y], i) => (i ? g.lineTo(x * scale, y * scale) : g.moveTo(x * scale, y * scale)));
      if (line.length === 1) g.lineTo(line[0][0] * scale, line[0][1] * scale);
      g.stroke();
    }
    if (document.activeElement === pad) {
      const [x, y] = pen.at.map((v) => v * scale);
      [g.lineWidth, g.strokeStyle] = [2, pen.down ? "#f08a3c" : "#4a9fd8"];
      g.beginPath();
      g.moveTo(x - 9, y);
      g.lineTo(x + 9, y);
      g.moveTo(x, y - 9);
      g.lineTo(x, y + 9);
      g.stroke();
    }
  }
  pad.addEventListener("focus", drawPad);
  pad.addEventListener("blur", () => ((pen.down = false), drawPad()));

  const framed = el("input", { type: "checkbox", onchange: () => other({ framed: framed.checked }) });
  const test = el("input", { type: "number", min: 0, max: about.labels.length - 1, onchange: () => test.reportValidity() && other({ lines: null, test: Number(test.value) }) });
  const digits = [...new Set(about.labels)].sort((a, b) => a - b);
  const digit = el("select", {}, el("option", { value: "" }, "any"), digits.map((label) => el("option", { value: label }, label)));
  function next(by) {
    const fits = (i) => digit.value === "" || about.labels[i] === Number(digit.value);
    const all = about.labels.length;
    let i = state.test;
    do i = (i + by + all) % all;
    while (!fits(i) && i !== state.test);
    other({ lines: null, test: i });
  }
  const imageOf = el("p", { class: "about" });
  const left = el("section", { "aria-label": "The image" },
    el("h2", {}, "An image"),
    el("div", { class: "controls" },
      el("label", {}, "test image", test), el("label", {}, "digit", digit),
      el("button", { onclick: () => next(-1) }, "Previous"), el("button", { onclick: () => next(1) }, "Next")),
    el("p", { class: "about" }, "Or draw one. With the keyboard: arrows move the pen (with Shift half as far), space puts it down and lifts it."),
    pad,
    el("div", { class: "controls" },
      el("button", { onclick: undo }, "Undo"),
      el("button", { onclick: () => ((pen.down = false), other({ lines: [] })) }, "Clear"),
      el("label", { class: "check" }, framed, "framed as MNIST's images are")),
    padNote,
    el("h3", {}, "What the model sees"), model, imageOf);

  // ---- The encoding ----

  const sliders = new Map();
  const fieldsets = about.groups.map((group, i) => {
    const off = el("input", { type: "checkbox", "data-off": i, onchange: () => (off.checked ? state.off.add(i) : state.off.delete(i), look()) });
    const dims = Array.from({ length: group.dims.end - group.dims.start }, (_, k) => slider(group.dims.start + k));
    return el("fieldset", { "data-group": i }, el("legend", {}, `${group.name}, ${group.about}`),
      el("label", { class: "check" }, off, `off: ${dims.length === 1 ? "set to 0" : "all set to 0"}`), dims);
  });
  function slider(dim) {
    let [low, high] = about.dims[dim];
    // One that is the same for all images can be set nevertheless.
    if (!(high - low > 1e-6)) [low, high] = [low - 1, high + 1];
    const set = (value) => (state.values.set(dim, Math.fround(value)), look());
    const range = el("input", { type: "range", min: low, max: high, step: (high - low) / 200, "aria-label": `dim ${dim}`, "data-dim": dim, oninput: () => set(Number(range.value)) });
    const exact = el("input", { type: "number", step: "any", "aria-label": `dim ${dim}, exactly`, "data-exact": dim, onchange: () => exact.value !== "" && exact.reportValidity() && set(Number(exact.value)) });
    const tick = el("span", { class: "tick", title: "what the encoder makes of the image" });
    const reset = el("button", { class: "small", "aria-label": `reset dim ${dim}`, title: "back to the encoder's value", "data-reset": dim, onclick: () => (state.values.delete(dim), look(), range.focus()) }, "↺");
    const beyond = el("span", { class: "problem" });
    sliders.set(dim, { range, exact, tick, reset, beyond, low, high });
    return el("div", { class: "slider" }, el("span", {}, dim), el("span", { class: "track" }, range, tick), exact, reset, beyond);
  }
  const resetAll = el("button", { onclick: () => (state.values.clear(), state.off.clear(), look()) }, "Reset all");
  const middle = el("section", { "aria-label": "The encoding" },
    el("h2", {}, "Its encoding"),
    el("p", { class: "about" }, "The range of a slider holds 99 in 100 test images; the mark is where the encoder puts this one. The number beside it can be any."),
    el("div", { class: "controls" }, resetAll), el("div", { class: "groups" }, fieldsets));

  // ---- What the decoders make of it ----

  const outputs = about.outputs.map((output) => ({
    ...output,
    canvas: el("canvas", { class: "pixels", width: columns, height: rows, role: "img", "data-output": output.name }),
  }));
  const input = el("canvas", { class: "pixels", width: columns, height: rows, role: "img", "aria-label": "The image" });
  const errors = el("table", {});
  const right = el("section", { class: "made", tabindex: "0", "aria-label": "What the decoders make of it" },
    el("h2", {}, "What the decoders make of it"), said,
    el("div", { class: "thumbs" },
      el("figure", {}, input, el("figcaption", {}, "the image")),
      outputs.map(({ canvas, name, about }) => el("figure", {}, canvas, el("figcaption", {}, name, el("div", { class: "about" }, about))))),
    el("p", { class: "about" }, `All pictures on one scale: black is ${number(black)}, white is ${number(white)}; beyond that they are cut. Errors are the mean absolute and the mean squared difference from the image; floors are those of images that know nothing of it.`),
    el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Errors" }, errors));

  main.append(el("div", { class: "panels" }, left, middle, right));

  // ---- Drawing what was answered ----

  function draw() {
    framed.checked = state.framed;
    framed.disabled = !state.lines;
    test.value = state.test;
    drawPad();
    const grey = seen.image.map((value) => value);
    paint(model, grey);
    paint(input, grey);
    imageOf.textContent = state.lines
      ? `Your drawing, ${columns} × ${rows} pixels${state.framed ? ", scaled to 20 pixels and moved to its centre of mass" : ", where you drew it: no image that the model was trained on lies so, unless by chance"}.`
      : `Test image ${state.test}, a ${seen.label}.`;
    for (const [dim, { range, exact, tick, reset, beyond, low, high }] of sliders) {
      const value = state.values.get(dim) ?? seen.encoded[dim];
      range.value = value;
      if (document.activeElement !== exact) exact.value = short(value);
      const outside = value < low || value > high;
      beyond.textContent = outside ? "beyond 99 % of the test images" : "";
      range.setAttribute("aria-valuetext", `${number(value)}${outside ? ", beyond 99 % of the test images" : ""}`);
      const share = (seen.encoded[dim] - low) / (high - low);
      tick.style.left = `calc(8px + ${Math.min(Math.max(share, 0), 1)} * (100% - 16px))`;
      reset.disabled = !state.values.has(dim);
    }
    for (const fieldset of fieldsets) {
      const box = fieldset.querySelector("[data-off]");
      box.checked = state.off.has(Number(box.dataset.off));
      fieldset.classList.toggle("is-off", box.checked);
    }
    outputs.forEach(({ canvas, name, about }, i) => {
      paint(canvas, seen.outputs[i].pixels.map((value) => (255 * (value - black)) / (white - black)));
      canvas.setAttribute("aria-label", `${name}, which ${about}: mean absolute error ${number(seen.outputs[i].mae)}`);
    });
    const row = (name, of, kind) => el("tr", { class: kind }, el("th", { scope: "row" }, name), ["mae", "mse"].map((error) => el("td", {}, number(of[error]))));
    errors.replaceChildren(
      el("thead", {}, el("tr", {}, ["error", "MAE", "MSE"].map((name, i) => el("th", { scope: "col", class: i ? null : "text" }, name)))),
      el("tbody", {}, outputs.map(({ name }, i) => row(name, seen.outputs[i])), seen.floors.map((floor) => row(`floor: ${floor.name}`, floor, "floor"))));
    said.textContent = seen.sentence;
    main.dataset.shown = Number(main.dataset.shown ?? 0) + 1;
  }

  read();
  await look();
  return listen(() => {
    if (own || !settings().run) return;
    read();
    look();
  });
}

/** Grey values from 0 to 255 on a canvas of as many pixels. */
function paint(canvas, values) {
  const g = canvas.getContext("2d");
  const image = g.createImageData(canvas.width, canvas.height);
  // The array of the picture cuts what is beyond 0 and 255.
  values.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
  g.putImageData(image, 0, 0);
}

/** The shortest number that is this one in the model's precision. */
function short(value) {
  if (value === null) return "";
  const shorter = [1, 2, 3, 4, 5, 6, 7, 8].map((digits) => Number(value.toPrecision(digits)));
  return shorter.find((other) => Math.fround(other) === value) ?? value;
}

/** Lines as text: points with ; between, lines with _. */
function textOf(lines) {
  return lines.map((line) => line.map((point) => point.join(".")).join(";")).join("_");
}

function linesOf(text) {
  const fits = (point) => point.length === 2 && point.every((v) => Number.isInteger(v) && v >= 0 && v <= FINE);
  const lines = text.split("_").map((line) => line.split(";").map((point) => point.split(".").map(Number)).filter(fits));
  return lines.filter((line) => line.length);
}
