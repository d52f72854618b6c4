"""What was found: a table for people, peer.json with the fields of device-check's rows, and ratios to our program."""
import json
import os
import pathlib
import time

WAYS = ["eager", "CUDA graph", "compiled"]


def digits(value):
    """Three significant digits, nothing for nothing."""
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:#.3g}"


def pipe_table(head, rows, numbers):
    """A Markdown table; the columns in `numbers` are set to the right."""
    rows = [[str(cell).replace("|", "\\|") for cell in row] for row in rows]
    lines = [head, [" --: " if i in numbers else " --- " for i in range(len(head))]] + rows
    return "\n".join("|" + "|".join(c if c.startswith(" --") else f" {c} " for c in line) + "|" for line in lines)


class Report:
    """On the disk after every subject: a run that is killed loses nothing."""

    def __init__(self, chosen, machine):
        self.folder, self.minutes, self.machine = pathlib.Path(chosen.out), chosen.minutes, machine
        self.device, self.versions, self.rows = chosen.device, "", []
        os.makedirs(self.folder, exist_ok=True)

    def header(self, begun):
        self.device, self.versions = begun["device"], begun["versions"]

    def add(self, rows):
        for row in rows:
            self.rows.append(row)
            value = "-" if row["value"] is None else digits(row["value"])
            print(f"{row['subject']}: {row['measure']} {value} {row['unit']} {row['verdict']} {row['note']}".strip(), flush=True)
        self.write()

    def nothing(self, subject, measure, note, verdict="skipped"):
        self.add([{"subject": subject, "measure": measure, "value": None, "unit": "", "limit": None, "verdict": verdict, "note": note}])

    def failed(self):
        return [row for row in self.rows if row["verdict"] == "FAILED"]

    def write(self):
        found = {
            "device": self.device, "machine": self.machine, "versions": self.versions,
            "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "minutes": self.minutes,
            "wrong": len(self.failed()), "rows": self.rows}
        half = self.folder / "peer.json.tmp"
        half.write_text(json.dumps(found, indent=2) + "\n")
        os.replace(half, self.folder / "peer.json")

    def table(self):
        head = ["subject", "measure", "value", "unit", "verdict", "note"]
        rows = [["-" if k == "value" and r[k] is None else digits(r[k]) if k == "value" else r[k] for k in head] for r in self.rows]
        return f"\n# PyTorch on {self.device}\n\n{self.machine}, {self.versions}\n\n{pipe_table(head, rows, {2})}\n"


def beside(report, ours):
    """Our program's times beside PyTorch's, and how many times as long PyTorch takes."""
    mine = {(r["subject"], r["measure"]): r["value"] for r in ours["rows"]}
    theirs = {(r["subject"], r["measure"]): r["value"] for r in report.rows if r["value"] is not None}
    rows = []
    for subject in dict.fromkeys(r["subject"] for r in report.rows):
        # "step, PyTorch eager" and the other ways are one line; draws are eager alone.
        for what in dict.fromkeys(m.split(", PyTorch")[0] for s, m in theirs if s == subject):
            own = mine.get((subject, what))
            times = [theirs.get((subject, f"{what}, PyTorch {way}")) for way in WAYS]
            times[0] = times[0] or theirs.get((subject, f"{what}, PyTorch"))
            ratios = [time / own if time and own else None for time in times]
            rows.append([subject, what] + [digits(number) for number in [own] + times + ratios])
    head = ["subject", "what", "ours, ms"] + [f"{way}, ms" for way in WAYS] + [f"{way} / ours" for way in WAYS]
    return (
        f"# PyTorch beside our program\n\nOurs: {ours.get('device')}, {ours.get('versions')}, source {ours.get('source')}, "
        f"{ours.get('finished')}. PyTorch: {report.device}, {report.versions}. A ratio above 1: ours is faster. Both without TF32; our "
        "program draws its random numbers on the CPU and uploads them, PyTorch draws on the device.\n\n"
        + pipe_table(head, rows, set(range(2, 9))) + "\n")
