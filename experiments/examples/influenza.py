"""Influenza in a boarding school: who is in bed on each of 14 days, by an SIR model of 763 pupils and one who brought it."""
import math
import numpy as np
from reproduce_worker import serve

PUPILS, DAYS, STEPS = 763, 14, 20
log_gamma = np.vectorize(math.lgamma)


def simulate(theta, rng):
    mean, size = moments(theta)
    in_bed = rng.poisson(rng.gamma(size, mean / size))  # negative binomial: variance = mean + spread * mean^2
    return {"log_in_bed": np.log1p(in_bed)}  # counts go over three orders of magnitude


def log_likelihood(theta, x):  # not needed for the networks; with it their draws can be weighed
    mean, size = moments(theta)
    y = np.rint(np.expm1(x["log_in_bed"]))
    terms = log_gamma(y + size) - log_gamma(size) - log_gamma(y + 1.0)
    return (terms + size * np.log(size / (size + mean)) + y * np.log(mean / (size + mean))).sum(1)


def moments(theta):
    beta, gamma, spread = theta.T
    s, i, in_bed = np.full(len(theta), PUPILS - 1.0), np.ones(len(theta)), []
    for _ in range(DAYS):
        for _ in range(STEPS):  # Heun's method
            ds, di = -beta * s * i / PUPILS, beta * s * i / PUPILS - gamma * i
            s1, i1 = s + ds / STEPS, i + di / STEPS
            ds1, di1 = -beta * s1 * i1 / PUPILS, beta * s1 * i1 / PUPILS - gamma * i1
            s, i = s + (ds + ds1) / 2 / STEPS, i + (di + di1) / 2 / STEPS
        in_bed.append(i)
    return np.maximum(np.stack(in_bed, 1), 1e-9), 1 / np.maximum(spread, 1e-9)[:, None]


if __name__ == "__main__":
    serve(simulate, batched=True, log_likelihood=log_likelihood)
