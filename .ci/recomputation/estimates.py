"""Means, differences and intervals over test sets and trainings, and the measurements they are taken of."""
import csv
import gzip
import io
import math
import re
from collections import namedtuple

import numpy as np
from scipy import optimize, stats

from recomputation.text import Setting, fixed, signed, significant

CONFIDENCE = 0.95
CALIBRATION = {"ece_max": 0.25, "ece_one": 0.37, "tarp": 0.26}  # Standard deviation over draws of J test sets, times the root of J.


class Quantity:
    """One metric of one setting: numbers[r, j] of training r and test set j, NaN where there is none."""

    def __init__(self, rows, deviation=None, scale=1.0):
        good = [r for r in rows if r["status"] == "ok"]
        self.failed = [r["status"] for r in rows if r["status"] != "ok"]
        self.rows = len(rows)
        self.per_set = any(r["data_set"] != "" for r in good)
        good = [r for r in good if (r["data_set"] != "") == self.per_set]
        self.trainings = sorted({int(r["replicate"]) for r in good})
        self.sets = sorted({int(r["data_set"] or 0) for r in good})
        self.numbers = np.full((len(self.trainings), len(self.sets)), np.nan)
        for r in good:
            self.numbers[self.trainings.index(int(r["replicate"])), self.sets.index(int(r["data_set"] or 0))] = scale * float(r["value"])
        counts = (~np.isnan(self.numbers)).sum(axis=1)
        kept = 2 * counts >= counts.max(initial=0)  # A training with fewer than half of the test sets does not count.
        given = ~np.isnan(self.numbers[kept]).all(axis=0)  # Test sets that only such a training has do not count either.
        self.numbers, self.trainings = self.numbers[kept][:, given], [t for t, k in zip(self.trainings, kept) if k]
        self.sets = [j for j, g in zip(self.sets, given) if g]
        self.deviation = deviation  # Scatter over draws of test sets of a number that belongs to all of them; None where it is not known.

    def complete(self):
        return {j for j, column in zip(self.sets, self.numbers.T) if len(column) and not np.isnan(column).any()}

    def at(self, sets):
        return self.numbers[:, [self.sets.index(j) for j in sets]]

    def mean(self):
        return float(np.nanmean(np.nanmean(self.numbers, axis=1))) if self.trainings else 0.0

    def hole(self):
        if self.rows == 0:
            return "not measured"
        if not self.failed:
            return None
        reasons = ", ".join(sorted(set(self.failed)))
        return f"failed: {reasons}" if self.rows == 1 else f"{len(self.failed)} of {self.rows} failed: {reasons}"


Term = namedtuple("Term", "budget quantity others elsewhere", defaults=({}, None))


class Estimate:
    """A weighted sum of means with its standard error, degrees of freedom and what it rests on."""

    def __init__(self, terms, sets):
        quantities = [t.quantity for _, t in terms]
        self.trainings = len(quantities[0].trainings)
        self.per_set, self.one_training, borrowed = quantities[0].per_set, False, []
        sums = sum(w * t.quantity.at(sets).mean(axis=0) for w, t in terms)
        self.value = float(sums.mean())
        parts = []  # Variances and their degrees of freedom.
        if len(sets) > 1:
            parts.append((sums.var(ddof=1) / len(sets), len(sets) - 1))
        elif not self.per_set:
            parts.append((sum((w * (t.quantity.deviation or 0)) ** 2 for w, t in terms), math.inf))
        blocks = {}
        for i, (w, t) in enumerate(terms):
            several = len(t.quantity.trainings) > 1
            blocks.setdefault((t.budget, *t.quantity.trainings) if several else ("alone", i), []).append((w, t))
        for block in blocks.values():
            weight, first = block[0]
            if len(first.quantity.trainings) > 1:
                variance, freedom = spread(block, sets)
                parts.append((variance / len(first.quantity.trainings), freedom))
            elif first.elsewhere:
                variance, freedom, source = first.elsewhere
                parts.append((weight ** 2 * variance, freedom))
                borrowed += [source] if source not in borrowed else []
            else:
                self.one_training = True
        variance, squares = sum(v for v, _ in parts), sum(v * v / d for v, d in parts)
        self.freedom = variance ** 2 / squares if squares > 0 else math.inf
        unknown = self.per_set and len(sets) == 1 or not self.per_set and (
            self.one_training and variance == 0 or any(q.deviation is None for q in quantities))
        self.error = None if unknown else math.sqrt(variance)
        self.counts = list(dict.fromkeys(len(q.trainings) for q in quantities))
        self.sets, self.borrowed = len(sets), borrowed
        self.left_out = len(set().union(*(q.sets for q in quantities))) - len(sets) if self.per_set else 0

    @property
    def basis(self):
        return basis(self.sets if self.per_set else 0, self.counts, self.left_out, self.borrowed)

    def half(self, confidence=CONFIDENCE):
        if not self.error:
            return math.inf if self.error is None else 0
        return self.error * float(stats.t.ppf((1 + confidence) / 2, self.freedom))

    def low(self, confidence=CONFIDENCE):
        return self.value - self.half(confidence)

    def high(self, confidence=CONFIDENCE):
        return self.value + self.half(confidence)

    def described(self):
        width = "" if self.error is None else f" ± {fixed(self.half(), 4)}"
        return f"{signed(self.value, 4)}{width} ({'' if width else 'no interval: '}{self.basis})"


