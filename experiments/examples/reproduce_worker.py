"""Lets the program run a simulator of yours: call serve(simulate). README.md beside this file has the protocol. Needs numpy alone."""
import json, os, sys
import numpy as np


def serve(simulate, batched=False, prior=None, reference=None, log_likelihood=None, statistics=None):
    """simulate(theta, rng) gives an array, or a dictionary of named ones, for a vector theta; for a matrix of rows when batched.
    With offers: [prior], prior(count, rng) gives a matrix of parameters; with offers: [reference], reference(x, count, rng) one of draws
    from the posterior of x, a dictionary of arrays with a first axis of length 1.
    An array that the settings name in 'sets' may have another number of rows in every simulation; when batched, it is a list of them.
    log_likelihood(theta, x), with the arrays of one observation, gives a number, or one for each row when batched.
    statistics(x) gives a number, or a dictionary of named ones, for one simulation; arrays, for arrays of simulations, when batched."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the simulator prints goes to standard error, and is no answer
    sets = {}
    offers = [name for name, given in (("log-likelihood", log_likelihood), ("statistics", statistics)) if given]

    def run(request, rng):
        verb = request["verb"]
        if verb == "prior":
            return {"theta": prior(request["count"], rng)}, []
        given = dict(np.load(request["input"]))
        if verb == "reference":
            return {"theta": reference(given, request["count"], rng)}, []
        if verb == "statistics":
            rows = [dict(zip(given, row)) for row in zip(*given.values())]
            return (named(statistics(given)), []) if batched else one_by_one(lambda x, _: statistics(x), rows, rng)
        theta = given.pop("theta")
        if verb == "log-likelihood":
            x = {name: array[0] for name, array in given.items()}
            likely = lambda rows, _: {"log_likelihood": log_likelihood(rows, x)}
            return (likely(theta, rng), []) if batched else one_by_one(likely, theta, rng)
        return (with_sets(named(simulate(theta, rng)), sets), []) if batched else one_by_one(simulate, theta, rng, sets)

    for line in sys.stdin:
        request = json.loads(line)
        answer = {"id": request["id"]}
        try:
            if request["verb"] == "hello":
                sets.update(request.get("sets", {}))
                answer["offers"] = offers
            else:
                arrays, answer["failed"] = run(request, np.random.default_rng(request["seed"]))
                np.savez(request["output"], **arrays)
        except Exception as e:
            answer = {"id": request["id"], "error": f"{type(e).__name__}: {e}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def named(x):
    return x if isinstance(x, dict) else {"x": np.asarray(x)}


def padded(name, members, most):
    members = np.asarray(members, float)
    members = members[:, None] if members.ndim == 1 else members
    if len(members) > most:
        raise ValueError(f"{name} has {len(members)} members, more than {most}")
    return np.concatenate([members, np.zeros((most - len(members), members.shape[1]))]), len(members)


def with_sets(arrays, sets):
    for name in (name for name in sets if name in arrays and name + "_length" not in arrays):
        members, lengths = zip(*(padded(name, row, sets[name]) for row in arrays[name]))
        arrays = {**arrays, name: np.array(members), name + "_length": np.array(lengths)}
    return arrays


def one_by_one(compute, given, rng, sets={}):
    rows, failed = [], []
    for i, row in enumerate(given):
        try:
            one = named(compute(row, rng))
            if sets:
                one = {name: values[0] for name, values in with_sets({name: [value] for name, value in one.items()}, sets).items()}
            rows.append(one)
        except Exception as e:
            failed.append({"row": i, "reason": f"{type(e).__name__}: {e}"})
            rows.append(None)
    example = next((row for row in rows if row is not None), None)
    if example is None:
        raise RuntimeError(failed[0]["reason"])
    nothing = {name: np.full(np.shape(value), np.nan) for name, value in example.items()}
    return {name: np.array([(nothing if row is None else row)[name] for row in rows]) for name in example}, failed
