"""Logs into a Runyard lab from any Python program, without dependencies and without making it wait.

    import runyard
    with runyard.start("mnist", name="baseline", params={"lr": 0.1}) as run:
        for step in range(1000):
            run.log({"train/loss": loss}, step=step)
        run.file("model.safetensors")

Where: RUNYARD_URL and RUNYARD_TOKEN (or MLFLOW_TRACKING_URI and MLFLOW_TRACKING_TOKEN). RUNYARD_RUN_ID (or MLFLOW_RUN_ID) goes on in that
run, as it does inside a run that the lab started. Everything waits in memory and is sent each second by a thread of its own; what cannot be
sent is tried again, and arrives once however often it is sent. A lab that is away costs memory (1,000,000 points, then the oldest go), 5 s at
the start and 30 s at the end, and nothing else: what was not delivered is said on stderr, and the program ends as it would have ended.
"""

import atexit
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections import deque

LIMIT = 1_000_000  # points that wait
FILES = 100  # files that wait; each is held open
BATCH = 1_000
TEXTS = 100
PIECES = 40  # requests into which the points of one metric are taken apart that are refused for some of them
KEYS = 50  # metrics of a refused batch that are sent apart
TRIES = 5  # of a file that cannot be read


class Refused(Exception):
    """The lab answered that it will not take this; trying again would not help."""

    def __init__(self, code, said):
        super().__init__(f"{code}: {said}")
        self.code = code


