"""Uses the pages of graphs as a reader would, by keyboard, in headless Chromium. See graph_page.sh."""

import argparse
import base64
import gzip
import json
import math
import os
import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright


class Reader:
    """A page, opened; whatever it asks for from outside or complains of is noted."""

    def __init__(self, browser, file, scheme="light", width=1280):
        self.context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 900}
        )
        self.page = self.context.new_page()
        self.problems = []
        self.page.on("console", lambda m: self.problems.append(f"console {m.type}: {m.text}"))
        self.page.on("pageerror", lambda e: self.problems.append(f"error: {e}"))
        self.page.on("request", self.requested)
        self.address = file.as_uri()
        self.open()

    def requested(self, request):
        if request.url.split("#")[0] != self.address:
            self.problems.append(f"loads {request.url}")

    def open(self, state=""):
        self.page.goto("about:blank")
        self.page.goto(self.address + state)
        self.page.wait_for_selector("html[data-ready]")

    def milliseconds_to_open(self):
        self.open()
        return self.page.evaluate("performance.now()")

    def press(self, key):
        self.page.keyboard.press(key)

    def choose(self, select, number):
        """Chooses by keyboard alone: to the first option, then down to it."""
        self.page.focus(f"#{select}")
        self.press("Home")
        for _ in range(400):
            if self.page.eval_on_selector(f"#{select}", "s => Number(s.value)") == number:
                self.page.wait_for_selector("html[data-ready]")
                return
            self.press("ArrowDown")
        raise AssertionError(f"{select} has no option {number}")

    def choose_at_once(self, *choices):
        """Chooses before what was chosen last is read, presses all that can be pressed, and waits."""
        self.page.evaluate(
            """(choices) => {
              for (const [id, value] of choices) {
                const select = document.getElementById(id);
                select.value = value;
                select.dispatchEvent(new Event("change"));
                for (const key of ["ArrowRight", "End", "Home", "u", "p"]) {
                  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
                }
                document.getElementById("up").click();
                for (const box of document.querySelectorAll("#graph .box")) box.dispatchEvent(new Event("click"));
              }
            }""",
            choices,
        )
        self.page.wait_for_selector("html[data-ready]")

    def wait_for(self, place, words):
        self.page.wait_for_selector(f'#{place}:has-text("{words}")')

    def look_at(self, box):
        self.page.focus(f"#graph {box}")
        self.press("Enter")
        return self.page.text_content("#node")

    def state(self):
        return self.page.evaluate("location.hash")

    def options(self, select):
        return self.page.eval_on_selector_all(
            f"#{select} option", "os => os.map(o => [Number(o.value), o.textContent, o.hidden])"
        )

    def to_the_end(self):
        """Steps from the loss to the last node; what is shown at each."""
        self.page.eval_on_selector("#graph", "g => g.focus()")
        self.press("Home")
        self.page.focus("#of")  # as after a choice: the arrows step all the same
        seen = [self.node()]
        while not self.page.is_disabled("#next"):
            self.press("ArrowRight")
            seen.append(self.node())
        return seen

    def node(self):
        return self.page.evaluate(
            """() => {
              const number = (v) => v === "null" ? null : Number(v);
              const card = document.querySelector('[data-role="gradient"]') || { dataset: { norm: "null" } };
              const uses = [...document.querySelectorAll(".uses li")];
              return {
                title: document.getElementById("node-title").textContent,
                gradient: number(card.dataset.norm),
                uses: uses.map((li) => [li.textContent, number(li.dataset.norm)]),
              };
            }"""
        )

    def regions(self):
        """The table of parts: by region and selection the number, and whether it is called a leak."""
        return self.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll("[data-region]")].map((row) => [
              row.dataset.region,
              Object.fromEntries([...row.querySelectorAll("td")].map((td) => [td.dataset.of, {
                value: td.dataset.value === "null" ? null : Number(td.dataset.value),
                leak: td.textContent.includes("leak"),
              }])),
            ]))"""
        )

    def close(self):
        self.context.close()
        assert not self.problems, self.problems


def part_of(html, part):
    """What stands before a part of a page's data, the data, and what stands behind it."""
    at = html.index(">", html.index(f'id="{part}"')) + 1
    end = html.index("</script>", at)
    return html[:at], json.loads(gzip.decompress(base64.b64decode(html[at:end]))), html[end:]


