"""The networks of the denoising experiment, and the camera that takes its photographs."""
import math

import torch
from torch import nn
from torch.nn import functional

from networks import dense

EPSILON = 1e-3  # of the normalisations, as in Keras


class TimeEmbedding(nn.Module):
    """Sines and cosines of a time at geometrically falling frequencies, then two dense layers."""

    def __init__(self, features, largest_time, activation):
        super().__init__()
        half = features // 2
        frequencies = [1000 / largest_time * 10000 ** (-i / (half - 1)) for i in range(half)]
        self.register_buffer("frequencies", torch.tensor([frequencies]))
        self.layers = nn.Sequential(dense(features, features), activation(), dense(features, features))

    def forward(self, time):
        angles = time * self.frequencies
        return self.layers(torch.cat([angles.sin(), angles.cos()], 1))


class ImageCnn(nn.Module):
    """Four 3 x 3 convolutions without padding, each with ReLU and group normalisation, and the mean over all positions."""

    def __init__(self, channels=64, outputs=128, groups=8, l2=1e-5):
        super().__init__()
        layers, before = [], 1
        for width in (channels, channels, outputs, outputs):
            convolution = nn.Conv2d(before, width, 3)
            convolution.weight.l2 = l2
            layers += [convolution, nn.ReLU(), nn.GroupNorm(groups, width, EPSILON)]
            before = width
        self.layers = nn.Sequential(*layers)

    def forward(self, image):
        return self.layers(image).mean((2, 3))


class NaiveMlp(nn.Module):
    """A residual MLP that does not know that its parameters are an image."""

    def __init__(self, parameters, condition, largest_time, units=2048, blocks=3, features=64):
        super().__init__()
        self.embedding = TimeEmbedding(features, largest_time, nn.ReLU)
        self.first = dense(parameters + condition + features, units)
        self.blocks = nn.ModuleList(dense(units, units) for _ in range(blocks))
        self.last = dense(units, parameters)

    def forward(self, theta, condition, time):
        h = torch.relu(self.first(torch.cat([theta, condition, self.embedding(time)], 1)))
        for block in self.blocks[:-1]:
            h = torch.relu(block(h) + h)
        return self.last(self.blocks[-1](h) + h)


class ResidualBlock(nn.Module):
    """Norm, swish, convolution, plus a dense layer of the condition, norm, swish, convolution, plus the input."""

    def __init__(self, inputs, outputs, condition, groups):
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(groups, inputs, EPSILON), nn.GroupNorm(groups, outputs, EPSILON)
        self.convolution1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.convolution2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.conditioning = dense(condition, outputs)
        self.shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x, swished):
        h = self.convolution1(functional.silu(self.norm1(x))) + self.conditioning(swished)[:, :, None, None]
        return self.convolution2(functional.silu(self.norm2(h))) + self.shortcut(x)


class ImageAttention(nn.Module):
    """Self-attention with one head between all positions, added to the normalised input."""

    def __init__(self, channels, groups):
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels, EPSILON)
        self.query, self.key, self.value, self.projection = (dense(channels, channels) for _ in range(4))

    def forward(self, x):
        normalised = self.norm(x)
        places = normalised.flatten(2).transpose(1, 2).unsqueeze(1)
        mixed = self.projection(attention(self.query(places), self.key(places), self.value(places)))
        return normalised + mixed.squeeze(1).transpose(1, 2).reshape(x.shape)


def attention(query, key, value, dropout=0.0):
    """Scaled dot-product attention, [B, heads, N, F]: PyTorch's own since 2.0, by hand before."""
    if hasattr(functional, "scaled_dot_product_attention"):
        return functional.scaled_dot_product_attention(query, key, value, dropout_p=dropout)
    weights = (query @ key.transpose(2, 3) / math.sqrt(query.shape[3])).softmax(3)
    return functional.dropout(weights, dropout) @ value


