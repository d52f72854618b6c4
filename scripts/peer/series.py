"""The summary network of the tumour experiment: an LSTM reads the growth curve, a transformer the profiles."""
import torch
from torch import nn

from images import EPSILON, attention
from networks import dense, stack


class LastOutput(nn.Module):
    """An LSTM's output at the last time. One bias per gate as in Keras: the second one of PyTorch's layer stays zero."""

    def __init__(self, features, units):
        super().__init__()
        self.lstm = nn.LSTM(features, units, batch_first=True)
        nn.init.zeros_(self.lstm.bias_hh_l0)
        self.lstm.bias_hh_l0.requires_grad_(False)

    def forward(self, series):
        return self.lstm(series)[1][0].squeeze(0)


class AttentionBlock(nn.Module):
    """h = norm(q + attention(q, v, v)), then norm(h + mlp(h))."""

    def __init__(self, width, attended, heads=4, key=64, units=128, layers=2, dropout=0.1, l2=1e-4):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.queries = dense(width, heads * key)
        self.keys, self.values = dense(attended, heads * key), dense(attended, heads * key)
        self.joined = dense(heads * key, width)
        self.deepened = nn.Sequential(stack(width, units, layers, l2=l2, bias_l2=l2), dense(units, width))
        self.norm1, self.norm2 = nn.LayerNorm(width, EPSILON), nn.LayerNorm(width, EPSILON)

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(self, asking, seen):
        dropout = self.dropout if self.training else 0.0
        read = attention(self.split(self.queries(asking)), self.split(self.keys(seen)), self.split(self.values(seen)), dropout)
        h = self.norm1(asking + self.joined(read.transpose(1, 2).flatten(2)))
        return self.norm2(h + self.deepened(h))


class SeriesFusion(nn.Module):
    """Growth curve [B, 20] and two profiles [B, 300] to 32 summaries; the position along a profile is a third feature."""

    def __init__(self, curve_units=16, template_units=32, units=256, outputs=32, l2=1e-4):
        super().__init__()
        self.curve = LastOutput(1, curve_units)
        self.blocks = nn.ModuleList(AttentionBlock(3, 3) for _ in range(2))
        self.template = LastOutput(3, template_units)
        self.pooling = AttentionBlock(template_units, 3)
        self.read = dense(template_units, 32)
        self.joined = nn.Sequential(
            stack(curve_units + 32, units, 2, l2=l2, bias_l2=l2, activation=nn.SiLU), dense(units, outputs))
        # One mean and one deviation for each part; the peer's data are standard normal.
        self.register_buffer("mean", torch.zeros(3))
        self.register_buffer("deviation", torch.ones(3))

    def forward(self, growth, proliferation, ecm):
        growth, proliferation, ecm = (
            (part - self.mean[i]) / self.deviation[i] for i, part in enumerate((growth, proliferation, ecm)))
        position = torch.linspace(0, 1, ecm.shape[1], device=ecm.device).expand(ecm.shape[0], -1)
        series = torch.stack([proliferation, ecm, position], 2)
        seen = series
        for block in self.blocks:
            seen = block(seen, seen)
        read = self.read(self.pooling(self.template(series).unsqueeze(1), seen).squeeze(1))
        return self.joined(torch.cat([self.curve(growth.unsqueeze(2)), read], 1))