def edited(file, part, edit, name):
    """A page whose data say something else."""
    before, data, after = part_of(file.read_text(), part)
    edit(data)
    packed = base64.b64encode(gzip.compress(json.dumps(data).encode())).decode()
    made = file.with_name(name)
    made.write_text(before + packed + after)
    return made


def same(found, wanted, what):
    if wanted is None or found is None or wanted == 0:
        assert found == wanted, f"{what}: {found} instead of {wanted}"
        return 0
    off = abs(found - wanted) / abs(wanted)
    assert off <= 2e-6, f"{what}: {found} instead of {wanted}"
    return off


def quick_equals_audit(browser, folder, short):
    audit = json.loads((folder / "audit.json").read_text())
    leaks = {(l["term"], l["group"], l["region"]) for l in audit["leaks"]}
    reader = Reader(browser, folder / "quick.html")
    numbers, worst, steps = 0, 0, 0
    for term_number, term, _ in reader.options("term"):
        name = term.split(" = ")[0]
        if short and name not in ("decoder", "l1"):
            continue
        reader.choose("term", term_number)
        for number, selection, hidden in reader.options("of"):
            if short and selection.startswith("sample"):
                continue
            if hidden:
                assert audit["samples"][selection] == 0, selection
                continue
            reader.choose("of", number)
            seen = reader.to_the_end()
            steps += len(seen)
            shown = reader.regions()
            if name in audit["terms"] and selection in audit["groups"]:
                of_group = audit["norms"][name][selection]
                assert shown.keys() == of_group.keys(), shown.keys() ^ of_group.keys()
                for region, wanted in of_group.items():
                    found = shown[region][selection]
                    what = f"{name}, {selection}, {region}"
                    worst = max(worst, same(found["value"], wanted, what))
                    assert found["leak"] == ((name, selection, region) in leaks), what
                    numbers += 1
                # And what is shown node by node is the same: the parameters of a layer together.
                layers = {}
                for node in seen:
                    found = re.fullmatch(r"%\d+ parameter (.*)\.(weight|bias)", node["title"])
                    if found and node["gradient"] is not None:
                        layers.setdefault(found[1], []).append(node["gradient"])
                for layer, norms in layers.items():
                    what = f"{name}, {selection}, nodes of {layer}"
                    worst = max(worst, same(math.hypot(*norms), of_group[layer], what))
                    numbers += 1
    reader.close()
    print(f"quick: {steps} steps; {numbers} numbers equal those of the audit within {worst:.1e}")


def variants_are_the_engine_s(browser, folder, _):
    printed = {}
    for line in (folder / "example.txt").read_text().splitlines():
        found = re.match(r"(.*?) +(\w+) +group 0 at unit 1: ([\d.]+), group 1 at unit 0: ([\d.]+)", line)
        if found:
            printed[found[1], found[2]] = (float(found[3]), float(found[4]))
    assert len(printed) == 9, printed
    reader = Reader(browser, folder / "example.html")
    for variant_number, variant, _ in reader.options("variant"):
        reader.choose("variant", variant_number)
        for term_number, term, _ in reader.options("term"):
            reader.choose("term", term_number)
            name = term.split(" = ")[0]
            shown = reader.regions()
            wanted = printed[variant, name]
            for (unit, group), number in zip((("unit 1", "group 0"), ("unit 0", "group 1")), wanted):
                found = shown[unit][group]
                assert abs(found["value"] - number) <= 5e-4, (variant, name, found, number)
                assert found["leak"] == (number != 0), (variant, name, unit)
    # Where a value is used twice, its gradient is an addition, and one part of it is the leak.
    reader.choose("variant", 0)
    reader.choose("term", 2)
    reader.choose("of", 1)
    uses = [[text for text, _ in node["uses"]] for node in reader.to_the_end()]
    [of_encoding] = [texts for texts in uses if any("route" in text for text in texts)]
    assert len(of_encoding) == 2, of_encoding
    assert any("abs" in text and "a leak into unit 1" in text for text in of_encoding), of_encoding
    # What the term does not reach can be looked at.
    reader.choose("term", 0)
    assert "does not reach this node" in reader.look_at("[data-node='10']")
    # So it is said of another selection's gradient; an input has none at all.
    reader.choose("of", 2)
    assert "does not reach this node" in reader.page.text_content("#node")
    assert "No gradient is computed here" in reader.look_at(".input")
    # What is of samples is not of no sample.
    reader.choose("of", 3)
    said = ""
    while not reader.page.is_disabled("#next"):
        reader.press("ArrowRight")
        said += reader.page.text_content("#node")
    assert "every row here is a sample's; choose" in said and "all that arrives here is of samples" in said
    reader.choose("of", 1)
    reader.choose("term", 2)
    # The address holds the state.
    state = reader.state()
    before = reader.node()
    reader.open(state)
    assert reader.node() == before
    reader.open("#variant=99&term=-1&of=x&step=1e9&view=3.5")
    assert reader.node()["title"].startswith("%")
    reader.close()
    print(f"example: {len(printed)} pairs of numbers of 3 variants are those that the engine prints")


