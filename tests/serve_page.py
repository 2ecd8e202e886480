"""Uses the served pages as a reader would, in headless Chromium. See serve_page.sh."""

import argparse
import fcntl
import json
import os
import socket
import struct
import subprocess
import time
import urllib.request
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright


def loopback_up():
    """In a network of its own, the loopback device is down at first."""
    with socket.socket() as s:
        try:
            fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: up, running
        except PermissionError:
            pass


class Server:
    """The program, alone: nothing else can be found by it."""

    def __init__(self, program, folder):
        self.child = subprocess.Popen(
            [program, "serve", "--no-open", folder], stdout=subprocess.PIPE, env={"PATH": ""}, text=True
        )
        self.address = self.child.stdout.readline().strip()

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def json(self, path, question=None):
        data = None if question is None else json.dumps(question).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"})
        return json.load(urllib.request.urlopen(request))


class Reader:
    """A window; whatever it asks for from elsewhere or complains of is noted."""

    def __init__(self, browser, server, width=1280, **more):
        self.context = browser.new_context(viewport={"width": width, "height": 900}, **more)
        self.context.add_init_script(WATCHED)
        self.page = self.context.new_page()
        self.server = server
        self.problems = []
        self.page.on("console", lambda m: self.problems.append(f"console {m.type}: {m.text}"))
        self.page.on("pageerror", lambda e: self.problems.append(f"error: {e}"))
        self.page.on("request", self.requested)

    def requested(self, request):
        if not request.url.startswith((self.server.address, "data:")):
            self.problems.append(f"loads {request.url}")

    def open(self, place, ready="main[data-ready]"):
        self.page.goto("about:blank")
        self.page.goto(self.server.address + place)
        self.page.wait_for_selector(ready)

    def settled(self):
        """Waits until nothing is on its way and all was painted."""
        self.page.wait_for_function("() => watched.flying === 0 && performance.now() - watched.last > 150")

    def close(self):
        assert not self.problems, (self.page.url, self.problems)
        self.context.close()


# Counts questions on their way, and notes when each was painted.
WATCHED = """
window.watched = { flying: 0, most: 0, last: 0, took: [], painted: [] };
const plain = window.fetch;
window.fetch = async (path, request) => {
  if (!String(path).startsWith("/api/answer")) return plain(path, request);
  const began = performance.now();
  watched.most = Math.max(watched.most, ++watched.flying);
  const answer = await plain(path, request);
  const text = await answer.text();
  watched.took.push(performance.now() - began);
  watched.flying -= 1;
  watched.last = performance.now();
  const question = JSON.parse(request.body);
  requestAnimationFrame(() => setTimeout(() => watched.painted.push([performance.now(), question])));
  return new Response(text, { status: answer.status, headers: answer.headers });
};
"""

EXPLORE = "#explore?run=routed"
PAGES = {
    "runs": ("", "main table"),
    "beside": ("#runs?runs=routed%7Cvae", "main h2"),
    "watch": ("#watch?run=routed", "main[data-ready]"),
    "explore": (EXPLORE, "main[data-ready]"),
    "explore-changed": (EXPLORE + "&test=18&off=0&z=20%3A0.5", "main[data-ready]"),
    "explore-vae": ("#explore?run=vae&test=4", "main[data-ready]"),
    "tape": ("#tape?run=routed", "main[data-ready]"),
    "audit": ("#audit?run=routed", "main[data-ready]"),
    "report": ("report?run=routed", "main figure"),
    "tape-page": ("tape?run=routed&at={last}", "html[data-ready]"),
    "no-such-run": ("#explore?run=nonsense", "main .problem"),
}
EXPECTED_PROBLEMS = {"no-such-run": "404"}


def looks(browser, server, last, short, shots):
    """Every page, in every look: nothing from elsewhere, no complaint, no serious finding of axe."""
    looks = [("light", {"color_scheme": "light"}), ("dark", {"color_scheme": "dark"}), ("forced", {"forced_colors": "active"})]
    states = 0
    for look, more in looks[:1] if short else looks:
        for width in [1280] if short else [1280, 390]:
            for name, (place, ready) in PAGES.items():
                for bypass in [False, True]:
                    reader = Reader(browser, server, width, bypass_csp=bypass, **more)
                    reader.open(place.format(last=last), ready)
                    reader.page.wait_for_timeout(300)
                    if bypass:
                        # Only what axe itself injects needs the policy to be off.
                        found = Axe().run(reader.page).response["violations"]
                        serious = [v for v in found if v["impact"] in ("serious", "critical")]
                        words = [(v["id"], v["nodes"][0]["html"][:120]) for v in serious]
                        assert not serious, f"{name}, {look}, {width}: {words}"
                    elif shots:
                        reader.page.screenshot(path=shots / f"{name}-{look}-{width}.png", full_page=True)
                    wide = reader.page.evaluate("document.documentElement.scrollWidth - innerWidth")
                    assert wide <= 0, f"{name}, {look}, {width}: {wide} pixels too wide"
                    allowed = EXPECTED_PROBLEMS.get(name)
                    reader.problems = [p for p in reader.problems if not (allowed and allowed in p)]
                    reader.close()
                states += 1
    print(f"{states} states: nothing from elsewhere, no complaint, axe finds nothing serious")


