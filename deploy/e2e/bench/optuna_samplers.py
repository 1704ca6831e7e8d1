"""Optuna's samplers on the functions of deploy/bench samplers: one JSON line a study, the best value so far minus the optimum.

Usage: optuna_samplers.py SAMPLER FUNCTION SEEDS RUNS,RUNS,... [FIRST-SEED]
"""

import json
import math
import sys
import time
import warnings

import optuna

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)

ALPHA = [1.0, 1.2, 3.0, 3.2]
A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
P = [
    [1312, 1696, 5569, 124, 8283, 5886],
    [2329, 4135, 8307, 3736, 1004, 9991],
    [2348, 1451, 3522, 2883, 3047, 6650],
    [4047, 8828, 8732, 5743, 1091, 381],
]


def branin(trial):
    x = trial.suggest_float("x", -5, 10)
    y = trial.suggest_float("y", 0, 15)
    a = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return a**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10 - 0.39788735772973816


def hartmann6(trial):
    x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(6)]
    total = 0.0
    for i in range(4):
        total += ALPHA[i] * math.exp(-sum(A[i][j] * (x[j] - P[i][j] * 1e-4) ** 2 for j in range(6)))
    return 3.32236801141551 - total


def mixed(trial):
    rate = trial.suggest_float("rate", 1e-5, 1, log=True)
    kind = trial.suggest_categorical("kind", ["sgd", "adam", "adamw"])
    n = trial.suggest_int("n", 1, 64)
    return (math.log10(rate) + 2.5) ** 2 + {"sgd": 0.6, "adam": 0.2, "adamw": 0.0}[kind] + ((n - 16) / 16) ** 2


def conditional(trial):
    rate = trial.suggest_float("rate", 1e-4, 10, log=True)
    kind = trial.suggest_categorical("kind", ["pgn", "iip", "linear"])
    if kind == "pgn":
        prompts = trial.suggest_int("prompts", 1, 64)
        library = trial.suggest_int("library", 8, 1024, log=True)
        return ((prompts - 16) / 16) ** 2 + (math.log2(library) - 8) ** 2 / 4 + (math.log10(rate) + 1) ** 2
    if kind == "iip":
        width = trial.suggest_float("width", 0, 1)
        return 0.3 + (width - 0.7) ** 2 + (math.log10(rate) + 2) ** 2
    return 0.5 + (math.log10(rate) - 0.5) ** 2


def rosenbrock10(trial):
    x = [trial.suggest_float(f"x{i}", -5, 10) for i in range(10)]
    return sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(9))


def sphere10(trial):
    return sum(trial.suggest_float(f"x{i}", -5, 10) ** 2 for i in range(10))


SAMPLERS = {
    "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    "sobol": lambda seed: optuna.samplers.QMCSampler(qmc_type="sobol", scramble=True, seed=seed),
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "gp": lambda seed: optuna.samplers.GPSampler(seed=seed),
    "cma-es": lambda seed: optuna.samplers.CmaEsSampler(seed=seed),
}

if __name__ == "__main__":
    sampler, function, seeds, runs = sys.argv[1], sys.argv[2], int(sys.argv[3]), [int(n) for n in sys.argv[4].split(",")]
    first = int(sys.argv[5]) if len(sys.argv) > 5 else 0
    for seed in range(first, first + seeds):
        began = time.perf_counter()
        study = optuna.create_study(sampler=SAMPLERS[sampler](seed))
        study.optimize(globals()[function], n_trials=runs[-1])
        values = [t.value for t in study.trials]
        best = [min(values[:n]) for n in runs]
        print(json.dumps({"function": function, "sampler": sampler, "seed": seed, "regret": best,
                          "seconds": time.perf_counter() - began}), flush=True)
