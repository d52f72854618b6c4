"""The result tables of a report: what stands in each cell, and how Markdown and LaTeX show it."""
import re
from collections import namedtuple

from recomputation.estimates import Term, estimate
from recomputation.text import KINDS, NETWORKS, STYLES, fixed, signed, source_name, texts_of, written

FLOOR = "Floor: a second, independent draw of the reference posterior"
Column = namedtuple("Column", "name heading numeric has_width", defaults=(True, False))
Cell = namedtuple("Cell", "text value width hole best one_training", defaults=("", None, None, None, False, False))
MAYBE = "maybe"  # Best or not: the last bits decide.


def whole(number):
    return Cell(str(number), number)


def best_of(mean, means, form):
    """Whether it is the best as a reader sees it: equal digits are equally good, and one value alone is no contest."""
    values = [m.value for m in means if m]
    if mean is None or len(values) < 2:
        return False
    own, lowest = texts_of(form(mean.value)), texts_of(form(min(values)))
    return mean.value == min(values) or (bool(own & lowest) if len(own) == len(lowest) == 1 else MAYBE if own & lowest else False)


def number_cell(mean, hole, best, factor, digits, width_digits):
    if mean is None:
        return Cell(hole=hole)
    if mean.error is None:
        return Cell(written(factor * mean.value, digits), factor * mean.value, None, hole, best)
    text = f"{written(factor * mean.value, digits)} ± {written(factor * mean.half(), width_digits)}"
    return Cell(text, factor * mean.value, factor * mean.half(), hole, best, mean.one_training)


def marked(rows):
    """With † where an interval leaves the spread between trainings out, in a table where others have it."""
    mixed = len({c.one_training for row in rows for c in row if c.width is not None}) > 1
    return [[c._replace(text=c.text + "†") if mixed and c.one_training else c for c in row] for row in rows]


def result_table(settings, results, published, metrics):
    """A row per setting, the floor before them: columns, rows, and of each interval whether it covers trainings."""
    means = {(m, s): results.mean(s, m) for m in metrics for s in settings}
    budgets = sorted({s.budget for s in settings})
    trainings = any(e.trainings > 1 for e in means.values() if e)
    # Where two metrics are published under one name, the paper means the last.
    compared = list({STYLES[m].published: m for m in metrics if published.has(m)}.values())
    paper = list(dict.fromkeys((m, source) for m in compared for s in settings for source, _ in published.of(s, m)))
    columns = [Column("budget", "Budget")] * (len(budgets) > 1) + [Column("contender", "Contender", False), Column("steps", "Steps")]
    columns += [Column("trainings", "Trainings")] * trainings + [Column(m, STYLES[m].heading, True, True) for m in metrics]
    for m, source in paper:
        columns.append(Column(f"paper_{m}_{source}", f"{STYLES[m].heading}, {source_name(source)}"))
        columns += [Column(f"difference_{source}", f"ours - {source_name(source)}")] * (m == compared[0])
    rows = []
    for s in settings:
        row = [whole(s.budget)] * (len(budgets) > 1) + [Cell(results.contenders.label[s.contender]), whole(s.steps)]
        row += [whole(max((means[m, s].trainings for m in metrics if means[m, s]), default=0))] * trainings
        for m in metrics:
            digits = STYLES[m].digits
            best = STYLES[m].lowest and best_of(
                means[m, s], [means[m, t] for t in settings if t.budget == s.budget], lambda v, digits=digits: written(v, digits))
            hole = None if m == "passes_per_draw" and means[m, s] is None else results.quantity(s, m).hole()
            row.append(number_cell(means[m, s], hole, best, 1, digits, digits if digits > 0 else -1))
        for m, source in paper:
            value, ours = dict(published.of(s, m)).get(source), means[m, s]
            row.append(Cell() if value is None else Cell(written(value, STYLES[m].digits), value))
            if m == compared[0]:
                apart = None if value is None or ours is None else ours.value - value
                row.append(Cell() if apart is None else Cell(signed(apart, abs(STYLES[m].digits)), apart))
        rows.append(row)
    covers = [not c.one_training for row in rows for c in row if c.width is not None]
    return columns, floor_row(columns, results, metrics, budgets[0]) + marked(rows), covers


def floor_row(columns, results, metrics, budget):
    if not results.has_floor():
        return []
    row = []
    for column in columns:
        if column.name in metrics:
            quantity = results.floor(budget, column.name)
            mean, digits = estimate((1, Term(0, quantity))), STYLES[column.name].digits
            row.append(number_cell(mean, quantity.hole(), False, 1, digits, digits if digits > 0 else -1)
                       if mean or STYLES[column.name].distance else Cell())
        else:
            row.append(Cell(FLOOR) if column.name == "contender" else Cell())
    return [row]