def a_choice_waits_for_no_other(browser, folder, _):
    reader = Reader(browser, folder / "example.html")
    reader.page.focus("#variant")
    reader.press("ArrowDown")
    reader.press("ArrowDown")
    reader.page.wait_for_selector("html[data-ready]")
    assert reader.state().startswith("#variant=2&"), reader.state()
    for choices in (
        [("variant", 1), ("variant", 2)],
        [("variant", 1), ("term", 2), ("of", 1), ("variant", 2)],
        [("term", 1), ("variant", 2), ("of", 1), ("term", 2)],
        [("of", 1), ("term", 2), ("variant", 0), ("variant", 2)],
    ):
        reader.open()
        reader.choose_at_once(*choices)
        last = {"term": 0, "of": 0} | dict(choices)
        wanted = f"#variant={last['variant']}&term={last['term']}&of={last['of']}&step=0&view=0"
        assert reader.state() == wanted, (choices, reader.state())
        for name in ("variant", "term", "of"):
            assert reader.page.eval_on_selector(f"#{name}", "s => Number(s.value)") == last[name]
        # And what is shown is the third variant's: its mask lets sample 0 through.
        shown = reader.regions()["unit 1"]["group 0"]
        assert shown == {"value": 0.5 if last["term"] == 0 else shown["value"], "leak": True}, shown
        assert reader.page.text_content("#play") == "Play"
    # A link ends what plays and what was looked at beside the way.
    reader.open()
    reader.press("p")
    reader.look_at("[data-node='10']")
    reader.page.evaluate("() => { location.hash = '#variant=0&term=0&of=0&step=2&view=0'; }")
    reader.wait_for("count", "step 3 of")
    assert "does not reach" not in reader.page.text_content("#node")
    assert reader.page.text_content("#play") == "Play"
    # A menu that is open while the page plays is not replaced.
    reader.page.evaluate("window.before = document.querySelector('#of option')")
    reader.press("ArrowRight")
    assert reader.page.evaluate("window.before === document.querySelector('#of option')")
    # Where the address can't be written, the page goes on without.
    reader.page.evaluate("() => { history.replaceState = () => { throw new Error('not here'); }; }")
    reader.press("ArrowRight")
    assert reader.page.text_content("#count").startswith("step 5 "), reader.page.text_content("#count")
    reader.close()
    print("choices that are made before others are read are all kept")


def odd_data_are_worded(browser, folder, _):
    example, large = folder / "example.html", folder / "large.html"

    def infinite(steps):
        for contribution in (c for step in steps for c in step["contributions"]):
            for region in contribution["regions"]:
                region["norms"][1] = "inf" if region["norms"][1] else region["norms"][1]

    reader = Reader(browser, edited(example, "variant-0-pass-2", infinite, "infinite.html"))
    reader.open("#variant=0&term=2&of=1&step=10")
    marks = reader.page.eval_on_selector_all(".leak-mark", "marks => marks.map(m => m.textContent)")
    assert "leak inf" in marks and not any("NaN" in mark for mark in marks), marks
    reader.close()
    # A file that is cut off says so, and what is whole can still be looked at.
    before, _, after = part_of(example.read_text(), "variant-1")
    damaged = folder / "damaged.html"
    damaged.write_text(before + "H4sIAAAA" + after)
    reader = Reader(browser, damaged)
    reader.page.focus("#variant")
    reader.press("ArrowDown")
    reader.wait_for("message", "damaged")
    reader.press("ArrowRight")
    reader.choose("variant", 2)
    assert reader.page.text_content("#message") == ""
    assert reader.state().startswith("#variant=2&"), reader.state()
    reader.close()
    # Of two boxes of one name, the one that is open stays open.
    _, steps, _ = part_of(large.read_text(), "variant-0-pass-0")
    scopes = []

    def named_alike(outline):
        views = outline["views"]
        scopes.extend(views[2]["nodes"])
        views[2]["scope"] = views[1]["scope"]

    reader = Reader(browser, edited(large, "variant-0", named_alike, "alike.html"))
    step = next(n for n, step in enumerate(steps) if step["node"] in scopes)
    reader.open(f"#variant=0&term=0&of=0&step={step}&view=2")
    reader.choose("of", 1)
    assert reader.state().endswith("&view=2"), reader.state()
    reader.close()
    print("infinite norms, damage and boxes of one name are shown as what they are")


