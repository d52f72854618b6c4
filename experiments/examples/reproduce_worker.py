"""Lets the program run a simulator of yours: call serve(simulate). README.md beside this file has the protocol. Needs numpy alone."""
import json, os, sys
import numpy as np


def serve(simulate, batched=False, prior=None, reference=None):
    """simulate(theta, rng) gives an array, or a dictionary of named ones, for a vector theta; for a matrix of rows when batched.
    With offers: [prior], prior(count, rng) gives a matrix of parameters; with offers: [reference], reference(x, count, rng) one of draws
    from the posterior of x, a dictionary of arrays with a first axis of length 1."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the simulator prints goes to standard error, and is no answer
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"id": request["id"]}
        try:
            if request["verb"] != "hello":
                rng = np.random.default_rng(request["seed"])
                if request["verb"] == "prior":
                    arrays = {"theta": prior(request["count"], rng)}
                elif request["verb"] == "reference":
                    arrays = {"theta": reference(np.load(request["input"]), request["count"], rng)}
                elif batched:
                    arrays = named(simulate(np.load(request["input"])["theta"], rng))
                else:
                    arrays, answer["failed"] = one_by_one(simulate, np.load(request["input"])["theta"], rng)
                np.savez(request["output"], **arrays)
        except Exception as e:
            answer = {"id": request["id"], "error": f"{type(e).__name__}: {e}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def named(x):
    return x if isinstance(x, dict) else {"x": np.asarray(x)}


def one_by_one(simulate, theta, rng):
    rows, failed = [], []
    for i, row in enumerate(theta):
        try:
            rows.append(named(simulate(row, rng)))
        except Exception as e:
            failed.append({"row": i, "reason": f"{type(e).__name__}: {e}"})
            rows.append(None)
    example = next((row for row in rows if row is not None), None)
    if example is None:
        raise RuntimeError(failed[0]["reason"])
    nothing = {name: np.full(np.shape(value), np.nan) for name, value in example.items()}
    return {name: np.array([(nothing if row is None else row)[name] for row in rows]) for name in example}, failed
