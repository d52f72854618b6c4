"""Coupling flows: affine couplings (ACF) and rational-quadratic splines (NSF), from parameters to latents and back."""
import math

import torch
from torch import nn
from torch.nn import functional

from networks import dense, stack

CLAMP = 1.9     # the largest logarithm of an affine scale
HALF_WIDTH = 5  # of a spline's domain when all raw numbers are zero
TINY = 1e-10    # keeps logarithms finite when a bin collapses


def conditioner(context, outputs, units=128, dropout=0.05, l2=1e-4):
    return nn.Sequential(stack(context, units, 2, dropout, l2), dense(units, outputs))


class AffineHalf(nn.Module):
    """v = u exp(s) + t with networks of their own for s and t."""

    def __init__(self, width, context):
        super().__init__()
        self.scale, self.shift = conditioner(context, width), conditioner(context, width)

    def log_scale(self, context):
        return torch.atan(self.scale(context) / CLAMP) * (2 * CLAMP / math.pi)

    def forward(self, u, context):
        s = self.log_scale(context)
        return u * s.exp() + self.shift(context), s.sum(1)

    def inverse(self, v, context):
        return (v - self.shift(context)) * (-self.log_scale(context)).exp()


class SplineHalf(nn.Module):
    """A monotone spline per entry (Durkan et al. 2019) whose domain is learned; a straight line outside."""

    def __init__(self, width, context, bins=16):
        super().__init__()
        self.width, self.bins = width, bins
        self.network = conditioner(context, width * (3 * bins + 1))

    def knots(self, context):
        raw = self.network(context).view(context.shape[0], self.width, -1)
        corner, sizes, inner = raw.split([2, 2 * self.bins, self.bins - 1], 2)
        sizes = functional.softplus(sizes + math.log(math.exp(2 * HALF_WIDTH / self.bins) - 1))
        inner = functional.softplus(inner + math.log(math.e - 1))
        widths, heights = sizes.split(self.bins, 2)
        corner = corner - HALF_WIDTH
        x = torch.cat([corner[..., :1], corner[..., :1] + widths.cumsum(2)], 2)
        y = torch.cat([corner[..., 1:], corner[..., 1:] + heights.cumsum(2)], 2)
        edge = heights.sum(2, keepdim=True) / widths.sum(2, keepdim=True)
        return x, y, widths, heights, torch.cat([edge, inner, edge], 2), edge.squeeze(2)

    def find(self, at, along, tables):
        """What the tables have for the bin that holds each entry; the last entry of a table of derivatives is that of the right knot."""
        inner = along[..., 1:self.bins].detach()
        index = (inner < at.detach().unsqueeze(2)).sum(2, keepdim=True)
        picked = [table.gather(2, index).squeeze(2) for table in tables]
        return picked + [tables[-1].gather(2, index + 1).squeeze(2)]

    def forward(self, u, context):
        x, y, widths, heights, derivatives, edge = self.knots(context)
        left, width, bottom, height, d0, d1 = self.find(u, x, [x, widths, y, heights, derivatives])
        slope = height / width
        xi = ((u - left) / width).clamp(0, 1)
        cross, rest = xi * (1 - xi), 1 - xi
        below = slope + (d1 + d0 - 2 * slope) * cross
        inside = bottom + height * (slope * xi * xi + d0 * cross) / below
        above = slope * slope * (d1 * xi * xi + 2 * slope * cross + d0 * rest * rest)
        log_inside = (above + TINY).log() - 2 * (below + TINY).log()
        within = (u > x[..., 0]) & (u <= x[..., -1])
        value = torch.where(within, inside, edge * (u - x[..., 0]) + y[..., 0])
        return value, torch.where(within, log_inside, (edge + TINY).log()).sum(1)

    def inverse(self, v, context):
        x, y, widths, heights, derivatives, edge = self.knots(context)
        left, width, bottom, height, d0, d1 = self.find(v, y, [x, widths, y, heights, derivatives])
        slope, above = height / width, v - bottom
        bend = d1 + d0 - 2 * slope
        a, b, c = height * (slope - d0) + above * bend, height * d0 - above * bend, -slope * above
        inside = 2 * c / (-b - (b * b - 4 * a * c).clamp(min=0).sqrt()) * width + left
        within = (v > y[..., 0]) & (v <= y[..., -1])
        return torch.where(within, inside, (v - y[..., 0]) / edge + x[..., 0])


class Layer(nn.Module):
    """A scale and shift per dimension, a fixed permutation, and a coupling of both halves."""

    def __init__(self, dimension, condition, half):
        super().__init__()
        self.scale, self.shift = nn.Parameter(torch.ones(dimension)), nn.Parameter(torch.zeros(dimension))
        order = torch.randperm(dimension)
        self.register_buffer("order", order)
        self.register_buffer("back", order.argsort())
        self.split = dimension // 2
        self.first = half(self.split, dimension - self.split + condition)
        self.second = half(dimension - self.split, self.split + condition)

    def forward(self, u, condition):
        u = (u * self.scale + self.shift)[:, self.order]
        u1, u2 = u[:, :self.split], u[:, self.split:]
        v1, log1 = self.first(u1, torch.cat([u2, condition], 1))
        v2, log2 = self.second(u2, torch.cat([v1, condition], 1))
        return torch.cat([v1, v2], 1), self.scale.abs().log().sum() + log1 + log2

    def inverse(self, v, condition):
        v1, v2 = v[:, :self.split], v[:, self.split:]
        u2 = self.second.inverse(v2, torch.cat([v1, condition], 1))
        u1 = self.first.inverse(v1, torch.cat([u2, condition], 1))
        return (torch.cat([u1, u2], 1)[:, self.back] - self.shift) / self.scale


class CouplingFlow(nn.Module):
    """Layers between parameters and a standard normal latent."""

    def __init__(self, dimension, condition, half, layers):
        super().__init__()
        self.layers = nn.ModuleList(Layer(dimension, condition, half) for _ in range(layers))

    def forward(self, theta, condition):
        total = 0.0
        for layer in self.layers:
            theta, log = layer(theta, condition)
            total = total + log
        return theta, total

    def inverse(self, latent, condition):
        for layer in reversed(self.layers):
            latent = layer.inverse(latent, condition)
        return latent
