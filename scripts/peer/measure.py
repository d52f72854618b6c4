"""The child of peer.py that measures: tasks come as JSON in the first argument, findings go out as lines of JSON.

It ends behind a task that failed, as a graph whose capture broke off leaves CUDA in a state of its own; peer.py starts another child.
"""
import json
import os
import statistics
import sys
import time

import torch

import steps
import subjects

SECONDS = 1.0    # that a step is measured for
ROUNDS = 5
PATIENCE = 2.0   # a larger number of rows is not tried when one took so long
WAYS = {
    "graph": ("CUDA graph", None, "the whole step as one graph"),
    "compiled": ("compiled", {}, "torch.compile, the whole step as one graph"),
    "reduced": ("compiled", {"mode": "reduce-overhead"}, "torch.compile in mode reduce-overhead; clipping and Adam eager"),
}


def row(subject, measure, milliseconds, note):
    """A measurement with the fields of device-check's rows."""
    return {
        "subject": subject.name, "measure": measure, "value": milliseconds, "unit": "ms", "limit": None, "verdict": "", "note": note}


def wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def clock(action, count, device):
    """Seconds of one, of so many."""
    wait(device)
    start = time.perf_counter()
    for _ in range(count):
        action()
    wait(device)
    return (time.perf_counter() - start) / count


def repeated(action, device, seconds):
    """The median of several rounds, and a sentence that says how far they are apart; what takes long is clocked once."""
    once = clock(action, 1, device)
    if once > PATIENCE:
        return once, "once"
    rounds = ROUNDS if once < seconds else 3
    count = max(1, int(seconds / rounds / once))
    times = [clock(action, count, device) for _ in range(rounds)]
    median = statistics.median(times)
    spread = (max(times) - min(times)) / median
    return median, f"median of {rounds} rounds of {count}, spread {100 * spread:.0f} %"


def eager(subject, device):
    training = steps.Training(subject, device)
    if clock(training.step, 1, device) < PATIENCE:
        clock(training.step, 2, device)
    seconds, note = repeated(training.step, device, SECONDS)
    adam = ", Adam fused" if device.type == "cuda" else ""
    return [row(subject, "step, PyTorch eager", 1e3 * seconds, f"{note}; batch {subject.batch}{adam}")]


def graph(subject, device, way):
    name, compiled, how = WAYS[way]
    if compiled is not None:
        torch._dynamo.reset()  # all subjects have one loss function, of which only so many versions are kept
    begun = time.perf_counter()
    training = steps.Training(subject, device, captured=way != "reduced", compiled=compiled)
    step = training.step if way == "reduced" else steps.captured(training)
    clock(step, 3, device)
    ready = time.perf_counter() - begun
    seconds, note = repeated(step, device, SECONDS)
    loss = training.record[0].item()
    if loss != loss:
        raise ArithmeticError(f"the loss of {subject.name} is not a number after {training.done} steps.")
    return [row(subject, f"step, PyTorch {name}", 1e3 * seconds, f"{how}; {note}; ready in {ready:.0f} s")]


def draws(subject, device):
    """From one observation to draws in the host's memory, as our program's device-check has it."""
    torch.manual_seed(0)
    estimator = subject.estimator().to(device).eval()
    x = tuple(part.to(device) for part in subject.data(1)[1])

    @torch.inference_mode()
    def draw(rows, passes):
        return estimator.draw(estimator.summary(*x).expand(rows, -1), passes).cpu()

    draw(subject.sizes[0], min(2, subject.drawn))
    found = []
    for rows in subject.sizes:
        seconds, note = repeated(lambda: draw(rows, subject.drawn), device, SECONDS / 4)
        found.append(row(
            subject, f"1000 draws, {rows} rows a pass, PyTorch", 1e6 * seconds / rows, f"steps: {subject.drawn}; {note}"))
        if seconds > PATIENCE:
            break
    return found


def run(name, way, device):
    subject = next(s for s in subjects.ALL if s.name == name)
    return eager(subject, device) if way == "eager" else draws(subject, device) if way == "draws" else graph(subject, device, way)


def exact(device):
    """No TF32, and one thread on a CPU: as our program's device-check has it."""
    torch.set_num_threads(1)
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    if device.type == "cuda" and device.index is not None:
        torch.cuda.set_device(device)


def lacking(device):
    """Why a step cannot be a graph, or be compiled: nothing where it can."""
    compiles = "" if hasattr(torch, "compile") else f"PyTorch {torch.__version__} has no torch.compile"
    graphs = "" if device.type == "cuda" else "a CPU has no CUDA graphs"
    return {"graph": graphs, "compiled": " and ".join(s for s in (compiles, graphs) if s)}


def main(device, tasks):
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a compiler prints goes to standard error, and is no finding

    def say(answer):
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    if device.type == "cuda" and not torch.cuda.is_available():
        say({"error": f"PyTorch {torch.__version__} finds no CUDA device"})
        return 1
    exact(device)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    cuda = f", CUDA {torch.version.cuda}" if torch.version.cuda else ""
    python = sys.version.split()[0]
    say({"device": name, "versions": f"PyTorch {torch.__version__}{cuda}, Python {python}", "lacking": lacking(device)})
    for name, way in tasks:
        try:
            say({"rows": run(name, way, device)})
        except Exception as e:  # whatever it is, it is a finding
            reason = str(e).strip().split("\n")[0]
            say({"error": f"{type(e).__name__}: {reason}"})
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(torch.device(sys.argv[1]), json.loads(sys.argv[2])))
