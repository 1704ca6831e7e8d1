"""A plain training loop that logs through MLflow, and goes on where it was when it finds what it kept."""
import argparse
import os
import time

import mlflow

options = argparse.ArgumentParser()
options.add_argument("--lr", type=float, default=0.1)
options.add_argument("--steps", type=int, default=60)
options.add_argument("--pause", type=float, default=0.12, help="seconds that a step takes")
options.add_argument("--every", type=int, default=5, help="steps between checkpoints")
options.add_argument("--out", default="kept")
options = options.parse_args()

os.makedirs(options.out, exist_ok=True)
state = os.path.join(options.out, "state")
begin = int(open(state).read()) if os.path.exists(state) else 0
print("goes on behind", begin, flush=True)


def keep(step):
    # The marker last: what lies beside it is whole then.
    for name in ("state", ".complete"):
        with open(os.path.join(options.out, name + ".new"), "w") as file:
            file.write(str(step))
        os.replace(os.path.join(options.out, name + ".new"), os.path.join(options.out, name))


mlflow.set_experiment("whatever the script says")
with mlflow.start_run(run_name="baseline"):
    mlflow.log_param("lr", options.lr)
    for step in range(begin + 1, options.steps + 1):
        mlflow.log_metric("train/loss", options.lr / step, step=step)
        if step % options.every == 0:
            keep(step)
        time.sleep(options.pause)
    mlflow.log_metric("val/acc", 1 - options.lr, step=options.steps)
    mlflow.log_text("done", "out/done.txt")