def image_table(settings, results, published, _):
    """A row per network, budget and method."""
    columns = [Column("network", "Network", False), Column("budget", "Budget"),
               Column("contender", "Contender", False), Column("steps", "Steps"),
               Column("rmse", "RMSE", True, True), Column("paper_rmse", "paper"),
               Column("mmd2_x1e3", "MMD² x 1000", True, True), Column("paper_mmd", "paper"),
               Column("mmd2_unbiased_x1e3", "unbiased", True, True), Column("ms_per_draw", "ms / draw", True, True),
               Column("paper_ms", "paper (GPU)")]
    shown = [("rmse", 1, 3, 3), ("mmd2", 1000, 2, 2), ("mmd2_unbiased", 1000, 2, None), ("seconds_per_1000_draws", 1, -2, 1)]
    means = {(m, s): results.mean(s, m) for m, *_ in shown for s in settings}
    rows = []
    who = results.contenders
    for s in sorted(settings, key=lambda s: (who.network[s.contender], *who.order(s))):
        network, kind = (NETWORKS.get(n, n) for n in (who.network[s.contender], KINDS[who.method[s.contender]][0]))
        row = [Cell(network), whole(s.budget), Cell(who.label[s.contender].removesuffix(f" {network}")), whole(s.steps)]
        for m, factor, digits, of_paper in shown:
            def form(value):
                return written(factor * value, digits)
            best = STYLES[m].lowest and best_of(means[m, s], [means[m, t] for t in settings if t.budget == s.budget], form)
            row.append(number_cell(means[m, s], results.quantity(s, m).hole(), best, factor, digits, digits))
            if of_paper:
                given = [v * factor for _, v in published.of(s, m)]
                row.append(Cell(" / ".join(fixed(v, of_paper) for v in given), given[0] if len(given) == 1 else None))
        rows.append(row)
    return columns, rows, [not e.one_training for (m, _), e in means.items() if e and e.error is not None and m != "seconds_per_1000_draws"]


def legend(columns, rows, covers):
    over = "test sets (one training of each)" if not any(covers) else \
        "test sets and trainings" if all(covers) else "test sets and trainings († one training: over test sets only)"
    best = "; **bold**: the best value among the contenders" + " of a budget" * any(c.name == "budget" for c in columns)
    return f"Mean ± half the width of the 95 % interval over {over}{best * any(c.best for row in rows for c in row)}."


def by_budget(columns, rows):
    """The columns and rows of each budget's table, with what has something to show for it; one table when there is one budget."""
    budget = next((i for i, c in enumerate(columns) if c.name == "budget"), None)
    budgets = [] if budget is None else list(dict.fromkeys(row[budget].text for row in rows if row[budget].text))
    parts = [(list(range(len(columns))), rows)]
    if len(budgets) > 1:
        parts = []
        for b in budgets:
            of_budget = [row for row in rows if row[budget].text == b]
            parts.append(([i for i in range(len(columns)) if i != budget and any(row[i].text for row in of_budget)],
                          [row for row in rows if row[budget].text in (b, "")]))
    return parts, list(dict.fromkeys(row[i].hole for shown, part in parts for row in part for i in shown if row[i].hole))


def markdown_grids(columns, rows):
    """A grid of cells for each budget."""
    parts, notes = by_budget(columns, rows)
    return [[[columns[i].heading for i in shown]] + [[markdown(row[i], notes) for i in shown] for row in part] for shown, part in parts]


def markdown(cell, notes):
    stars = {True: "**", False: "", MAYBE: "⟨**|⟩"}[cell.best]
    text = f"{stars}{cell.text}{stars}"
    return text if cell.hole is None else f"{text or '—'} [{notes.index(cell.hole) + 1}]"


def latex_rows(columns, rows):
    """The rows of all budgets, one after another."""
    parts, notes = by_budget(columns, rows)
    return [[latex(row[i], notes) for i in shown] for shown, part in parts for row in part]


def latex(cell, notes):
    text = re.sub("[±†&%#_]", lambda c: {"±": r"$\pm$", "†": r"$\dagger$"}.get(c[0], "\\" + c[0]), cell.text)
    text = re.sub(r"(^⟨?|\|)-", r"\1$-$", text)
    text = {True: rf"\textbf{{{text}}}", False: text, MAYBE: rf"⟨\textbf{{|⟩{text}⟨}}|⟩"}[cell.best]
    return text if cell.hole is None else (text or "---") + rf"\textsuperscript{{{notes.index(cell.hole) + 1}}}"
