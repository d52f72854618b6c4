"""C2ST by scikit-learn beside our program's: by sbibm's classifier, or by a logistic regression on parameters, squares and products.

Both files are .npz with an array 'draws', [J, S, D], as the cache's folders 'sample' and 'reference' have them.
"""
import argparse

import numpy
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler


def classifier(name, dimension):
    if name == "quadratic":
        return make_pipeline(PolynomialFeatures(2), StandardScaler(), LogisticRegression(max_iter=300))
    units = 10 * dimension  # "Benchmarking Simulation-Based Inference", appendix
    return MLPClassifier(hidden_layer_sizes=(units, units), max_iter=1000, random_state=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("draws")
    parser.add_argument("reference")
    parser.add_argument("--observations", type=int, nargs="+", default=[1], help="from 1")
    parser.add_argument("--classifier", choices=["quadratic", "mlp"], default="quadratic", help="an mlp takes half an hour at D = 10")
    arguments = parser.parse_args()
    draws, reference = numpy.load(arguments.draws)["draws"], numpy.load(arguments.reference)["draws"]
    folds = KFold(5, shuffle=True, random_state=1)
    scores = []
    for observation in arguments.observations:
        ours, theirs = draws[observation - 1].astype(float), reference[observation - 1].astype(float)
        rows = (numpy.concatenate((theirs, ours)) - theirs.mean(0)) / theirs.std(0)
        classes = numpy.repeat([0, 1], [len(theirs), len(ours)])
        scores.append(cross_val_score(classifier(arguments.classifier, rows.shape[1]), rows, classes, cv=folds).mean())
        print(f"observation {observation}: {scores[-1]:.4f}", flush=True)
    print(f"mean: {numpy.mean(scores):.4f}")


if __name__ == "__main__":
    main()
