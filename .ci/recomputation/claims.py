"""Verdicts on the claims of the paper."""
from collections import namedtuple

from recomputation.estimates import CONFIDENCE, Ratio, basis_of, trainings_text
from recomputation.text import STYLES, Setting, plain, source_name, written

Finding = namedtuple("Finding", "verdict numbers one_training", defaults=(False,))


class Judge:
    """Decides the claims of an experiment on the measurements of one variant."""

    def __init__(self, results):
        self.results, self.name = results, results.contenders.setting

    def sides(self, claim):
        """The settings that a claim is about."""
        if claim["kind"] in ("best-steps", "trend"):
            points = claim["steps"] if claim["kind"] == "best-steps" else claim["points"]
            if claim.get("along") == "budget":
                return [Setting(claim["contender"], budget, claim.get("steps", 1)) for budget in sorted(points)]
            return [Setting(claim["contender"], claim["budget"], steps) for steps in sorted(points)]
        named = [claim.get(k) for k in ("best", "left", "right", "numerator", "denominator")] + claim.get("others", [])
        return [Setting(s["contender"], s["budget"], s.get("steps", 1)) for s in named if s]

    def __call__(self, claim):
        metric, sides = claim.get("metric", "c2st"), self.sides(claim)
        means = [self.results.mean(s, metric) for s in sides]
        if None in means:
            holes = [(s, self.results.quantity(s, metric).hole()) for s, m in zip(sides, means) if m is None]
            return Finding("not measured", "; ".join(f"{self.name(s)} (budget {s.budget}): {h}" for s, h in holes))
        digits = STYLES[metric].digits
        shown = [f"{self.name(s)}: {written(m.value, digits)}" for s, m in zip(sides, means)]
        return getattr(self, claim["kind"].replace("-", "_"))(claim, metric, sides, [m.value for m in means], shown)

    def lower(self, claim, metric, sides, means, shown):
        if len(sides) == 1:
            difference = self.results.mean(sides[0], metric)
            difference.value -= claim["constant"]
            shown.append(written(claim["constant"], STYLES[metric].digits))
        else:
            difference = self.results.difference(*sides, metric)
        limit = claim.get("tolerance", 0)
        verdict = "reproduced" if difference.high() < limit else "contradicted" if difference.low() > limit else "undecided"
        return Finding(verdict, "; ".join([*shown, f"difference {difference.described()}"]), difference.one_training)

    def best(self, claim, metric, sides, means, shown):
        limit, each = claim.get("tolerance", 0), 1 - (1 - CONFIDENCE) / (len(sides) - 1)
        differences = [self.results.difference(sides[0], other, metric) for other in sides[1:]]
        below, above = [d.high() < limit for d in differences], [d.low(each) > limit for d in differences]
        remarks = ["" if b else " (lower than the claimed best)" if a else " (cannot be told apart)" for b, a in zip(below, above)]
        numbers = [f"{s}, difference {d.described()}{r}" for s, d, r in zip(shown[1:], differences, remarks)]
        verdict = "reproduced" if all(below) else "contradicted" if any(above) else "undecided"
        return Finding(verdict, "; ".join([shown[0], *numbers]), any(d.one_training for d in differences))

    def best_steps(self, claim, metric, sides, means, shown):
        limit, digits = claim.get("tolerance", 0), STYLES[metric].digits
        inside = [s for s in sides if claim["from"] <= s.steps <= claim["to"]]
        outside = [s for s in sides if s not in inside]
        pairs = {(i, o): self.results.difference(i, o, metric) for i in inside for o in outside}
        of_inside, of_outside = (1 - (1 - CONFIDENCE) / len(several) for several in (inside, outside))
        rivals = [o.steps for o in outside if not any(pairs[i, o].high(of_inside) < limit for i in inside)]
        left = [i for i in inside if not any(pairs[i, o].low(of_outside) > limit for o in outside)]
        mean = dict(zip(sides, means))
        lowest, best = min(sides, key=mean.get), min(inside, key=mean.get)
        rest = f"not told to be worse: {', '.join(map(str, rivals))} steps" if rivals else "every other number of steps is worse"
        trainings = {s: self.results.mean(s, metric).trainings for s in sides}

        def number(s):
            apart = f", {trainings_text([trainings[s]])}" * (len(set(trainings.values())) > 1)
            return f"{s.steps} steps ({written(mean[s], digits)}{apart})"

        numbers = (f"lowest at {number(lowest)}; best of {claim['from']} to {claim['to']}: {number(best)}; {rest} "
                   f"({basis_of(pairs.values())})")
        verdict = "undecided" if rivals and left else "contradicted" if rivals else "reproduced"
        return Finding(verdict, numbers, any(d.one_training for d in pairs.values()))

    def ratio(self, claim, metric, sides, means, shown):
        ratio = Ratio(self.results, *sides, metric, means[0] / means[1])
        least, most = claim.get("at_least"), claim.get("at_most")
        inside = (least is None or ratio.low >= least) and (most is None or ratio.high <= most)
        outside = (least is not None and ratio.high < least) or (most is not None and ratio.low > most)
        expected = " and ".join(f"{which} {plain(limit)}" for which, limit in (("at least", least), ("at most", most)) if limit is not None)
        return Finding("reproduced" if inside else "contradicted" if outside else "undecided",
                       f"{'; '.join(shown)}; ratio {ratio.described()} (expected {expected})", ratio.difference.one_training)

    def trend(self, claim, metric, sides, means, shown):
        way, limit = 1 if claim["direction"] == "increases" else -1, claim.get("tolerance", 0)
        each = 1 - (1 - CONFIDENCE) / (len(sides) - 1)
        points = [s.budget if claim["along"] == "budget" else s.steps for s in sides]
        whole = self.results.difference(sides[-1], sides[0], metric)
        neighbours = [self.results.difference(b, a, metric) for a, b in zip(sides, sides[1:])]
        against = [f"{a} to {b}" for a, b, d in zip(points, points[1:], neighbours) if d and way * d.value + d.half(each) < -limit]
        numbers = ", ".join(f"{p}: {written(m, STYLES[metric].digits)}" for p, m in zip(points, means))
        contrary = f"; the other way from {', '.join(against)}" if against else ""
        least, most = way * whole.value - whole.half(), way * whole.value + whole.half()
        verdict = "contradicted" if against or most < -limit else "reproduced" if least > limit else "undecided"
        return Finding(verdict, f"{numbers}; last minus first {whole.described()}{contrary}", whole.one_training)

    def paper(self, claim, published):
        metric, sides = claim.get("metric", "c2st"), list(dict.fromkeys(self.sides(claim)))
        several = len({s.budget for s in sides}) > 1
        given = [(s, published.of(s, metric)) for s in sides]
        return "; ".join(f"{self.name(s)}{f' (budget {s.budget})' if several else ''}: "
                         + ", ".join(f"{written(v, STYLES[metric].digits)} ({source_name(source)})" for source, v in values)
                         for s, values in given if values) or "not given as a number"