def by_keyboard(browser, server, last):
    """Tab reaches everything that can be used, on every page."""
    reached = 0
    for name, (place, ready) in PAGES.items():
        if name in EXPECTED_PROBLEMS:
            continue
        reader = Reader(browser, server)
        reader.open(place.format(last=last), ready)
        reader.page.wait_for_timeout(300)
        wanted = reader.page.evaluate(
            """() => {
              const all = [...document.querySelectorAll('a[href], button, input, select, [tabindex="0"]')];
              const can = all.filter((e) => !e.disabled && e.getClientRects().length);
              can.forEach((e, i) => (e.dataset.wanted = i));
              return can.length;
            }"""
        )
        seen = set()
        for _ in range(wanted + 20):
            reader.page.keyboard.press("Tab")
            seen.add(reader.page.evaluate("document.activeElement.dataset.wanted ?? null"))
        seen.discard(None)
        assert len(seen) == wanted, f"{name}: {len(seen)} of {wanted} are reached"
        reached += wanted
        reader.close()
    print(f"by keyboard alone: {reached} of {reached} are reached")


def numbers_are_the_programs(browser, server, place, last):
    reader = Reader(browser, server)
    page = reader.page
    for test in [0, 18, 9999]:
        reader.open(f"{EXPLORE}&test={test}")
        answer = server.json(f"api/answer?run=routed&at={last}", {"see": {"image": {"test": test}}})
        shown = page.eval_on_selector_all("input[data-exact]", "all => all.map((e) => Math.fround(Number(e.value)))")
        assert shown == answer["encoded"], test
        assert page.text_content(".said") == answer["sentence"]
        rows = page.eval_on_selector_all("main table tbody tr", "all => all.map((r) => [...r.cells].map((c) => c.textContent))")
        for row, of in zip(rows, answer["outputs"] + answer["floors"]):
            assert abs(float(row[1]) - of["mae"]) <= 1e-3 * of["mae"], (row, of)
        grey = page.eval_on_selector("canvas.large", "c => [...c.getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0)")
        assert grey == answer["image"], "the picture is not what the model sees"
    audited = server.json(f"api/audit?run=routed&at={last}")
    assert audited["text"].strip() == (place / "audit.txt").read_text().strip()
    lines = lambda text: [line for line in text.splitlines() if 'type="text/plain"' in line]
    served = urllib.request.urlopen(f"{server.address}tape?run=routed&at={last}").read().decode()
    assert lines(served) == lines((place / "tape.html").read_text()), "the tape's page has other numbers than graph"
    reader.close()
    print("the pages show the numbers of the model, of audit and of graph")


def sliders(browser, server):
    """A slider, its reset, a switch, by keyboard; a state can be linked."""
    reader = Reader(browser, server)
    page = reader.page
    reader.open(f"{EXPLORE}&test=7")
    values = lambda: page.eval_on_selector_all("input[data-exact]", "all => all.map((e) => e.value)")
    before = values()
    page.focus('[data-dim="5"]')
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    reader.settled()
    after = values()
    assert [i for i in range(len(before)) if before[i] != after[i]] == [5], (before, after)
    address = page.url
    assert "z=5" in address
    linked = Reader(browser, server)
    linked.open(address[len(server.address):])
    assert linked.page.eval_on_selector_all("input[data-exact]", "all => all.map((e) => e.value)") == after
    assert linked.page.text_content(".said") == page.text_content(".said")
    linked.close()
    page.focus('[data-reset="5"]')
    page.keyboard.press("Enter")
    reader.settled()
    assert values() == before, "back restores all"
    page.fill('[data-exact="5"]', "123.456")
    page.keyboard.press("Enter")
    reader.settled()
    assert "beyond 99 %" in page.text_content('.slider:has([data-dim="5"]) .problem')
    page.focus('[data-off="1"]')
    page.keyboard.press("Space")
    reader.settled()
    assert "off=1" in page.url and page.is_checked('[data-off="1"]')
    page.click("text=Reset all")
    reader.settled()
    assert values() == before and not page.is_checked('[data-off="1"]')
    reader.close()
    print("a slider moves its dim alone, and back restores all; a link has the state")


WAY = [(140, 60), (150, 60), (160, 60), (160, 70), (160, 80), (150, 90), (140, 100)]


def drawn(reader):
    reader.settled()
    state = reader.page.evaluate("new URLSearchParams(location.hash.split('?')[1]).get('lines')")
    picture = reader.page.eval_on_selector("canvas.large", "c => c.toDataURL()")
    return state, picture


