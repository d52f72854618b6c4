"""Checks of the peer: losses and densities against formulas by hand, weights, gradients, samplers, and whether a training learns.

The first thing that is wrong ends it with exit code 1 and a sentence.
"""
import math
import operator
import sys

import torch
from torch import nn

import measure
import peer
import steps
import subjects


class Wrong(Exception):
    """A sentence."""


def need(holds, sentence):
    if not holds:
        raise Wrong(sentence)


def near(value, wanted, relative, what):
    need(abs(value - wanted) <= relative * abs(wanted), f"{what}: expected {wanted:.6g}, got {value:.6g}")


def named(name):
    return next(s for s in subjects.ALL if s.name == name)


def affine(layer, x):
    return [sum(map(operator.mul, w, x)) + b for w, b in zip(layer.weight.double().tolist(), layer.bias.double().tolist())]


def mlp_by_hand(mlp, theta, condition, time):
    """The residual network without dropout for one row, in Python's numbers."""
    h = [max(0.0, v) for v in affine(mlp.first, theta + condition + [time])]
    for block in mlp.blocks:
        h = [max(0.0, inner + v) for inner, v in zip(affine(block, h), h)]
    return affine(mlp.last, h)


def loss_by_hand(name, estimator, theta, condition, noise, *times):
    """The loss of one row as the papers write it."""
    def network(at, time):
        return mlp_by_hand(estimator.network, at, condition, time)

    if name.endswith("/fmpe"):
        (t,) = times
        velocity = network([t * a + (1 - t) * z for a, z in zip(theta, noise)], t)
        return sum((v - (a - z)) ** 2 for v, a, z in zip(velocity, theta, noise)) / len(theta)
    variance, eps = estimator.variance.tolist(), 0.001
    if name.endswith("/npse"):
        (t,) = times
        noisy = [a + t * z for a, z in zip(theta, noise)]
        raw = network([n / math.sqrt(t * t + s) for n, s in zip(noisy, variance)], math.log(t) / 4)
        parts = []
        for a, n, r, s in zip(theta, noisy, raw, variance):
            c_out = t * math.sqrt(s) / math.sqrt(t * t + s)
            parts.append(((s / (t * t + s) * n + c_out * r - a) / c_out) ** 2)
        return sum(parts) / len(parts)

    def consistent(t):
        noisy = [a + t * z for a, z in zip(theta, noise)]
        raw = network(noisy, t)
        return [
            s / ((t - eps) ** 2 + s) * n + math.sqrt(s) * (t - eps) / math.sqrt(t * t + s) * r for n, r, s in zip(noisy, raw, variance)]

    earlier, later = times
    c = 0.00054 * math.sqrt(len(theta))
    distance = math.sqrt(sum((u - v) ** 2 for u, v in zip(consistent(later), consistent(earlier))) + c * c) - c
    return distance / (later - earlier)


def check_losses():
    for name in ("two_moons/fmpe", "two_moons/cmpe", "two_moons/npse"):
        torch.manual_seed(1)
        subject = named(name)
        estimator = subject.estimator().eval()
        theta, x = subject.data(4)
        numbers = estimator.numbers(theta)
        rows = zip(theta.tolist(), x[0].tolist(), numbers[0].tolist(), *([t for (t,) in n.tolist()] for n in numbers[1:]))
        wanted = sum(loss_by_hand(name, estimator, *row) for row in rows) / 4
        near(estimator.loss_of(theta, x[0], *numbers).item(), wanted, 1e-4, f"{name}: loss of four simulations")


def check_flows():
    for name in ("two_moons/acf", "two_moons/nsf"):
        torch.manual_seed(2)
        flow = named(name).estimator().eval().network.double()
        theta, condition = 3 * torch.randn(5, 2).double(), torch.randn(5, 2).double()
        latent, logs = flow(theta, condition)
        for i in range(5):
            jacobian = torch.autograd.functional.jacobian(lambda t: flow(t, condition[i:i + 1])[0], theta[i:i + 1]).view(2, 2)
            near(math.exp(logs[i].item()), abs(torch.det(jacobian).item()), 1e-5, f"{name}: determinant of the Jacobian")
        far = (flow.inverse(latent, condition) - theta).abs().max().item()
        need(far < 1e-6, f"{name}: the inverse misses the parameters by {far:.2g}")


