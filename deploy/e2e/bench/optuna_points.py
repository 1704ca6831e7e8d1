"""Trials a second that some processes ask for and tell of one Optuna study on Postgres: deploy/bench points --python.

Usage: optuna_points.py POSTGRES-URL SAMPLER HISTORY PROCESSES SECONDS
"""

import math
import multiprocessing
import sys
import time
import warnings

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)

SPACE = {
    "rate": FloatDistribution(1e-5, 1, log=True),
    "kind": CategoricalDistribution(["sgd", "adam", "adamw"]),
    "n": IntDistribution(1, 64),
}


def value(p):
    return (math.log10(p["rate"]) + 2.5) ** 2 + {"sgd": 0.6, "adam": 0.2, "adamw": 0.0}[p["kind"]] + ((p["n"] - 16) / 16) ** 2


def sampler(kind, seed):
    return optuna.samplers.TPESampler(seed=seed) if kind == "tpe" else optuna.samplers.RandomSampler(seed=seed)


def work(url, name, kind, seed, until, out):
    study = optuna.load_study(study_name=name, storage=url, sampler=sampler(kind, seed))
    n = 0
    while time.time() < until:
        trial = study.ask()
        p = {
            "rate": trial.suggest_float("rate", 1e-5, 1, log=True),
            "kind": trial.suggest_categorical("kind", ["sgd", "adam", "adamw"]),
            "n": trial.suggest_int("n", 1, 64),
        }
        study.tell(trial, value(p))
        n += 1
    out.put(n)


if __name__ == "__main__":
    url, kind, history, processes, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
    name = f"{kind}-{time.time_ns()}"
    study = optuna.create_study(study_name=name, storage=url, sampler=optuna.samplers.RandomSampler(seed=0))
    memory = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for _ in range(history):
        trial = memory.ask(SPACE)
        memory.tell(trial, value(trial.params))
    if history:
        study.add_trials(memory.trials)
    context = multiprocessing.get_context("spawn")
    out = context.Queue()
    warm = 3
    until = time.time() + seconds + warm
    workers = [context.Process(target=work, args=(url, name, kind, i, until, out)) for i in range(processes)]
    time.sleep(0)
    for worker in workers:
        worker.start()
    time.sleep(warm)
    before = len(study.get_trials(deepcopy=False))
    begin = time.time()
    for worker in workers:
        worker.join()
    took = time.time() - begin
    print((len(study.get_trials(deepcopy=False)) - before) / took)