class UNet(nn.Module):
    """A U-Net for a square image of one channel; attention on the lowest level and in the middle."""

    def __init__(self, side, condition, largest_time, channels=16, levels=3, blocks=2, groups=8):
        super().__init__()
        self.side = side
        self.embedding = TimeEmbedding(4 * channels, largest_time, nn.SiLU)
        self.first = nn.Conv2d(1, channels, 3, padding=1)
        embedded = 4 * channels + condition
        kept, width = [channels], channels
        self.down, self.shrink, self.up, self.enlarge = (nn.ModuleList() for _ in range(4))
        for level in range(levels):
            self.down.append(nn.ModuleList())
            for _ in range(blocks):
                self.down[level].append(self.block(width, channels << level, embedded, groups, level == levels - 1))
                width = channels << level
                kept.append(width)
            if level < levels - 1:
                self.shrink.append(nn.Conv2d(width, width, 3, stride=2))
                kept.append(width)
        self.middle = nn.ModuleList([
            self.block(width, width, embedded, groups, True), self.block(width, width, embedded, groups, False)])
        for level in reversed(range(levels)):
            self.up.append(nn.ModuleList())
            for _ in range(blocks + 1):
                self.up[-1].append(self.block(width + kept.pop(), channels << level, embedded, groups, level == levels - 1))
                width = channels << level
            if level > 0:
                self.enlarge.append(nn.Conv2d(width, width, 3, padding=1))
        self.last = nn.Sequential(nn.GroupNorm(groups, width, EPSILON), nn.SiLU(), nn.Conv2d(width, 1, 3, padding=1))

    @staticmethod
    def block(inputs, outputs, embedded, groups, attends):
        """A residual block, and what follows it."""
        return nn.ModuleList([
            ResidualBlock(inputs, outputs, embedded, groups), ImageAttention(outputs, groups) if attends else nn.Identity()])

    def forward(self, theta, condition, time):
        swished = functional.silu(torch.cat([self.embedding(time), condition], 1))
        x = self.first(theta.view(-1, 1, self.side, self.side))
        kept = [x]
        for level, blocks in enumerate(self.down):
            for residual, follows in blocks:
                x = follows(residual(x, swished))
                kept.append(x)
            if level < len(self.shrink):
                x = self.shrink[level](functional.pad(x, [0, 1, 0, 1]))  # TensorFlow's "same" for even sizes
                kept.append(x)
        for residual, follows in self.middle:
            x = follows(residual(x, swished))
        for level, blocks in enumerate(self.up):
            for residual, follows in blocks:
                x = follows(residual(torch.cat([x, kept.pop()], 1), swished))
            if level < len(self.enlarge):
                x = self.enlarge[level](functional.interpolate(x, scale_factor=2.0, mode="nearest"))
        return self.last(x).flatten(1)


class Camera(nn.Module):
    """Shot noise with as many grey levels as the image has values, rounded up to a power of two, then a mirrored Gaussian blur."""

    def __init__(self, side=28, gain=0.5, deviation=2.5, cut_off=4):
        super().__init__()
        self.side, self.gain = side, gain
        radius = int(cut_off * deviation + 0.5)
        kernel = [math.exp(-0.5 * (k / deviation) ** 2) for k in range(-radius, radius + 1)]
        blur = torch.zeros(side, side)
        for i in range(side):
            for k in range(-radius, radius + 1):
                place = (i + k) % (2 * side)
                blur[i, place if place < side else 2 * side - 1 - place] += kernel[k + radius] / sum(kernel)
        self.register_buffer("blur", blur)

    @torch.no_grad()
    def forward(self, theta):
        u = ((theta + 1) / 2).clamp(0, 1)
        ordered = u.sort(1).values
        values = (ordered[:, 1:] != ordered[:, :-1]).sum(1, keepdim=True) + 1
        levels = torch.exp2(torch.ceil(torch.log2(values.float()) - 1e-4))  # a power of two stays itself
        photographs = (torch.poisson(u * levels) / levels).clamp(max=1) * self.gain
        return self.blur @ photographs.view(-1, 1, self.side, self.side) @ self.blur.t()
