"""A training script as people write them: nothing in it knows of Runyard. Its last line names its run."""

import sys

import mlflow
from mlflow.tracking import MlflowClient

mlflow.set_experiment(sys.argv[1])
with mlflow.start_run(run_name="parent", tags={"team": "vision"}) as parent:
    mlflow.log_params({"lr": 0.1, "net": "resnet", "wide": True})
    mlflow.log_param("depth", 18)
    for step in range(20):
        mlflow.log_metric("train/loss", 1 / (step + 1), step=step)
    mlflow.log_metrics({"val/acc": 0.5, "odd": float("nan"), "huge": float("inf")}, step=19)
    mlflow.log_metric("stepless", 1.0)
    mlflow.log_metric("stepless", 2.0)
    mlflow.set_tags({"note": "größer — 🙂"})
    mlflow.log_text("hello", "notes/hello.txt")
    mlflow.log_dict({"a": [1, 2]}, "config.json")
    try:
        import numpy
        from PIL import Image

        mlflow.log_image(numpy.zeros((4, 4, 3), dtype=numpy.uint8), key="sample", step=1)
    except ImportError:
        pass
    with mlflow.start_run(run_name="child", nested=True) as child:
        mlflow.log_metric("fold", 1.0)

client = MlflowClient()
run_id = parent.info.run_id
run = client.get_run(run_id)
assert run.info.status == "FINISHED", run.info
assert run.data.params == {"lr": "0.1", "net": "resnet", "wide": "True", "depth": "18"}, run.data.params
assert run.data.metrics["val/acc"] == 0.5 and run.data.metrics["odd"] != run.data.metrics["odd"], run.data.metrics
assert run.data.tags["note"] == "größer — 🙂" and run.data.tags["mlflow.runName"] == "parent", run.data.tags
history = client.get_metric_history(run_id, "train/loss")
assert [m.step for m in history] == list(range(20)) and history[4].value == 0.2, history
assert [m.value for m in client.get_metric_history(run_id, "stepless")] == [1.0, 2.0]
assert {f.path for f in client.list_artifacts(run_id)} >= {"config.json", "notes"}, client.list_artifacts(run_id)
assert [f.path for f in client.list_artifacts(run_id, "notes")] == ["notes/hello.txt"]
assert mlflow.artifacts.load_text(run.info.artifact_uri + "/notes/hello.txt") == "hello"
found = client.search_runs([run.info.experiment_id], "params.net = 'resnet' and metrics.`val/acc` > 0.4 and tags.team LIKE 'vis%'")
assert [r.info.run_id for r in found] == [run_id], found
children = client.search_runs([run.info.experiment_id], f"tags.`mlflow.parentRunId` = '{run_id}'")
assert [r.info.run_name for r in children] == ["child"], children
with mlflow.start_run(run_id=run_id):
    mlflow.log_metric("later", 3.0)
try:
    client.log_param(run_id, "lr", "0.2")
    raise AssertionError("a parameter was changed")
except mlflow.exceptions.MlflowException as refusal:
    assert refusal.error_code == "INVALID_PARAMETER_VALUE", refusal.error_code
client.delete_run(child.info.run_id)
assert client.get_run(child.info.run_id).info.lifecycle_stage == "deleted"
client.restore_run(child.info.run_id)
print(mlflow.__version__)
print(run_id)
