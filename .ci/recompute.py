"""Recomputes the numbers and verdicts of the committed reports from the committed measurements, with code of its own.

python3 .ci/recompute.py [RESULTS_FOLDER ...]

Without folders: the reports of the five experiments and of their further runs. Folders of variants inside a folder are recomputed too. Of
each folder are recomputed
  - the table (figures/table.csv to seven digits; table.md, table.tex and report.md to the printed digit): means, half widths of intervals,
    numbers of trainings, the paper's values, differences, the floor, times, which value is the best, what is missing;
  - the claims table of report.md: verdicts, our numbers, the paper's numbers, and the line that counts the verdicts;
  - where the paper's own numbers disagree.
  - in the measurements: that ece_max is the largest of the parameters' calibration errors and the contraction the mean of theirs (those of
    single parameters are in no report; contraction and z-scores are in those of problems of one's own alone).
Read are measurements.csv(.gz), resolved.yaml (the claims) and results/published/published-results.csv. What the numbers mean is in
report.md ("How to read this"), results/benchmarks/intervals.md and the documentation of src/Reporting/Statistics and src/Reporting/Claims.
Exit status 1 and a list of the differences when something differs. Needs NumPy, SciPy and PyYAML.
"""
import csv
import itertools
import pathlib
import re
import sys
from collections import Counter

import numpy as np
import yaml

from recomputation.claims import Judge
from recomputation.estimates import Results, measurements
from recomputation.tables import image_table, latex_rows, legend, markdown_grids, result_table
from recomputation.text import Contenders, Published, Setting, is_like

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXPERIMENTS = ["gmm", "gmm-published-script", "two_moons", "kinematics", "tumor", "denoising", "denoising-night"]
SUITES = ["sbibm"]
VERDICTS = ["reproduced", "contradicted", "undecided", "not measured"]


def members_of(suite):
    return sorted(f for f in suite.glob("*") if f.is_dir() and measurements(f) is not None)


def variants_of(folder):
    return sorted(f for f in folder.iterdir() if f.is_dir() and measurements(f) is not None)


def variant_in(rows):
    return rows[0]["variant"]


def grids(markdown):
    """The pipe tables of a text: rows of cells, without the line below the heading."""
    def cells(line):
        return [re.sub(r"\\([|*_])", r"\1", c.strip()) for c in re.split(r"(?<!\\)\|", line)[1:-1]]
    blocks = re.findall(r"(?:^\|.*\n)+", markdown, re.M)
    return [[cells(line) for i, line in enumerate(b.splitlines()) if i != 1] for b in blocks]


def line_of(text, start):
    return next((line for line in text.splitlines() if line.startswith(start)), "")


def unstacked(latex):
    """A row of LaTeX with its stacks of lines as one line each."""
    return re.sub(r"\\shortstack\[l\]{(.*?\\\\.*?)}", lambda m: m[1].replace("\\\\", " "), latex)


