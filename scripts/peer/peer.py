"""Measures PyTorch's own training step and draws for the networks of this project, beside which our program's stand.

python3 scripts/peer/peer.py [--device cuda|cpu] [--minutes N] [--only SUBJECT ...] [--out FOLDER] [--beside device-check.json] [--check]
"""
import argparse
import importlib.util
import json
import os
import pathlib
import platform
import queue
import re
import signal
import subprocess
import sys
import threading
import time

from report import Report, beside

HERE = pathlib.Path(__file__).resolve().parent
SUBJECTS = [
    "two_moons/acf", "two_moons/nsf", "two_moons/fmpe", "two_moons/cmpe", "two_moons/npse", "gmm/fmpe", "gmm/cmpe", "tumor/cmpe",
    "denoising/fmpe-naive", "denoising/cmpe-naive", "denoising/fmpe-unet", "denoising/cmpe-unet"]
MEASURES = {
    "eager": "step, PyTorch eager", "draws": "1000 draws, PyTorch", "graph": "step, PyTorch CUDA graph",
    "compiled": "step, PyTorch compiled", "reduced": "step, PyTorch compiled"}


class Arguments(argparse.ArgumentParser):
    def error(self, message):
        print(f"scripts/peer/peer.py: {message}; --help says what is expected.", file=sys.stderr)
        sys.exit(2)


def arguments():
    parser = Arguments(prog="scripts/peer/peer.py", description=__doc__.split("\n")[0], allow_abbrev=False)
    parser.add_argument("--device", default="cuda", help="cuda, cuda:N or cpu (default: cuda)")
    parser.add_argument("--minutes", type=float, default=5, help="end within this time with what there is (default: 5)")
    parser.add_argument("--only", nargs="+", metavar="SUBJECT", default=SUBJECTS, help=f"some of: {', '.join(SUBJECTS)}")
    parser.add_argument("--out", default="results/scratch/peer", help="folder for peer.json and peer.md (default: %(default)s)")
    parser.add_argument("--beside", metavar="FILE", help="device-check.json of our program: ratios are printed, and written to peer.md")
    parser.add_argument("--check", action="store_true", help="check losses, densities and weights instead of measuring")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.only if name not in SUBJECTS]
    if unknown:
        parser.error(f"there is no subject '{unknown[0]}'")
    if not re.fullmatch(r"cpu|cuda(:\d+)?", chosen.device):
        parser.error(f"--device: expected cuda, cuda:N or cpu, got '{chosen.device}'")
    if not 0 < chosen.minutes <= 1440:
        parser.error("--minutes: expected a number above 0 and up to 1440")
    if chosen.beside and not os.path.isfile(chosen.beside):
        parser.error(f"--beside: there is no file '{chosen.beside}'")
    return chosen


class Child:
    """A process that measures one task after the other; its lines come through a queue, so that it can be waited for with a limit."""

    def __init__(self, device, tasks):
        command = [sys.executable, "-B", str(HERE / "measure.py"), device, json.dumps(tasks)]
        # A group of its own: compilers that it started end with it.
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))
        self.lines.put({"error": "the process ended"})

    def answer(self, seconds):
        """The next line, or None when there is none in time."""
        try:
            return self.lines.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return None

    def end(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


class Measurement:
    """Tasks in the order of worth: steps of all subjects, draws, steps as graphs, and then what has to be compiled."""

    def __init__(self, chosen, report):
        self.device, self.report = chosen.device, report
        self.until = time.monotonic() + 60 * chosen.minutes
        self.tasks = [(name, way) for way in ("eager", "draws", "graph", "compiled") for name in chosen.only]
        self.child = None

    def left(self):
        return self.until - time.monotonic()

    def run(self):
        try:
            while self.tasks and self.left() > 0 and (self.child or self.start()):
                self.next()
            for name, way in self.tasks if self.left() <= 0 else []:
                self.report.nothing(name, MEASURES[way], "no time left")
        finally:
            self.end()
            self.report.write()

    def start(self):
        """A new child for the tasks that are left; tasks that this PyTorch cannot do are none."""
        self.child = Child(self.device, self.tasks)
        begun = self.child.answer(self.left()) or {"error": "Python does not start torch in time"}
        if "error" in begun:
            self.report.nothing("all", "start", begun["error"], "FAILED")
            self.end()
            return False
        self.report.header(begun)
        for way in dict.fromkeys(way for _, way in self.tasks if begun["lacking"].get(way)):
            self.report.nothing("all", MEASURES[way], begun["lacking"][way])
        self.tasks = [(name, way) for name, way in self.tasks if not begun["lacking"].get(way)]
        return True

    def next(self):
        name, way = self.tasks.pop(0)
        # Half of what is left: a compiler that hangs shall not take the others' time.
        answer = self.child.answer(min(self.left(), max(20.0, self.left() / 2)))
        if answer and "rows" in answer:
            self.report.add(answer["rows"])
            return
        self.end()
        if answer is None:
            self.report.nothing(name, MEASURES[way], "not done in time")
        elif way == "compiled":
            self.tasks.insert(0, (name, "reduced"))
            self.report.nothing(name, MEASURES[way], f"{answer['error']}; tried in another way")
        else:
            self.report.nothing(name, MEASURES[way], answer["error"], "FAILED")

    def end(self):
        if self.child is not None:
            self.child.end()
        self.child = None


def main():
    chosen = arguments()
    if importlib.util.find_spec("torch") is None:
        print(f"scripts/peer/peer.py: {sys.executable} has no torch.", file=sys.stderr)
        return 1
    if chosen.check:
        return subprocess.call([sys.executable, "-B", str(HERE / "checks.py"), chosen.device])
    report = Report(chosen, platform.node())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as an exception: the child is ended
    Measurement(chosen, report).run()
    print(report.table())
    if chosen.beside:
        page = beside(report, json.loads(pathlib.Path(chosen.beside).read_text()))
        pathlib.Path(chosen.out, "peer.md").write_text(page)
        print(page)
    return 3 if report.failed() else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
