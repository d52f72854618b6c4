"""Dense networks: what two moons and the mixture need, and parts that the others take."""
import torch
from torch import nn


def dense(inputs, outputs, l2=0.0, bias_l2=0.0):
    """An affine layer whose weights carry the strength of their L2 penalty, for the optimiser's step."""
    layer = nn.Linear(inputs, outputs)
    layer.weight.l2, layer.bias.l2 = l2, bias_l2
    return layer


def stack(inputs, units, count, dropout=0.0, l2=0.0, bias_l2=0.0, activation=nn.ReLU):
    """Dense layers, each followed by an activation and dropout."""
    layers = []
    for i in range(count):
        layers += [dense(units if i else inputs, units, l2, bias_l2), activation()]
        if dropout:
            layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers)


class ResidualMlp(nn.Module):
    """Noisy parameter, condition and raw time to a vector of the parameter's size; blocks h = ReLU(dropout(W h + b) + h)."""

    def __init__(self, parameters, condition, units, blocks, dropout, l2):
        super().__init__()
        self.first = dense(parameters + condition + 1, units, l2)
        self.blocks = nn.ModuleList(dense(units, units, l2) for _ in range(blocks))
        self.dropout = nn.Dropout(dropout)
        self.last = dense(units, parameters)

    def forward(self, theta, condition, time):
        h = torch.relu(self.first(torch.cat([theta, condition, time], 1)))
        for block in self.blocks:
            h = torch.relu(self.dropout(block(h)) + h)
        return self.last(h)


class Direct(nn.Module):
    """The observation itself is the summary."""

    def forward(self, x):
        return x


class Invariant(nn.Module):
    """Dense layers for every member, their mean, dense layers."""

    def __init__(self, features, units, layers):
        super().__init__()
        self.member = stack(features, units, layers)
        self.pooled = stack(units, units, layers)

    def forward(self, members):
        return self.pooled(self.member(members).mean(1))


class Equivariant(nn.Module):
    """Every member is joined with the summary of its set."""

    def __init__(self, features, units, layers):
        super().__init__()
        self.context = Invariant(features, units, layers)
        self.joined = stack(features + units, units, layers)

    def forward(self, members):
        context = self.context(members).unsqueeze(1).expand(-1, members.shape[1], -1)
        return self.joined(torch.cat([members, context], 2))


class DeepSet(nn.Module):
    """Two equivariant modules, an invariant one and a linear layer: a set [B, N, F] to its summary."""

    def __init__(self, features, outputs, units=64, layers=2):
        super().__init__()
        self.modules_in_order = nn.Sequential(
            Equivariant(features, units, layers), Equivariant(units, units, layers), Invariant(units, units, layers),
            dense(units, outputs))

    def forward(self, members):
        return self.modules_in_order(members)
