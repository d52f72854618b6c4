"""What is measured: contenders of the experiments at the paper's scale, as experiments/*.yaml and configs/contenders have them."""
import math

import torch

from estimators import ConsistencyModel, FlowMatching, FlowPosterior, ScoreModel
from flows import AffineHalf, CouplingFlow, SplineHalf
from images import Camera, ImageCnn, NaiveMlp, UNet
from networks import DeepSet, Direct, ResidualMlp
from series import SeriesFusion


class Subject:
    """A contender of an experiment."""

    def __init__(self, name, weights, create, data, batch, rate, total, drawn, clip=1.0, decay=0.0):
        self.name, self.weights, self.create, self.data = name, weights, create, data
        self.batch, self.rate, self.total, self.drawn = batch, rate, total, drawn
        self.clip, self.decay = clip, decay  # 0 for none
        self.is_image = name.startswith("denoising/")

    def estimator(self):
        """With new weights; they are PyTorch's own, as they decide no time."""
        made = self.create()
        count = sum(p.numel() for p in made.parameters() if p.requires_grad)
        if count != self.weights:
            raise ValueError(f"{self.name} has {count} weights here and {self.weights} in our program: another network")
        return made

    @property
    def sizes(self):
        """Rows that go through the network together in a draw."""
        return [100, 1000] if self.is_image else [1000, 10000, 100000]


def two_moons(count):
    theta = torch.rand(count, 2) * 2 - 1
    angle, radius = (torch.rand(count) - 0.5) * math.pi, 0.1 + 0.01 * torch.randn(count)
    x = torch.stack([
        radius * angle.cos() + 0.25 - theta.sum(1).abs() / math.sqrt(2),
        radius * angle.sin() + (theta[:, 1] - theta[:, 0]) / math.sqrt(2)], 1)
    return theta, (x,)


def mixture(count):
    theta = torch.randn(count, 2)
    sign = torch.randint(0, 2, (count, 10, 1)) * 2.0 - 1
    return theta, (sign * theta.unsqueeze(1) + math.sqrt(0.5) * torch.randn(count, 10, 2),)


def images(count):
    """Any images do for clocks: the data need not be here."""
    theta = torch.rand(count, 784) * 2 - 1
    return theta, (Camera()(theta),)


def spheroids(count):
    """Any numbers of the shapes: the simulator takes minutes."""
    return torch.rand(count, 7), (torch.randn(count, 20), torch.randn(count, 300), torch.randn(count, 300))


def flow(half, layers):
    return lambda: FlowPosterior(2, Direct(), CouplingFlow(2, 2, half, layers))


def moons(kind, **settings):
    return lambda: kind(2, Direct(), ResidualMlp(2, 2, 256, 2, 0.05, 1e-5), **settings)


def mixed(kind, **settings):
    return lambda: kind(2, DeepSet(2, 6), ResidualMlp(2, 6, 256, 2, 0.1, 1e-4), **settings)


def denoised(network, kind, largest_time, **settings):
    place = 28 if network is UNet else 784
    return lambda: kind(784, ImageCnn(), network(place, 128, largest_time), **settings)


def tumor():
    return ConsistencyModel(
        7, SeriesFusion(), ResidualMlp(7, 32, 512, 4, 0.2, 0.0), largest=50.0, variance=torch.full((7,), 1 / 12))


UNIFORM = torch.full((2,), 1 / 3)  # the variance of two moons' prior
MIXED = torch.ones(2)              # and that of the mixture's
PIXELS = {"largest": 200.0, "variance": torch.full((784,), 0.25)}
IMAGES = {"data": images, "batch": 256, "rate": 5e-4, "total": 20000, "clip": 0.0, "decay": 0.004}  # the larger budget's batch
FLOWS = {"data": two_moons, "batch": 32, "rate": 5e-4, "total": 6400, "drawn": 1}
MOONS = {"data": two_moons, "batch": 64, "rate": 5e-4, "total": 80000, "drawn": 10}
MIXTURE = {"data": mixture, "batch": 64, "total": 32000, "drawn": 10}

# Weights as `Reproduce experiments/EXPERIMENT.yaml --dry-run` prints them; steps of a draw as device-check takes them.
ALL = [
    Subject("two_moons/acf", 411_696, flow(AffineHalf, 6), **FLOWS),
    Subject("two_moons/nsf", 280_164, flow(SplineHalf, 6), **FLOWS),
    Subject("two_moons/fmpe", 133_634, moons(FlowMatching), **MOONS),
    Subject("two_moons/cmpe", 133_634, moons(ConsistencyModel, largest=10.0, variance=UNIFORM), **MOONS),
    Subject("two_moons/npse", 133_634, moons(ScoreModel, largest=10.0, variance=UNIFORM), **MOONS),
    Subject("gmm/fmpe", 201_864, mixed(FlowMatching), rate=5e-5, **MIXTURE),
    Subject("gmm/cmpe", 201_864, mixed(ConsistencyModel, largest=1.0, variance=MIXED), rate=1e-4, **MIXTURE),
    Subject("tumor/cmpe", 1_254_827, tumor, spheroids, 64, 5e-4, 307_000, 10),
    Subject("denoising/fmpe-naive", 16_464_464, denoised(NaiveMlp, FlowMatching, 1.0), drawn=10, **IMAGES),
    Subject("denoising/cmpe-naive", 16_464_464, denoised(NaiveMlp, ConsistencyModel, 200.0, **PIXELS), drawn=2, **IMAGES),
    Subject("denoising/fmpe-unet", 1_340_129, denoised(UNet, FlowMatching, 1.0), drawn=10, **IMAGES),
    Subject("denoising/cmpe-unet", 1_340_129, denoised(UNet, ConsistencyModel, 200.0, **PIXELS), drawn=2, **IMAGES),
]
NAMES = [subject.name for subject in ALL]