class Page:
    """One results folder: what its report must say against what it says."""

    def __init__(self, folder):
        self.folder = folder
        self.experiment = yaml.safe_load((folder / "resolved.yaml").read_text())
        name, rows = self.experiment["name"], measurements(folder)
        self.variant = variant_in(rows)
        self.contenders = Contenders(self.experiment, rows)
        self.results = Results(rows, name, self.variant, self.contenders)
        self.published = Published(ROOT / "results/published/published-results.csv", name, self.contenders)
        self.report = (folder / "report.md").read_text()
        self.numbers, self.wrong = 0, []
        variants = [(self.variant, self.results)]
        if self.variant == "paper":
            others = [(variant_in(r), r) for r in map(measurements, variants_of(folder))]
            variants += [(v, Results(r, name, v, self.contenders)) for v, r in others]
        self.findings = [(claim, variant, Judge(results)(claim), Judge(results).paper(claim, self.published))
                         for claim in self.experiment.get("claims") or [] for variant, results in variants]
        self.check_tables()
        self.check_claims(several=len(variants) > 1)
        pairs = list(self.published.disagreements())
        if pairs:
            heads = ["Setting", "Budget", "Metric", "One figure", "The other", "Difference"]
            self.check_rows("report.md, disagreements", [heads, *pairs], self.grid("Where the paper's own numbers disagree"))
        self.check_missing()
        for where, largest, one in self.results.of_all_parameters("ece_", "ece_max", max):
            self.check(f"measurements, {where}: ece_max, the largest of all parameters'", str(largest), str(float(one)))
        for where, mean, one in self.results.of_all_parameters("contraction_", "contraction", np.mean):
            self.check_number(f"measurements, {where}: contraction, the mean over the parameters", mean, one)

    def check(self, where, expected, found):
        self.numbers += len(re.findall(r"\d+(?:\.\d+)?", found))
        if not is_like(expected, found):
            self.wrong.append(f"{where}: '{found}', recomputed '{expected}'")

    def check_number(self, where, expected, found):
        """Of a CSV file. Sums differ in their last bits, quantiles of Student's distribution in their ninth digit."""
        self.numbers += found != ""
        if (expected is None) != (found == "") or expected is not None and not abs(expected - float(found)) <= 1e-7 * abs(expected) + 1e-13:
            self.wrong.append(f"{where}: {found or 'nothing'}, recomputed {'nothing' if expected is None else repr(expected)}")

    def check_rows(self, where, expected, found):
        self.check(f"{where}: number of rows", str(len(expected)), str(len(found)))
        for i, (row, other) in enumerate(zip(expected, found)):
            place = f"{where}, row {i + 1} ({', '.join(c for c in other[:3] if c)})"
            self.check(f"{place}: number of cells", str(len(row)), str(len(other)))
            for e, f in zip(row, other):
                self.check(place, e, f)

    def settings(self):
        """What was planned (each contender's steps at each budget that has rows of it) or measured, in the order of the table."""
        plan, settings = self.experiment["simulations"], self.results.settings()
        begun = {(s.contender, s.budget) for s in settings}
        for name, contender in self.experiment["contenders"].items():
            for budget in plan["budgets"]:
                if (name, budget) in begun:
                    full = plan.get("full_sweep") is None or budget in plan["full_sweep"] or contender.get("budget_steps") is None
                    settings |= {Setting(name, budget, s) for s in (contender.get("steps" if full else "budget_steps") or [1])}
        return sorted(settings, key=self.contenders.order)

    def section(self, title):
        return re.split(r"^## ", self.report.partition(f"\n## {title}\n")[2], flags=re.M)[0]

    def grid(self, title):
        return next(iter(grids(self.section(title))), [])

    def check_tables(self):
        found = list(csv.reader((self.folder / "figures/table.csv").open(newline="")))
        markdown, latex = ((self.folder / "figures" / name).read_text() for name in ("table.md", "table.tex"))
        metrics = [c.removesuffix("_plus_minus") for c in found[0] if c.endswith("_plus_minus")]
        table = image_table if found[0][0] == "network" else result_table
        self.columns, self.rows, covers = table(self.settings(), self.results, self.published, metrics)
        heads = [n for c in self.columns for n in ([c.name, c.name + "_plus_minus"] if c.has_width else [c.name])]
        self.check_rows("table.csv", [[*heads, "holes"]], found[:1])
        self.check("table.csv: number of rows", str(len(self.rows)), str(len(found) - 1))
        for i, (row, other) in enumerate(zip(self.rows, found[1:])):
            place, fields = f"table.csv, row {i + 1} ({', '.join(other[:3])})", dict(zip(found[0], other))
            for column, cell in zip(self.columns, row):
                if column.numeric:
                    self.check_number(f"{place}, {column.name}", cell.value, fields.get(column.name, ""))
                else:
                    self.check(f"{place}, {column.name}", cell.text, fields.get(column.name, ""))
                if column.has_width:
                    self.check_number(f"{place}, {column.name}_plus_minus", cell.width, fields.get(f"{column.name}_plus_minus", ""))
            holes = [f"{column.name}: {cell.hole}" for column, cell in zip(self.columns, row) if cell.hole]
            self.check(f"{place}, holes", "; ".join(holes), fields.get("holes", ""))
        of_markdown = grids(markdown)
        expected = markdown_grids(self.columns, self.rows)
        self.check("table.md: number of tables", str(len(expected)), str(len(of_markdown)))
        for i, (grid, other) in enumerate(zip(expected, of_markdown)):
            self.check_rows(f"table.md, table {i + 1}", grid, other)
        self.check_rows("table.tex", latex_rows(self.columns, self.rows), [
            unstacked(line.removesuffix(" \\\\")).split(" & ")
            for before, line in itertools.pairwise(latex.splitlines()) if line.endswith(" \\\\") and before != "\\toprule"])
        self.check("table.md, legend", legend(self.columns, self.rows, covers), line_of(markdown, "Mean ± "))
        self.check("report.md has table.md", "yes", "yes" if markdown in self.report else "no")

    def check_claims(self, several):
        if not self.findings:
            return
        limits = any(c.get("our_limits") for c, *_ in self.findings)
        head = ["Claim", "Where"] + ["Variant"] * several + ["Verdict", "Our numbers", "The paper's numbers"] + ["Our limits"] * limits
        rows = [[c["text"], c["source"]] + [v] * several
                + [f"**{f.verdict}**" + " (one training)" * f.one_training, f.numbers, paper] + [c.get("our_limits", "")] * limits
                for c, v, f, paper in self.findings]
        self.check_rows("report.md, claims", [head, *rows], self.grid("Claims of the paper"))
        counts = "; ".join(
            ", ".join(f"{sum(f.verdict == v for _, which, f, _ in self.findings if which == variant)} {v}" for v in VERDICTS)
            + f" (variant {variant})" * (variant != "paper")
            for variant in sorted({which for _, which, *_ in self.findings}, key=lambda v: (v != "paper", v)))
        self.check("report.md, counts", f"Claims of the paper: {counts}.", line_of(self.report, "Claims of the paper: "))

    def check_missing(self):
        """Holes of the table (many of one kind in one line), claims without numbers, trainings that were planned."""
        holes = [(c.heading, cell.hole, row) for row in self.rows for c, cell in zip(self.columns, row) if cell.hole]
        count = Counter(h[:2] for h in holes)
        place = {c.name: i for i, c in enumerate(self.columns)}

        def row_name(row):
            budget, steps = (row[place[n]].text if n in place else "" for n in ("budget", "steps"))
            names = [f"budget {budget}" if budget else "", row[place["contender"]].text, "" if steps in ("", "1") else f"{steps} steps"]
            return ", ".join(n for n in names if n)

        lines = [f"{row_name(row)}: {heading}: {hole}" for heading, hole, row in holes if count[heading, hole] <= 6]
        lines += [f"{heading}: {hole} in {n} rows" for (heading, hole), n in count.items() if n > 6]
        lines += [f"claim '{c['id']}' ({v}): {f.numbers}" for c, v, f, _ in self.findings if f.verdict == "not measured"]
        for contender in self.experiment["contenders"]:
            for budget in self.experiment["simulations"]["budgets"]:
                planned = (self.experiment.get("budget_replicates") or {}).get(str(budget), self.experiment.get("replicates", 1))
                trainings = self.results.trainings(contender, budget) & set(range(planned))
                if len(trainings) < planned:
                    lines.append(f"{contender}, {budget} simulations: {len(trainings)} of {planned} trainings measured")
        found = [re.sub(r"\\([|*_])", r"\1", line[2:]) for line in self.section("What is missing").splitlines() if line.startswith("- ")]
        self.check_rows("report.md, what is missing", [[line] for line in sorted(lines)], [[line] for line in sorted(found)])


def main(folders):
    wrong = False
    for folder in folders:
        for part in [folder, *variants_of(folder)]:
            page = Page(part)
            wrong |= len(page.wrong) > 0
            print(f"{part}: {page.numbers} numbers and {len(page.findings)} verdicts, {len(page.wrong)} differences")
            for line in page.wrong:
                print(f"  {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    committed = [ROOT / "results" / e for e in EXPERIMENTS] + [m for s in SUITES for m in members_of(ROOT / "results" / s)]
    sys.exit(main([pathlib.Path(a).resolve() for a in sys.argv[1:]] or committed))