class Run:
    """One run. Made by start(); log(), param(), tag() and file() return at once."""

    def __init__(self, lab, run_id, fresh):
        self.id = run_id  # None until the lab has made the run
        self.dropped = 0  # points, parameters, tags and files that had no room, or that the lab refused
        self.trouble = None  # the last thing that went wrong, for whoever wants to know
        self._lab = lab
        self._fresh = fresh  # what the run is made of; None: it is there, and its end is not ours to say
        self._key = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        self._points, self._texts, self._files = deque(), deque(), deque()
        self._wake, self._made, self._done = threading.Event(), threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._late = float("inf")  # when the end is said, though files are left; of time.monotonic()
        self._uploader = None
        self._status = None
        threading.Thread(target=self._work, name="runyard", daemon=True).start()
        atexit.register(self._close, 30.0)

    def log(self, metrics, step=0):
        """Metrics by name, at a step. Values are what float() takes, steps what int() takes."""
        now = time.time_ns() // 1_000_000
        points, step = self._points, int(step)
        for key, value in metrics.items():
            points.append((key, float(value), now, step))
        if len(points) >= BATCH:
            while len(points) > LIMIT:
                self.dropped += 1
                points.popleft()
            self._wake.set()

    def param(self, **params):
        """Parameters, each said once. For names with signs: param(**{"net/depth": 3})."""
        self._texts.extend(("params", key, str(value)) for key, value in params.items())

    def tag(self, **tags):
        self._texts.extend(("tags", key, str(value)) for key, value in tags.items())

    def file(self, path, name=None):
        """Keeps a file with the run, under its own name or another. It is sent meanwhile: replace or delete it, but do not write into it."""
        data = open(path, "rb")
        with self._lock:
            if len(self._files) >= FILES:
                data.close()
                self._lose(1, RuntimeError(f"more than {FILES} files wait: {path}"))
                return
            self._files.append((data, urllib.parse.quote(str(name or os.path.basename(path)))))
            if len(self._files) == 1:
                self._uploader = threading.Thread(target=self._upload, name="runyard-files", daemon=True)
                self._uploader.start()

    def resume_step(self):
        """The step that this attempt goes on from, where the lab says so; else None."""
        step = os.environ.get("RUNYARD_RESUME_STEP")
        return int(step) if step else None

    def finish(self, status="FINISHED", wait=30.0):
        """Sends what is left and ends the run (FINISHED, FAILED or KILLED), for at most so many seconds. Answers how much is left."""
        self._status = self._status or status
        return self._close(wait)

    def __enter__(self):
        return self

    def __exit__(self, kind, fault, trace):
        self.finish("FINISHED" if kind is None else "KILLED" if issubclass(kind, KeyboardInterrupt) else "FAILED")

    def _close(self, wait):
        atexit.unregister(self._close)
        told, begun = self._over.is_set(), time.monotonic()
        self._late = begun + wait * 2 / 3
        self._over.set()
        self._wake.set()
        ended = self._done.wait(wait) and self.id
        if ended and self._files:  # they may follow the end
            self._uploader.join(max(0.0, begun + wait - time.monotonic()))
        points, texts, files = len(self._points), len(self._texts), len(self._files)
        if not told and (self.dropped or files or not ended):
            left = f"{points} points, {texts} parameters and tags, {files} files" + ("" if ended else ", and its end")
            print(f"runyard: run {self.id or '(never made)'}: not delivered: {left}; given up: {self.dropped}; last trouble: {self.trouble}", file=sys.stderr)
        return points + texts + files

    def _work(self):
        pause, away = 0.0 if self._fresh else 1.0, False
        while not self._done.is_set():
            if away:
                self._rest(pause)  # whatever is logged meanwhile
            else:
                self._wake.wait(pause)
            self._wake.clear()
            try:
                if self.id is None:
                    self._make()
                while self._send(self._texts, TEXTS) or self._send(self._points, BATCH):
                    pass
                pause, away = 0.2 if self._over.is_set() else 1.0, False
                if self._over.is_set() and (not self._files or time.monotonic() > self._late):
                    if self._fresh and self._status:
                        end = {"run_id": self.id, "status": self._status, "end_time": time.time_ns() // 1_000_000}
                        self._lab.ask("POST", "/runs/update", end)
                    self._done.set()
            except Refused as fault:  # of the run itself, or of its end
                self._lose(1, fault)
                self._made.set()
                self._done.set()
            except Exception as fault:  # a lab that is away, in whatever way; all of it is still here
                self.trouble = fault
                pause, away = min(max(pause, 0.5) * 2, 30.0), True

    def _rest(self, seconds):
        """For so long, or until the end is near, and then for half a second each time."""
        if self._over.is_set():
            time.sleep(0.5)
        else:
            self._over.wait(seconds)

    def _make(self):
        """The key lets the lab make one run, however often it is asked."""
        body = dict(self._fresh)
        name = body.pop("experiment")
        by_name = "/experiments/get-by-name?experiment_name=" + urllib.parse.quote(name)
        try:
            found = self._lab.ask("GET", by_name)["experiment"]
        except Refused as fault:
            if fault.code != 404:
                raise
            try:
                found = self._lab.ask("POST", "/experiments/create", {"name": name})
            except Refused as other:
                if "ALREADY_EXISTS" not in str(other):
                    raise
                found = self._lab.ask("GET", by_name)["experiment"]  # made by another process meanwhile
        body["experiment_id"] = found["experiment_id"]
        self.id = self._lab.ask("POST", "/runs/create", body, self._key)["run"]["info"]["run_id"]
        self._made.set()

    def _send(self, queue, most):
        """One batch. What is sent leaves the queue after the answer alone. Answers whether there was one."""
        # Only this thread takes from the left but for log() at the limit, and nobody inserts there.
        batch = [queue[i] for i in range(min(len(queue), most))]
        if batch:
            self._give(batch, [PIECES if len(batch[0]) == 4 else 2 * len(batch)])
        # What log() dropped meanwhile was the oldest, that is: of these.
        for one in batch:
            if queue and queue[0] is one:
                queue.popleft()
        return bool(batch)

    def _give(self, batch, left, apart=False):
        """Points, or texts. A batch that is refused is sent by metric, each of which is halved, so that what is wrong is alone in the end and
        the rest arrives."""
        body = {"run_id": self.id}
        if len(batch[0]) == 4:
            body["metrics"] = [{"key": k, "value": _number(v), "timestamp": t, "step": s} for k, v, t, s in batch]
        else:
            for kind in ("params", "tags"):
                body[kind] = [{"key": k, "value": v} for of, k, v in batch if of == kind]
        left[0] -= 1
        try:
            self._lab.ask("POST", "/runs/log-batch", body)
        except Refused as fault:
            if len(batch) == 1 or left[0] <= 0 or fault.code not in (400, 413, 422):
                self._lose(len(batch), fault)
                return
            if not apart and len(batch[0]) == 4:
                keys = {}
                for one in batch:
                    keys.setdefault(one[0], []).append(one)
                if 1 < len(keys) <= KEYS:
                    for points in keys.values():
                        self._give(points, [PIECES], True)
                    return
                batch = [one for points in keys.values() for one in points]  # what is wrong with a metric is side by side, at least
            half = len(batch) // 2
            self._give(batch[:half], left, True)
            self._give(batch[half:], left, True)

    def _upload(self):
        pause, tried, more = 0.5, 0, True
        while more:
            data, name = self._files[0]
            try:
                self._made.wait()
                content = _Content(data)
                headers = {"Content-Type": "application/octet-stream", "Content-Length": str(content.left)}
                self._lab.ask("PUT", f"-artifacts/artifacts/0/{self.id}/artifacts/{name}", content, headers)
            except Refused as fault:
                self._lose(1, fault)
            except Unreadable as fault:
                tried += 1
                if tried < TRIES:
                    self.trouble = fault
                    time.sleep(0.5)
                    continue
                self._lose(1, fault)
            except Exception as fault:
                self.trouble, tried = fault, 0
                self._rest(pause)
                pause = min(pause * 2, 30.0)
                continue
            pause, tried = 0.5, 0
            data.close()
            with self._lock:
                self._files.popleft()
                more = bool(self._files)
        self._wake.set()

    def _lose(self, count, why):
        self.dropped += count
        self.trouble = why


class Unreadable(Exception):
    """A file, as it is now."""


class _Content:
    """All of a file, or of one that grows what it has now: no other length is right once a request has begun."""

    def __init__(self, data):
        self._data = data
        try:
            data.seek(0)
            self.left = os.fstat(data.fileno()).st_size
        except (OSError, ValueError) as fault:
            raise Unreadable(f"{data.name}: {fault}") from fault

    def read(self, most):
        try:
            some = self._data.read(min(most, self.left))
        except (OSError, ValueError) as fault:  # not to be taken for one of the connection
            raise Unreadable(f"{self._data.name}: {fault}") from fault
        if self.left and not some:
            raise Unreadable(f"{self._data.name} became shorter while it was sent")
        self.left -= len(some)
        return some


class _Lab:
    def __init__(self, url, token):
        self._url = url.rstrip("/") + "/api/2.0/mlflow"
        self._token = token

    def ask(self, method, path, body=None, headers=None):
        try:
            data = json.dumps(body).encode() if isinstance(body, dict) else body
        except (TypeError, ValueError) as fault:  # no lab would take it
            raise Refused(400, fault) from fault
        request = urllib.request.Request(self._url + path, data=data, method=method, headers=headers or {"Content-Type": "application/json"})
        if self._token:
            request.add_header("Authorization", "Bearer " + self._token)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as fault:
            if fault.code in (408, 429) or fault.code >= 500:
                raise
            raise Refused(fault.code, fault.read(2000).decode(errors="replace")) from None


def _number(value):
    return value if value - value == 0 else "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def start(experiment="Default", name="", params=None, tags=None, url=None, token=None, wait=5.0):
    """A new run of an experiment, which is made if it is new; or the one that the environment names.

    Waits so many seconds for the lab; one that is away makes the run when it is back. One that refuses it raises Refused."""
    env = os.environ.get
    lab = _Lab(
        url or env("RUNYARD_URL") or env("MLFLOW_TRACKING_URI") or "http://127.0.0.1:8080",
        token or env("RUNYARD_TOKEN") or env("MLFLOW_TRACKING_TOKEN"),
    )
    known = env("RUNYARD_RUN_ID") or env("MLFLOW_RUN_ID")
    fresh = None if known else {"experiment": str(experiment), "run_name": str(name), "start_time": time.time_ns() // 1_000_000}
    run = Run(lab, known, fresh)
    if known:
        run._made.set()
    elif not run._made.wait(wait):
        print(f"runyard: no answer yet ({run.trouble or 'the lab is slow'}); what is logged waits in memory", file=sys.stderr)
    elif run.id is None:
        run._over.set()  # nothing was logged that could be told of
        atexit.unregister(run._close)
        raise run.trouble
    run.param(**(params or {}))
    run.tag(**(tags or {}))
    return run