def large_opens_at_once(browser, folder, _):
    reader = Reader(browser, folder / "large.html")
    # Whatever else the machine does only adds to the time.
    fastest = min(reader.milliseconds_to_open() for _ in range(7))
    assert fastest <= 1000, f"the large page takes {fastest:.0f} ms"
    boxes = reader.page.eval_on_selector_all("#graph .box", "boxes => boxes.length")
    assert boxes <= 60, boxes
    # Into a box and out again, by keyboard.
    reader.page.focus("#graph .scope >> nth=0")
    reader.press("Enter")
    assert "Inside" in reader.page.text_content("#scope-name")
    inner = reader.page.eval_on_selector_all("#graph .box", "boxes => boxes.length")
    reader.press("u")
    assert "whole graph" in reader.page.text_content("#scope-name")
    reader.close()
    print(f"large: opens in {fastest:.0f} ms (fastest of 7), {boxes} boxes, {inner} in the first of them")


def accessible(browser, folder, short):
    states = ["#term=0&of=1&step=9", "", "#term=4&of=2&step=40", "#term=3&of=7&step=8"]
    states = states[:1] if short else states
    count = 0
    for scheme in ("light", "dark"):
        for file in ("quick.html", "example.html", "large.html"):
            for state in states:
                reader = Reader(browser, folder / file, scheme)
                reader.open(state)
                found = Axe().run(reader.page).response["violations"]
                bad = [v for v in found if v["impact"] in ("serious", "critical")]
                assert not bad, [(v["id"], v["help"], v["nodes"][0]["html"]) for v in bad]
                reader.close()
                count += 1
    print(f"axe finds nothing serious in {count} states")


def focusable_by_tab(browser, folder, _):
    reader = Reader(browser, folder / "example.html")
    reached = set()
    for _ in range(60):
        reader.press("Tab")
        reached.add(reader.page.evaluate("document.activeElement.id || document.activeElement.className?.baseVal"))
    wanted = {"variant", "term", "of", "next", "play", "last", "graph"}
    assert wanted <= reached, wanted - reached
    reader.close()
    print("all controls are reached by Tab")


def screenshots(browser, folder, out):
    out.mkdir(parents=True, exist_ok=True)
    for name, file, scheme, width, state in (
        ("1-loss", "quick.html", "light", 1280, ""),
        ("2-route", "example.html", "light", 1280, "#variant=0&term=2&of=1&step=9"),
        ("3-leak", "example.html", "dark", 1280, "#variant=0&term=2&of=1&step=10"),
        ("4-weights", "quick.html", "dark", 1280, "#term=0&of=1&step=14"),
        ("5-large", "large.html", "light", 1280, "#term=0&of=0&step=100"),
        ("6-phone", "example.html", "light", 390, "#variant=0&term=2&of=1&step=10"),
    ):
        reader = Reader(browser, folder / file, scheme, width)
        reader.open(state)
        reader.page.screenshot(path=out / f"{name}.png", full_page=True)
        reader.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--short", action="store_true", help="two terms, groups, fewer states")
    parser.add_argument("--screenshots", type=Path, help="folder for pictures of some states")
    arguments = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["CHROMIUM"], args=["--no-sandbox"]
        )
        for check in (
            variants_are_the_engine_s,
            a_choice_waits_for_no_other,
            odd_data_are_worded,
            focusable_by_tab,
            large_opens_at_once,
            quick_equals_audit,
            accessible,
        ):
            check(browser, arguments.folder, arguments.short)
        if arguments.screenshots:
            screenshots(browser, arguments.folder, arguments.screenshots)
        browser.close()


if __name__ == "__main__":
    main()