def check_subjects():
    need(peer.SUBJECTS == subjects.NAMES, "peer.py names other subjects than subjects.py")
    for subject in subjects.ALL:
        torch.manual_seed(3)
        estimator = subject.estimator()  # has the weights of our program, or says so
        theta, x = subject.data(3)
        estimator.loss(theta, x).backward()
        for name, weight in estimator.named_parameters():
            reached = weight.grad is not None and bool(torch.isfinite(weight.grad).all())
            need(reached or not weight.requires_grad, f"{subject.name}: no finite gradient reaches {name}")
        with torch.no_grad():
            drawn = estimator.eval().draw(estimator.summary(*(p[:1] for p in x)).expand(6, -1), subject.drawn)
        need(tuple(drawn.shape) == (6, theta.shape[1]) and bool(torch.isfinite(drawn).all()), f"{subject.name}: draws are wrong")


class Silent(nn.Module):
    """A network that always gives the same number."""

    def __init__(self, value):
        super().__init__()
        self.value = value

    def forward(self, theta, condition, time):
        return torch.full_like(theta, self.value)


def check_samplers():
    """Draws of networks that say nothing have deviations in closed form."""
    condition = torch.zeros(20000, 2)
    s2, largest, eps = 1 / 3, 10.0, 0.001
    cases = [
        ("two_moons/fmpe", 0.5, 10, 0.5, 1.0),
        ("two_moons/cmpe", 0.0, 1, 0.0, largest * s2 / ((largest - eps) ** 2 + s2)),
        ("two_moons/npse", 0.0, 100, 0.0, largest * math.sqrt((eps ** 2 + s2) / (largest ** 2 + s2)))]
    for name, value, passes, mean, deviation in cases:
        torch.manual_seed(4)
        estimator = named(name).estimator()
        estimator.network = Silent(value)
        drawn = estimator.draw(condition, passes)
        need(abs(drawn.mean().item() - mean) < 0.03 * deviation, f"{name}: the draws' mean is {drawn.mean().item():.3g}, not {mean}")
        near(drawn.std().item(), deviation, 0.03, f"{name}: deviation of draws")


def check_penalties():
    training = steps.Training(named("gmm/fmpe"), torch.device("cpu"))
    # Much stronger than ours, so that they are a part of the gradient that shows.
    training.penalised = [(1e4 * strength, weights) for strength, weights in training.penalised]
    torch.manual_seed(5)
    loss = training.estimator.loss(*training.batch())
    penalty = sum(1e4 * getattr(w, "l2", 0.0) * w.square().sum() for w in training.weights)
    wanted = torch.cat([g.flatten() for g in torch.autograd.grad(loss + penalty, training.weights)]).norm().item()
    torch.manual_seed(5)
    training.compute()
    near(training.record[0].item(), loss.item(), 1e-6, "gmm/fmpe: loss of a step")
    near(training.record[1].item(), wanted, 1e-5, "gmm/fmpe: norm of the gradient with L2 penalties")


def check_learning(device):
    ways = {"eager": lambda training: training.step}
    if device.type == "cuda":
        ways["CUDA graph"] = steps.captured
    for name, falls in (("two_moons/fmpe", 0.8), ("two_moons/cmpe", 0.8)):
        for way, made in ways.items():
            training = steps.Training(named(name), device, captured=way != "eager")
            step, losses = made(training), []
            for _ in range(400):
                step()
                losses.append(training.record[0].item())
            first, last = sum(losses[:40]) / 40, sum(losses[-100:]) / 100
            need(last < falls * first, f"{name}, {way}: 400 steps bring the loss from {first:.3g} to {last:.3g} only")
            print(f"{name}, {way}: loss {first:.3g} to {last:.3g}")


def main(device):
    measure.exact(device)
    try:
        for check in (check_losses, check_flows, check_subjects, check_samplers, check_penalties, lambda: check_learning(device)):
            check()
    except (Wrong, ValueError) as e:
        print(f"scripts/peer/peer.py --check: {e}.", file=sys.stderr)
        return 1
    print(f"{len(subjects.ALL)} subjects have our program's weights; losses, densities, samplers and penalties are those by hand")
    return 0


if __name__ == "__main__":
    sys.exit(main(torch.device(sys.argv[1])))
