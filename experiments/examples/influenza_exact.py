"""The posterior of the influenza example by adding up likelihood times prior on a grid: what the networks should find. Needs numpy.

python3 influenza_exact.py [draws.npz ...]: then the same numbers of draws that 'infer' has written, with and without their weights.
"""
import json, math, os, sys
import numpy as np


def show(title, beta, gamma, spread, weight):
    print(title)
    for name, value in {"beta": beta, "gamma": gamma, "R0": beta / gamma, "days": 1 / gamma, "spread": spread}.items():
        value = np.broadcast_to(value, weight.shape)
        m = (value * weight).sum()
        order = np.argsort(value, axis=None)
        total = np.cumsum(weight.ravel()[order])
        low, middle, high = (value.ravel()[order][np.searchsorted(total, p)] for p in (0.025, 0.5, 0.975))
        sd = math.sqrt(((value - m) ** 2 * weight).sum())
        print(f"  {name:6} mean {m:.3f}  sd {sd:.3f}  median {middle:.3f}  95 % {low:.3f} to {high:.3f}")


observed = json.load(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "influenza.json")))
Y = np.rint(np.expm1(observed["log_in_bed"]))
PUPILS, STEPS = 763, 20
beta, gamma = np.meshgrid(np.linspace(1.3, 2.3, 201), np.linspace(0.2, 0.95, 151), indexing="ij")
spread = np.exp(np.linspace(math.log(0.01), math.log(2), 121))

s, i, mean = np.full(beta.shape, PUPILS - 1.0), np.ones_like(beta), []
for _ in Y:
    for _ in range(STEPS):
        ds, di = -beta * s * i / PUPILS, beta * s * i / PUPILS - gamma * i
        s1, i1 = s + ds / STEPS, i + di / STEPS
        ds1, di1 = -beta * s1 * i1 / PUPILS, beta * s1 * i1 / PUPILS - gamma * i1
        s, i = s + (ds + ds1) / 2 / STEPS, i + (di + di1) / 2 / STEPS
    mean.append(i)
mean = np.maximum(np.stack(mean, -1), 1e-9)

log_gamma = np.vectorize(math.lgamma)
log_posterior = np.empty(beta.shape + spread.shape)
for n, v in enumerate(spread):
    r = 1 / v  # variance = mean + mean^2 / r
    counts = (log_gamma(Y + r) - math.lgamma(r) - log_gamma(Y + 1.0)).sum()
    log_posterior[..., n] = counts + (r * np.log(r / (r + mean)) + Y * np.log(mean / (r + mean))).sum(-1) - 5 * v + math.log(v)
log_posterior -= ((beta - 2) ** 2 / 2 + (gamma - 0.4) ** 2 / 2 / 0.25)[..., None]
weight = np.exp(log_posterior - log_posterior.max())
weight /= weight.sum()

show("exact", beta[..., None], gamma[..., None], spread, weight)

for file in sys.argv[1:]:
    found = np.load(file)
    columns, count = found["draws"].T, len(found["draws"])
    show(f"{file}, {count} draws", *columns, np.full(count, 1 / count))
    if "weight" in found:
        show(f"{file}, weighted", *columns, found["weight"])