def drawing(browser, server):
    """The same line by mouse, by finger and by keyboard is the same image."""
    found = {}
    for kind in ["mouse", "finger", "keyboard"]:
        reader = Reader(browser, server, has_touch=kind == "finger")
        reader.open(EXPLORE)
        page = reader.page
        page.locator(".pad").scroll_into_view_if_needed()
        box = page.locator(".pad").bounding_box()
        at = lambda point: (box["x"] + point[0], box["y"] + point[1])
        if kind == "mouse":
            page.mouse.move(*at(WAY[0]))
            page.mouse.down()
            for point in WAY[1:]:
                page.mouse.move(*at(point))
            page.mouse.up()
        elif kind == "finger":
            touch = page.context.new_cdp_session(page)
            send = lambda type_, points: touch.send(
                "Input.dispatchTouchEvent", {"type": type_, "touchPoints": [{"x": x, "y": y} for x, y in points]}
            )
            send("touchStart", [at(WAY[0])])
            for point in WAY[1:]:
                send("touchMove", [at(point)])
            send("touchEnd", [])
        else:
            page.focus(".pad")
            for _ in range(8):
                page.keyboard.press("ArrowUp")
            page.keyboard.press("Space")
            for (x, y), (to_x, to_y) in zip(WAY, WAY[1:]):
                if (x, y) == (160, 80) or (x, y) == (150, 90):
                    break
                page.keyboard.press("ArrowRight" if to_x > x else "ArrowDown")
            page.keyboard.press("Space")
        found[kind] = drawn(reader)
        if kind == "keyboard":
            # One undo is one line.
            page.click("text=Undo")
            reader.settled()
            assert drawn(reader)[0] is None
        reader.close()
    assert found["mouse"] == found["finger"], (found["mouse"][0], found["finger"][0])
    straight = ";".join(f"{x}.{y}" for x, y in WAY[:5])
    assert found["keyboard"][0] == straight, found["keyboard"][0]
    reader = Reader(browser, server)
    reader.open(f"{EXPLORE}&lines={straight}")
    assert drawn(reader) == found["keyboard"], "a link to a drawing is the drawing"
    reader.open(f"{EXPLORE}&lines={straight}&framed=0")
    assert drawn(reader)[1] != found["keyboard"][1], "framing moves it"
    reader.close()
    print("a line is the same image by mouse, finger and keyboard")


def in_time(browser, server):
    """200 moves of a slider, 60 a second."""
    reader = Reader(browser, server)
    reader.open(f"{EXPLORE}&test=7")
    ready = reader.page.evaluate("performance.now()")
    reader.settled()
    reader.page.evaluate("() => Object.assign(watched, { most: 0, took: [], painted: [] })")
    moves = reader.page.evaluate(
        """async () => {
          const range = document.querySelector('[data-dim="5"]');
          const [low, high] = [Number(range.min), Number(range.max)];
          const moves = [];
          const began = performance.now();
          for (let i = 0; i < 200; i++) {
            await new Promise((done) => setTimeout(done, Math.max(0, began + (i * 1000) / 60 - performance.now())));
            range.value = low + ((high - low) * i) / 200;
            moves.push([performance.now(), Math.fround(Number(range.value))]);
            range.dispatchEvent(new Event("input"));
          }
          return moves;
        }"""
    )
    reader.settled()
    watched = reader.page.evaluate("watched")
    values = [value for _, value in moves]
    painted = [(at, values.index(question["see"]["encoding"][5])) for at, question in watched["painted"]]
    waits = [min(at for at, i in painted if i >= move) - began for move, (began, _) in enumerate(moves)]
    p95 = lambda numbers: sorted(numbers)[int(0.95 * len(numbers))]
    decode, paint = p95(watched["took"]), p95(waits)
    print(f"ready in {ready:.0f} ms; 200 moves, {len(painted)} answers: answer p95 {decode:.1f} ms, paint p95 {paint:.1f} ms, {watched['most']} in flight")
    assert watched["most"] == 1, "two questions in flight"
    assert decode <= 10 and paint <= 50 and ready <= 1000
    reader.close()


def beside_a_training(browser, server, program, runs):
    """What the server takes while a run is watched."""
    out = runs / "now"
    command = [program, "train", "--threads", "1", "--epochs", "40", "--set", "data.limit=6000", "--out", str(out)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not (out / "metrics.jsonl").exists():
            time.sleep(0.1)
        reader = Reader(browser, server)
        reader.open("#watch?run=now")
        time.sleep(1)
        began, cpu = time.time(), server.cpu_seconds()
        time.sleep(10)
        share = (server.cpu_seconds() - cpu) / (time.time() - began)
        assert child.poll() is None, "the training ended too early to tell"
        print(f"beside a training the server takes {100 * share:.2f} % of a core")
        assert share <= 0.02
        reader.close()
    finally:
        child.kill()
        child.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("place", type=Path)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--screenshots", type=Path)
    asked = parser.parse_args()
    if asked.screenshots:
        asked.screenshots.mkdir(parents=True, exist_ok=True)
    loopback_up()
    runs = asked.place / "runs"
    server = Server(asked.program, str(runs))
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=["--no-sandbox"])
            last = server.json("api/run?run=routed")["checkpoints"][-1]
            numbers_are_the_programs(browser, server, asked.place, last)
            sliders(browser, server)
            drawing(browser, server)
            if not asked.short:
                in_time(browser, server)
                beside_a_training(browser, server, asked.program, runs)
                by_keyboard(browser, server, last)
            looks(browser, server, last, asked.short, asked.screenshots)
            browser.close()
    finally:
        server.child.kill()


main()