def trainings_text(counts):
    return "one training" if counts == [1] else " and ".join(map(str, counts)) + " trainings"


def basis(sets, trainings, left_out, borrowed):
    """What a number rests on, in words."""
    return ("" if sets == 0 else "one test set, " if sets == 1 else f"{sets} test sets, ") \
        + trainings_text(trainings) \
        + (f", {left_out} left out" if left_out else "") \
        + (", spread between trainings from " + " and ".join(borrowed) if borrowed else "")


def basis_of(estimates):
    """What several rest on."""
    parts = list(estimates)
    return basis(min(p.sets if p.per_set else 0 for p in parts), sorted({c for p in parts for c in p.counts}),
                 max(p.left_out for p in parts), list(dict.fromkeys(b for p in parts for b in p.borrowed)))


def estimate(*terms):
    """Of (weight, term) pairs, over the test sets that every training of every term has; None without one."""
    sets = sorted(set.intersection(*(t.quantity.complete() for _, t in terms)))
    return Estimate(terms, sets) if sets and len({t.quantity.per_set for _, t in terms}) == 1 else None


def components(table):
    """Of trainings by test sets, one value in a cell: the variance between trainings by moments, and that of their means (with the rest)."""
    trainings, sets = table.shape
    of_means = float(table.mean(axis=1).var(ddof=1))
    if sets == 1:
        return of_means, of_means
    rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0, keepdims=True) + table.mean()
    return of_means - float((rest ** 2).sum()) / ((trainings - 1) * (sets - 1)) / sets, of_means


def spread(block, sets):
    """Of one training's weighted sum: its variance (the larger of this budget's and that pooled over budgets) and degrees of freedom."""
    own, of_means = components(sum(w * t.quantity.at(sets) for w, t in block))
    freedom = len(block[0][1].quantity.trainings) - 1
    pooled = [(own, freedom)]
    for budget in set.intersection(*(set(t.others) for _, t in block)):
        others = [(w, t.others[budget]) for w, t in block]
        common = sorted(set.intersection(*(q.complete() for _, q in others)))
        if common and len(others[0][1].trainings) > 1 and all(q.trainings == others[0][1].trainings for _, q in others):
            pooled.append((components(sum(w * q.at(common) for w, q in others))[0], len(others[0][1].trainings) - 1))
    if len(pooled) == 1:
        return of_means, freedom
    total = sum(d for _, d in pooled)
    return max(0, own, sum(v * d for v, d in pooled) / total), total


def measurements(folder):
    """The rows of a folder's measurements; None where there are none."""
    packed, plain = folder / "measurements.csv.gz", folder / "measurements.csv"
    if not packed.exists() and not plain.exists():
        return None
    return list(csv.DictReader(io.StringIO(gzip.decompress(packed.read_bytes()).decode() if packed.exists() else plain.read_text())))


