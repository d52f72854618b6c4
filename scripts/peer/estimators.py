"""Losses and samplers of the contenders. Every loss is made of the random numbers that it takes, so that a check can give them."""
import math

import torch
from torch import nn


class Estimator(nn.Module):
    """A summary network for the observation's parts, and a network for parameters."""

    def __init__(self, dimension, summary, network):
        super().__init__()
        self.dimension, self.summary, self.network = dimension, summary, network

    def loss(self, theta, x):
        return self.loss_of(theta, self.summary(*x), *self.numbers(theta))

    def noise(self, condition):
        return torch.randn(condition.shape[0], self.dimension, device=condition.device)


class FlowPosterior(Estimator):
    """ACF and NSF: minus the log-density of the parameters."""

    def numbers(self, theta):
        return ()

    def loss_of(self, theta, condition):
        latent, log_determinant = self.network(theta, condition)
        log_density = log_determinant - 0.5 * latent.square().sum(1) - 0.5 * self.dimension * math.log(2 * math.pi)
        return -log_density.mean()

    def draw(self, condition, steps):
        return self.network.inverse(self.noise(condition), condition)


class FlowMatching(Estimator):
    """FMPE: the velocity from noise (time 0) to the parameter (time 1)."""

    def numbers(self, theta):
        return torch.randn_like(theta), torch.rand(theta.shape[0], 1, device=theta.device)

    def loss_of(self, theta, condition, noise, time):
        target = theta - noise
        return (self.network(noise + time * target, condition, time) - target).square().mean()

    def draw(self, condition, steps):
        theta = self.noise(condition)
        time = torch.zeros(theta.shape[0], 1, device=theta.device)
        for _ in range(steps):
            theta = theta + self.network(theta, condition, time) / steps
            time = time + 1 / steps
        return theta


def levels(points, smallest, largest, rho=7):
    """Noise levels that are evenly spaced in their 7th root."""
    low, high = smallest ** (1 / rho), largest ** (1 / rho)
    grid = [(low + i / (points - 1) * (high - low)) ** rho for i in range(points)]
    return [smallest] + grid[1:-1] + [largest]


class Noisy(Estimator):
    """What CMPE and NPSE share: theta_t = theta + t z, levels from 0.001 to the largest time, log-normal in training."""

    smallest, log_mean, log_deviation = 0.001, -1.1, 2.0

    def __init__(self, dimension, summary, network, largest, variance):
        super().__init__(dimension, summary, network)
        self.largest = largest
        self.register_buffer("variance", variance)

    def share_below(self, time):
        return 0.5 * (1 + math.erf((math.log(time) - self.log_mean) / (self.log_deviation * math.sqrt(2))))


class ConsistencyModel(Noisy):
    """CMPE in the first stage of its curriculum, with s0 intervals; later stages only have more levels to choose from."""

    def __init__(self, dimension, summary, network, largest, variance, intervals=10):
        super().__init__(dimension, summary, network, largest, variance)
        grid = levels(intervals + 1, self.smallest, largest)
        shares = [self.share_below(t) for t in grid]
        self.register_buffer("grid", torch.tensor(grid))
        self.register_buffer("cumulative", torch.tensor([(s - shares[0]) / (shares[-1] - shares[0]) for s in shares[1:]]))
        self.corner = 0.00054 * math.sqrt(dimension)

    def numbers(self, theta):
        uniform = torch.rand(theta.shape[0], 1, device=theta.device)
        index = torch.searchsorted(self.cumulative, uniform, right=True).clamp(max=len(self.cumulative) - 1)
        return torch.randn_like(theta), self.grid[index], self.grid[index + 1]

    def consistent(self, theta, time, condition):
        """The consistency function, which leads from any level to the parameter."""
        since = time - self.smallest
        skip = self.variance / (since * since + self.variance)
        output = self.variance.sqrt() * since / (time * time + self.variance).sqrt()
        return skip * theta + output * self.network(theta, condition, time)

    def loss_of(self, theta, condition, noise, earlier, later):
        student = self.consistent(theta + later * noise, later, condition)
        with torch.no_grad():  # a dropout mask of its own, where there is dropout
            teacher = self.consistent(theta + earlier * noise, earlier, condition)
        squares = (student - teacher).square().sum(1, keepdim=True)
        return (((squares + self.corner ** 2).sqrt() - self.corner) / (later - earlier)).mean()

    def draw(self, condition, steps):
        theta = 0.0
        for k, level in enumerate(reversed(levels(steps + 1, self.smallest, self.largest)[1:])):
            added = math.sqrt(level ** 2 - self.smallest ** 2) if k else level
            time = torch.full((condition.shape[0], 1), level, device=condition.device)
            theta = self.consistent(theta + added * self.noise(condition), time, condition)
        return theta


class ScoreModel(Noisy):
    """NPSE in the preconditioning of Karras et al. (2022), drawn by Heun's method; a step is a pass of the network."""

    def numbers(self, theta):
        low, high = self.share_below(self.smallest), self.share_below(self.largest)
        uniform = torch.rand(theta.shape[0], 1, device=theta.device, dtype=torch.float64) * (high - low) + low
        time = (torch.special.ndtri(uniform) * self.log_deviation + self.log_mean).exp().clamp(self.smallest, self.largest)
        return torch.randn_like(theta), time.float()

    def raw(self, theta, time, total, condition):
        return self.network(theta / total, condition, time.log() / 4)

    def loss_of(self, theta, condition, noise, time):
        # Of the denoiser's error over c_out, written as the network's: without the difference of two large numbers.
        total = (time * time + self.variance).sqrt()
        wanted = (time * theta - self.variance * noise) / (self.variance.sqrt() * total)
        return (self.raw(theta + time * noise, time, total, condition) - wanted).square().mean()

    def velocity(self, theta, level, condition):
        time = torch.full((theta.shape[0], 1), level, device=theta.device)
        total = (time * time + self.variance).sqrt()
        return time * theta / total.square() - self.variance.sqrt() / total * self.raw(theta, time, total, condition)

    def draw(self, condition, steps):
        grid = levels((steps + 1) // 2 + 1, self.smallest, self.largest)[::-1]
        theta = self.largest * self.noise(condition)
        for i, (start, end) in enumerate(zip(grid, grid[1:])):
            slope = self.velocity(theta, start, condition)
            if 2 * (i + 1) <= steps:
                slope = (slope + self.velocity(theta + (end - start) * slope, end, condition)) / 2
            theta = theta + (end - start) * slope
        return theta
