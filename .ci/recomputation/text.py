"""Names and numbers as the reports write them, and the paper's numbers."""
import csv
import math
import re
from collections import namedtuple
from decimal import ROUND_HALF_UP, Decimal

# Heading, digits (negative: significant ones), name among the published numbers, unit of those, distance to the reference, best is lowest.
Style = namedtuple("Style", "heading digits published unit distance lowest")
STYLES = {
    "c2st": Style("C2ST", 3, "c2st", 1, True, True),
    "mmd2": Style("MMD² (biased)", 4, "mmd_x1e3", 1e-3, True, True),
    "mmd2_unbiased": Style("MMD² (unbiased)", 4, "mmd2_unbiased", 1, True, False),
    "rmse": Style("RMSE", 3, "rmse", 1, False, True),
    "scaled_error": Style("published script's “RMSE”", 3, "rmse", 1, False, True),
    "ece_max": Style("max ECE", 3, "max_ece", 1, False, True),
    "tarp": Style("TARP", 3, "tarp", 1, False, True),
    "contraction": Style("contraction", 3, "contraction", 1, False, False),
    "z_score": Style("z-score", 2, "z_score", 1, False, False),
    "resimulation_error": Style("re-simulation error", 4, "resimulation_error", 1, False, True),
    "seconds_per_1000_draws": Style("time of 1000 draws (s)", -2, "ms_per_sample", 1, False, False),
    "seconds": Style("time of all draws (s)", -2, "seconds", 1, False, False),
    "passes_per_draw": Style("passes of a draw", 1, "passes_per_draw", 1, False, False),
}
# Label, a step and several steps of drawing; in the order of tables.
KINDS = {"acf": ("ACF", None, None), "nsf": ("NSF", None, None), "fmpe": ("FMPE", "step", "steps"), "cmpe": ("CMPE", "step", "steps"),
         "npse": ("NPSE", "pass", "passes"), "ect": ("ECT", "step", "steps")}
NETWORKS = {"mlp": "MLP", "u-net": "U-Net"}
Setting = namedtuple("Setting", "contender budget steps")


# Numbers as text. Where the last bits of a sum decide how a number is rounded, the text is a choice: ⟨0.668|0.669⟩.

def rounded(value, decimals):
    text = f"{Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"
    return text[1:] if text.startswith("-") and not re.search("[1-9]", text) else text


def choice(value, form):
    texts = list(dict.fromkeys(form(float(v)) for v in (value, value * (1 - 1e-7), value * (1 + 1e-7))))
    return texts[0] if len(texts) == 1 else f"⟨{'|'.join(texts)}⟩"


def fixed(value, decimals):
    return choice(value, lambda v: rounded(v, decimals))


def signed(value, decimals):
    def form(v):
        text = rounded(v, decimals)
        return text if text.startswith("-") or not re.search("[1-9]", text) else "+" + text
    return choice(value, form)


def significant(value, digits):
    def form(v):
        if v == 0:
            return "0"
        places = digits - 1 - math.floor(math.log10(abs(v)))
        places -= abs(Decimal(rounded(v, places))) >= Decimal(10) ** (digits - places)  # 9.96 has become 10.
        return rounded(v, places)
    return choice(value, form)


def written(value, digits):
    return fixed(value, digits) if digits >= 0 else significant(value, -digits)


def plain(number):
    return repr(float(number)).removesuffix(".0")


def texts_of(text):
    """All readings of a text with choices."""
    found = re.search("⟨([^⟩]*)⟩", text)
    return {text} if not found else set().union(*(texts_of(text.replace(found[0], t, 1)) for t in found[1].split("|")))


def is_like(expected, found):
    pattern = re.escape(expected).replace(re.escape("⟨"), "(?:").replace(re.escape("⟩"), ")").replace(re.escape("|"), "|")
    return expected == found or ("⟨" in expected and re.fullmatch(pattern, found) is not None)


