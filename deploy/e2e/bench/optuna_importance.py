"""What Optuna's fANOVA says of some studies: one JSON line a study, for workers/spec's FanovaTest. Coordinates lie in [0, 1], so that both see the same.

Usage: optuna_importance.py > workers/spec/src/test/resources/importance/optuna.jsonl
"""

import json
import math
import random
import warnings

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.importance import FanovaImportanceEvaluator

from optuna_samplers import A, ALPHA, P

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)


def weighted(u):
    return 3 * (u[0] - 0.3) ** 2 + (u[1] - 0.6) ** 2 + 0.1 * u[2]


def branin(u):
    x, y = 15 * u[0] - 5, 15 * u[1]
    a = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return a**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann6(u):
    return -sum(ALPHA[i] * math.exp(-sum(A[i][j] * (u[j] - P[i][j] * 1e-4) ** 2 for j in range(6))) for i in range(4))


def listed(u):
    return (5 * u[0] - 2.5) ** 2 + [3.0, 0.5, 0.0][int(3 * u[1])] + (4 * u[2] - 1) ** 2 / 4


STUDIES = [(weighted, 3, 120), (branin, 2, 200), (hartmann6, 6, 300), (listed, 3, 200)]

if __name__ == "__main__":
    for function, axes, points in STUDIES:
        chance = random.Random(7)
        lists = {1} if function is listed else set()
        u = [[round((chance.randrange(3) + 0.5) / 3 if j in lists else chance.random(), 5) for j in range(axes)] for _ in range(points)]
        losses = [round(function(row), 6) for row in u]
        space = {f"x{j}": CategoricalDistribution([0, 1, 2]) if j in lists else FloatDistribution(0, 1) for j in range(axes)}
        study = optuna.create_study()
        for row, loss in zip(u, losses):
            values = {f"x{j}": int(3 * row[j]) if j in lists else row[j] for j in range(axes)}
            study.add_trial(optuna.trial.create_trial(params=values, distributions=space, value=loss))
        said = [FanovaImportanceEvaluator(seed=seed).evaluate(study) for seed in range(5)]
        shares = [round(sum(one[f"x{j}"] for one in said) / len(said), 4) for j in range(axes)]
        print(json.dumps({"study": function.__name__, "lists": sorted(lists), "optuna": shares, "u": u, "losses": losses}))
