"""Compares the numbers of a smoke run with those that are kept, or keeps them (--update).

python3 .ci/golden-numbers.py results/scratch .ci/golden [--update]

Times are left out, and so are columns and metrics that are new. On the kind of processor that made the golden numbers every
number must be the same to the last bit; on another one sums are taken in another order, and the numbers of trainings differ a little.
Those of convolutions (contenders "...-unet" and "...-naive") are compared to a thousandth there: batches of few images are oneDNN's, which
cuts them by what it is told of the caches, and the numbers that are kept are from before the others were in vector code.
"""
import csv
import math
import pathlib
import sys

KEY = ["experiment", "variant", "contender", "budget", "replicate", "steps", "data_set", "metric"]


def read(path):
    with open(path, newline="") as file:
        return {tuple(r[k] for k in KEY): r["value"] for r in csv.DictReader(file) if "seconds" not in r["metric"]}


def processor():
    lines = [line.split(":", 1) for line in open("/proc/cpuinfo") if ":" in line]
    facts = {key.strip(): value.strip() for key, value in reversed(lines)}
    return f"{facts.get('vendor_id')} family {facts.get('cpu family')} model {facts.get('model')}"


def difference(old, new, exact, contender):
    if old == new:
        return None
    if exact and not contender.endswith(("-unet", "-naive")):
        return f"{old} has become {new}"
    if exact:
        close = math.isclose(float(old), float(new), rel_tol=1e-3, abs_tol=1e-3)
        return None if close else f"{old} has become {new} (of convolutions)"
    # A metric of a few hundred draws after a few epochs: another rounding moves a classifier's accuracy by some draws.
    return None if math.isclose(float(old), float(new), rel_tol=0.05, abs_tol=0.05) else f"{old} has become {new} (on another processor)"


def main(results, golden, update):
    machine = golden / "processor.txt"
    wrong = []
    for folder in sorted(results.glob("*-smoke")):
        now, kept = read(folder / "measurements.csv"), golden / f"{folder.name}.csv"
        if update:
            golden.mkdir(exist_ok=True)
            with open(kept, "w", newline="") as file:
                out = csv.writer(file, lineterminator="\n")
                out.writerow(KEY + ["value"])
                out.writerows([*key, value] for key, value in now.items())
            machine.write_text(processor() + "\n")
            continue
        exact = machine.read_text().strip() == processor()
        before = read(kept)
        for key, value in before.items():
            if key not in now:
                wrong.append(f"{' '.join(key)}: is gone")
            elif (problem := difference(value, now[key], exact, key[2])) is not None:
                wrong.append(f"{' '.join(key)}: {problem}")
        print(f"{folder.name}: {len(before)} numbers compared, {'bit for bit, those of convolutions to 0.1 %' if exact else 'to 5 %, another processor'}")
    for line in wrong[:20]:
        print(line, file=sys.stderr)
    if wrong:
        sys.exit(f"{len(wrong)} golden numbers have changed. If that is on purpose: {' '.join(sys.argv)} --update, and say why in the commit.")


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), "--update" in sys.argv)