class Results:
    """The measurements of one variant of one experiment."""

    def __init__(self, rows, experiment, variant, contenders):
        self.contenders, self.rows, self.terms = contenders, {}, {}
        for r in rows:
            if r["experiment"] == experiment and r["variant"] == variant:
                self.rows.setdefault((Setting(r["contender"], int(r["budget"]), int(r["steps"])), r["metric"]), []).append(r)

    def settings(self):
        return {s for s, _ in self.rows if s.contender != "reference"}

    def quantity(self, setting, metric, own=None):
        rows = self.rows.get((setting, metric), [])
        is_time, constant = metric.startswith("seconds"), CALIBRATION.get(re.sub(r"^ece_\d+$", "ece_one", metric))
        deviation, scale = 0 if is_time else None, 1  # A time does not scatter over test sets; of others it is not known.
        if constant and (setting, "rmse") in self.rows:
            deviation = constant / math.sqrt(len({r["data_set"] for r in self.rows[setting, "rmse"]}))
        elif own is not None and is_time and (mean := Quantity(rows).mean()) > 0:
            scale = own / mean  # Times of other settings scatter in proportion.
        return Quantity(rows, deviation, scale)

    def others(self, setting, metric, own):
        """The same contender and steps at other budgets."""
        alike = [s for s, m in self.rows if m == metric and s._replace(budget=setting.budget) == setting and s != setting]
        return {s.budget: q for s in alike if (q := self.quantity(s, metric, own)).trainings}

    def term(self, setting, metric):
        if (setting, metric) not in self.terms:
            quantity = self.quantity(setting, metric)
            own = quantity.mean() if quantity.trainings else None
            others = self.others(setting, metric, own) if quantity.trainings else {}
            elsewhere = self.elsewhere(setting, metric, own, others) if len(quantity.trainings) == 1 else None
            self.terms[setting, metric] = Term(setting.budget, quantity, others, elsewhere)
        return self.terms[setting, metric]

    def elsewhere(self, setting, metric, own, others):
        """For a setting with one training: the spread of the contender's nearest setting with several; nearest in budget, then in steps."""
        def distance(s):
            apart = [max(a, b, 1) / max(min(a, b), 1) for a, b in zip(s[1:], setting[1:])]
            return *apart, s.budget, s.steps

        for near in sorted((s for s, m in self.rows if m == metric and s.contender == setting.contender and s != setting), key=distance):
            quantity = self.quantity(near, metric, own)
            if len(quantity.trainings) > 1 and quantity.complete():
                block = [(1, Term(near.budget, quantity, self.others(near, metric, own)))]
                at = "" if near.budget == setting.budget else f" at {near.budget}"
                return (*spread(block, sorted(quantity.complete())), self.contenders.setting(near) + at)
        if metric.startswith("seconds") and others:  # The same network, timed again at each budget.
            times = [own] + [self.quantity(setting._replace(budget=b), metric).mean() for b in others]
            return (np.std(times, ddof=1) / np.mean(times) * own) ** 2, len(times) - 1, "the other budgets"
        return None

    def mean(self, setting, metric):
        return estimate((1, self.term(setting, metric)))

    def difference(self, left, right, metric, factor=1.0):
        return estimate((1, self.term(left, metric)), (-factor, self.term(right, metric)))

    def trainings(self, contender, budget):
        """Those that have numbers."""
        return {int(r["replicate"]) for (s, _), rows in self.rows.items() if s[:2] == (contender, budget)
                for r in rows if r["status"] == "ok"}

    def of_all_parameters(self, of_one, of_all, together):
        """Of each training and setting: where, a metric's numbers of the parameters taken together (None where one lacks), that of all."""
        single = [key for key in self.rows if key[1].startswith(of_one) and key[1].removeprefix(of_one).isdigit()]
        count = len({metric for _, metric in single})
        for setting, metric in [key for key in self.rows if count and key[1] == of_all]:
            for one in [r for r in self.rows[setting, metric] if r["status"] == "ok"]:
                each = [float(r["value"]) for key in single if key[0] == setting for r in self.rows[key]
                        if r["replicate"] == one["replicate"] and r["status"] == "ok"]
                where = f"{setting.contender}, {setting.steps} steps, budget {setting.budget}, training {one['replicate']}"
                yield where, together(each) if len(each) == count else None, one["value"]

    def has_floor(self):
        return any(s.contender == "reference" for s, _ in self.rows)

    def floor(self, budget, metric):
        keys = [k for k in self.rows if k[0].contender == "reference" and k[1] == metric]
        keys = [k for k in keys if k[0].budget == budget] or keys
        return Quantity([r for k in keys for r in self.rows[k]])


class Ratio:
    """The interval of a ratio of two means after Fieller: all ratios r for which the interval of numerator - r denominator holds 0."""

    def __init__(self, results, numerator, denominator, metric, value):
        self.value = value
        self.difference = results.difference(numerator, denominator, metric, value)
        self.low, self.high = 0.0, math.inf
        if self.difference is not None and self.difference.error is not None:
            def low(r):
                return results.difference(numerator, denominator, metric, r).low()

            def high(r):
                return results.difference(numerator, denominator, metric, r).high()

            # The ends are never further off than the largest ratio that is sought, a thousand million.
            beyond = next((r for r in max(1, 2 * value) * 2.0 ** np.arange(31) if r < 1e9 and high(r) < 0), None)
            self.low = optimize.brentq(low, 0, value, xtol=1e-12) if low(0) > 0 else 0.0
            self.high = optimize.brentq(high, value, beyond, xtol=1e-12) if beyond else math.inf

    def described(self):
        interval = ", no interval" if self.difference.error is None else \
            f", 95 % interval {significant(self.low, 3)} to {'any' if math.isinf(self.high) else significant(self.high, 3)}"
        return f"{significant(self.value, 3)}{interval} ({self.difference.basis})"
