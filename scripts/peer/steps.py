"""A training step as a PyTorch program has it, and the same step as one CUDA graph."""
import math

import torch

from images import Camera

BATCHES = 4  # of simulations that the steps go round in


class Training:
    """Batch, loss, backward pass, L2 penalties, clipping, Adam or AdamW with a cosine schedule; nothing waits for the device."""

    def __init__(self, subject, device, captured=False, compiled=None):
        torch.manual_seed(0)
        self.subject, self.device, self.captured = subject, device, captured
        self.estimator = subject.estimator().to(device).train()
        theta, x = subject.data(BATCHES * subject.batch)
        self.theta, self.x = theta.to(device), tuple(part.to(device) for part in x)
        self.camera = Camera().to(device) if subject.is_image else None
        self.order = torch.randperm(len(theta)).to(device)
        self.rows = self.order[:subject.batch].clone()
        self.loss = self.estimator.loss if compiled is None else torch.compile(self.estimator.loss, **compiled)
        self.weights = [p for p in self.estimator.parameters() if p.requires_grad]
        strengths = sorted({getattr(p, "l2", 0.0) for p in self.weights} - {0.0})
        self.penalised = [(s, [p for p in self.weights if getattr(p, "l2", 0.0) == s]) for s in strengths]
        # A graph takes its step size from memory; a number would be part of it.
        self.rate = torch.tensor(subject.rate, device=device) if captured else subject.rate
        self.optimiser = self.adam()
        self.record = torch.zeros(2, device=device)  # loss and gradient norm of the last step
        self.done = 0

    def adam(self):
        settings = {"lr": self.rate, "betas": (0.9, 0.999), "eps": 1e-7}
        if self.device.type == "cuda":
            settings.update(fused=True, capturable=self.captured)
        if self.subject.decay:
            return torch.optim.AdamW(self.weights, weight_decay=self.subject.decay, **settings)
        return torch.optim.Adam(self.weights, **settings)

    def batch(self):
        theta = self.theta.index_select(0, self.rows)
        # The denoising experiment photographs its images anew in every step.
        return theta, (self.camera(theta),) if self.camera else tuple(part.index_select(0, self.rows) for part in self.x)

    def gradients(self):
        self.optimiser.zero_grad(set_to_none=True)
        loss = self.loss(*self.batch())
        loss.backward()
        return loss.detach()

    def compute(self):
        """All that the device does in a step."""
        loss = self.gradients()
        with torch.no_grad():
            # The penalty's gradient: all of it in a few operations, where a term of the loss would be several for each layer.
            for strength, weights in self.penalised:
                torch._foreach_add_([w.grad for w in weights], weights, alpha=2 * strength)
        norm = torch.nn.utils.clip_grad_norm_(self.weights, self.subject.clip) if self.subject.clip else loss
        self.optimiser.step()
        self.record.copy_(torch.stack([loss, norm]))

    def prepare(self):
        """What the host decides before a step: rows, and the step size."""
        place, size = self.done % BATCHES, self.subject.batch
        rate = self.subject.rate * 0.5 * (1 + math.cos(math.pi * self.done / self.subject.total))
        self.done += 1
        rows = self.order[place * size:(place + 1) * size]
        if self.captured:
            self.rows.copy_(rows)
            self.rate.fill_(rate)
        else:
            self.rows = rows
            self.optimiser.param_groups[0]["lr"] = rate

    def step(self):
        self.prepare()
        self.compute()


def captured(training, warm_up=3):
    """The whole step as one CUDA graph: a function that makes a step."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(warm_up):
            training.step()
    torch.cuda.current_stream().wait_stream(stream)
    training.optimiser.zero_grad(set_to_none=True)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        training.compute()

    def step():
        training.prepare()
        graph.replay()

    return step
