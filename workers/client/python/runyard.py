"""Logs into a Runyard lab from any Python program, without dependencies and without making it wait.

    import runyard
    with runyard.start("mnist", name="baseline", params={"lr": 0.1}) as run:
        for step in range(1000):
            run.log({"train/loss": loss}, step=step)
        run.file("model.safetensors")

Where: RUNYARD_URL and RUNYARD_TOKEN (or MLFLOW_TRACKING_URI and MLFLOW_TRACKING_TOKEN). RUNYARD_RUN_ID (or MLFLOW_RUN_ID) goes on in that
run, as it does inside a run that the lab started. Points wait in memory and are sent each second by a thread of their own; what cannot be
sent is tried again, and arrives once however often it is sent. A lab that is away costs memory (1,000,000 points, then the oldest go), never time.
"""

import atexit
import json
import os
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import deque

LIMIT = 1_000_000
BATCH = 1_000


class Refused(Exception):
    """The lab answered that it will not take this; trying again would not help."""


class Run:
    """One run. Made by start(); log(), param() and tag() return at once."""

    def __init__(self, lab, run_id, mine):
        self.id = run_id
        self.dropped = 0  # points that did not fit in memory, or that the lab refused
        self.trouble = None  # the last thing that went wrong, for whoever wants to know
        self._lab = lab
        self._mine = mine  # whether its end is ours to say
        self._points = deque()
        self._texts = deque()
        self._wake = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._work, name="runyard", daemon=True)
        self._thread.start()
        atexit.register(self._close, 30.0)

    def log(self, metrics, step=0):
        """Metrics by name, at a step. Values are what float() takes."""
        now = time.time_ns() // 1_000_000
        points = self._points
        for key, value in metrics.items():
            points.append((key, float(value), now, step))
        if len(points) >= BATCH:
            if len(points) > LIMIT:
                self.dropped += 1
                points.popleft()
            self._wake.set()

    def param(self, **params):
        """Parameters, each said once. For names with signs: param(**{"net/depth": 3})."""
        self._texts.extend(("params", key, str(value)) for key, value in params.items())

    def tag(self, **tags):
        self._texts.extend(("tags", key, str(value)) for key, value in tags.items())

    def file(self, path, name=None):
        """Keeps a file with the run, under its own name or another; waits for it."""
        name = urllib.parse.quote(name or os.path.basename(path))
        with open(path, "rb") as data:
            headers = {"Content-Type": "application/octet-stream", "Content-Length": str(os.path.getsize(path))}
            self._lab.ask("PUT", f"-artifacts/artifacts/0/{self.id}/artifacts/{name}", data, headers)

    def resume_step(self):
        """The step that this attempt goes on from, where the lab says so; else None."""
        step = os.environ.get("RUNYARD_RESUME_STEP")
        return int(step) if step else None

    def finish(self, status="FINISHED", wait=30.0):
        """Sends what is left (for at most so many seconds) and ends the run: FINISHED, FAILED or KILLED."""
        left = self._close(wait)
        if self._mine:
            self._lab.ask("POST", "/runs/update", {"run_id": self.id, "status": status, "end_time": time.time_ns() // 1_000_000})
        return left

    def __enter__(self):
        return self

    def __exit__(self, kind, fault, trace):
        self.finish("FINISHED" if kind is None else "KILLED" if issubclass(kind, KeyboardInterrupt) else "FAILED")

    def _close(self, wait):
        atexit.unregister(self._close)
        self._over = True
        self._wake.set()
        self._thread.join(wait)
        return len(self._points) + len(self._texts)

    def _work(self):
        pause = 1.0
        while True:
            self._wake.wait(pause)
            self._wake.clear()
            try:
                while self._send():
                    pass
                pause = 1.0
                if self._over:
                    return
            except Exception as fault:  # a lab that is away, in whatever way; the points are still here
                self.trouble = fault
                pause = min(pause * 2, 30.0) if not self._over else 0.5

    def _send(self):
        """One batch. What is sent leaves the queues after the answer alone. Answers whether there is more."""
        points, texts = self._first(self._points, BATCH - 100), self._first(self._texts, 100)
        if not points and not texts:
            return False
        body = {
            "run_id": self.id,
            "metrics": [{"key": k, "value": _number(v), "timestamp": t, "step": s} for k, v, t, s in points],
            "params": [{"key": k, "value": v} for kind, k, v in texts if kind == "params"],
            "tags": [{"key": k, "value": v} for kind, k, v in texts if kind == "tags"],
        }
        try:
            self._lab.ask("POST", "/runs/log-batch", body)
        except Refused as fault:
            self.trouble = fault
            self.dropped += len(points)
        # What log() dropped meanwhile was the oldest, that is: of these.
        for queue, sent in ((self._points, points), (self._texts, texts)):
            for one in sent:
                if queue and queue[0] is one:
                    queue.popleft()
        return True

    @staticmethod
    def _first(queue, most):
        # Only this thread takes from the left but for log() at the limit, and nobody inserts there.
        return [queue[i] for i in range(min(len(queue), most))]


class _Lab:
    def __init__(self, url, token):
        self._url = url.rstrip("/") + "/api/2.0/mlflow"
        self._token = token

    def ask(self, method, path, body=None, headers=None):
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        request = urllib.request.Request(self._url + path, data=data, method=method, headers=headers or {"Content-Type": "application/json"})
        if self._token:
            request.add_header("Authorization", "Bearer " + self._token)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as fault:
            if fault.code in (408, 429) or fault.code >= 500:
                raise
            raise Refused(f"{fault.code}: {fault.read(2000).decode(errors='replace')}") from None


def _number(value):
    return value if value - value == 0 else "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def start(experiment="Default", name="", params=None, tags=None, url=None, token=None):
    """A new run of an experiment, which is made if it is new; or the one that the environment names."""
    env = os.environ.get
    lab = _Lab(
        url or env("RUNYARD_URL") or env("MLFLOW_TRACKING_URI") or "http://127.0.0.1:8080",
        token or env("RUNYARD_TOKEN") or env("MLFLOW_TRACKING_TOKEN"),
    )
    known = env("RUNYARD_RUN_ID") or env("MLFLOW_RUN_ID")
    if not known:
        try:
            found = lab.ask("GET", "/experiments/get-by-name?experiment_name=" + urllib.parse.quote(experiment))["experiment"]
        except Refused:
            found = lab.ask("POST", "/experiments/create", {"name": experiment})
        fresh = {"experiment_id": found["experiment_id"], "run_name": name, "start_time": time.time_ns() // 1_000_000}
        known = lab.ask("POST", "/runs/create", fresh)["run"]["info"]["run_id"]
        run = Run(lab, known, True)
    else:
        run = Run(lab, known, False)
    run.param(**(params or {}))
    run.tag(**(tags or {}))
    return run