class Contenders:
    """How contenders are named for readers and in which order they stand: those of an experiment, then any others that were measured."""

    def __init__(self, experiment, rows):
        known = {}
        for name, c in experiment["contenders"].items():
            network = c["network"].get("kind", "mlp") if "network" in c else ""
            known[name] = c["kind"], network, c.get("label")
        for r in rows:
            # Before there were columns for kind and network a contender was named METHOD, METHOD-NETWORK or METHOD-REMARK.
            method, _, remark = r["contender"].partition("-")
            network = {"naive": "naive", "unet": "u-net"}.get(remark, "")
            if r["contender"] != "reference":
                known.setdefault(r["contender"], (r.get("method") or method, r["network"] if "network" in r else network, None))
        self.method, self.network, self.label, self.sibling = {}, {}, {}, {}
        for name, (method, network, label) in known.items():
            siblings = [k for k, other in known.items() if other[0] == method]
            differ = len({known[k][1] for k in siblings}) > 1
            self.method[name], self.network[name], self.sibling[name] = method, network, siblings.index(name)
            self.label[name] = label or (f"{KINDS[method][0]} {NETWORKS.get(network, network)}".strip() if differ else KINDS[method][0])
        labels = list(self.label.values())
        for name, label in self.label.items():
            if labels.count(label) > 1 and name != self.method[name]:
                self.label[name] = f"{label} ({name})"

    def setting(self, setting):
        return with_steps(self.label[setting.contender], self.method[setting.contender], setting.steps)

    def order(self, setting):
        name = setting.contender
        return setting.budget, list(KINDS).index(self.method[name]), self.sibling[name], self.label[name], setting.steps


def with_steps(label, kind, steps):
    one, several = KINDS[kind][1:]
    return label if one is None else f"{label}, {steps} {one if steps == 1 else several}"


def reading_error(row):
    return float(row["note"].removeprefix("digitised +-")) if row["note"].startswith("digitised") else 0.0


class Published:
    """The paper's numbers."""

    def __init__(self, file, experiment, contenders):
        self.contenders = contenders
        self.rows = [r for r in csv.DictReader(file.open(newline="")) if r["experiment"] == experiment]

    def has(self, metric):
        return any(r["metric"] == STYLES[metric].published for r in self.rows)

    def of(self, setting, metric):
        """(source, value in our unit) of each source that has a setting's kind and, where the paper tells networks apart, network."""
        method, network = self.contenders.method[setting.contender], self.contenders.network[setting.contender]
        return [(r["source"], float(r["value"]) * STYLES[metric].unit) for r in self.rows
                if (r["contender"], r["metric"], int(r["steps"])) == (method, STYLES[metric].published, setting.steps)
                and r["variant"] in ("", network) and r["budget"] in ("all", str(setting.budget))]

    def disagreements(self):
        pairs = []
        for j, b in enumerate(self.rows):
            for a in self.rows[:j]:
                misread = reading_error(a) + reading_error(b)
                apart = abs(float(a["value"]) - float(b["value"]))
                if all(a[k] == b[k] for k in ("variant", "budget", "contender", "steps", "metric")) and apart > misread + 1e-9:
                    pairs.append((apart, a, b))
        for _, a, b in sorted(pairs, key=lambda p: -p[0]):
            one, other = (f"{plain(r['value'])} ± {plain(reading_error(r))} ({source_name(r['source'])})" for r in (a, b))
            kind = a["contender"]
            yield [with_steps(KINDS[kind][0], kind, int(a["steps"])), a["budget"].replace("all", ""), a["metric"], one, other,
                   signed(float(b["value"]) - float(a["value"]), 3)]


def source_name(source):
    figure = re.match(r"fig(\d)", source)
    return f"Table {source[5:]}" if source.startswith("table") else f"Figure {figure[1]}" if figure else \
        "steps figure of the newer version" if source == "fig_steps" else source
