#!/usr/bin/env python3
"""Makes what a release leaves behind for the tests of later ones: see README.md.

    make.py CHECKOUT OUT     CHECKOUT: a built clone of the release; OUT: the folder of the release, here 0.1.0

Needs psql of any version, and Linux. Kills only what it started.
"""

import gzip
import hashlib
import http.client
import http.server
import json
import os
import pathlib
import platform
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import urllib.request
import zlib

IMAGES = pathlib.Path("/tmp/runyard-0.1.0/images")
PGN = {"kind": "pgn", "net": "mlp", "resolution": 32, "crop": 8, "hidden": 16, "prompts": 2, "librarySize": 4}
PAUSED = {
    "dataset": {"id": "shapes", "train": 96, "test": 40},
    "method": PGN,
    "optimizer": {"kind": "adamw", "learningRate": 0.001},
    "schedule": {"epochs": 40, "warmupEpochs": 1},
    "batchSize": 16,
    "augment": "flip-crop",
    "seed": 7,
    "checkpoint": {"everyEpochs": 7, "everySeconds": 1},
}
RUNNING = {
    "dataset": {"id": "folder", "root": str(IMAGES)},
    "method": {"kind": "iip", "prompts": 2},
    "schedule": {"epochs": 40, "warmupEpochs": 1},
    "batchSize": 8,
    "augment": "flip-crop",
    "seed": 11,
    "checkpoint": {"everyEpochs": 7, "everySeconds": 1},
}
QUEUED = {"dataset": {"id": "shapes", "train": 32, "test": 20}, "method": PGN, "schedule": {"epochs": 2, "warmupEpochs": 0},
          "batchSize": 16}
SWEEP = {
    "experiment": "released",
    "name": "random",
    "base": dict(QUEUED, augment="none"),
    "axes": {"optimizer.learningRate": {"logUniform": [0.01, 0.5]}, "method.prompts": [1, 2, 4]},
    "sampler": {"kind": "random", "runs": 4},
    "metric": "test/top1",
    "parallel": 1,
}


def images():
    """Three classes of 16 x 16 pixels in noise round a colour: 20 each to train on, 5 to test on."""
    shutil.rmtree(IMAGES, ignore_errors=True)
    draw = random.Random(1)
    for part, count in (("train", 20), ("test", 5)):
        for name, colour in (("red", (200, 60, 60)), ("green", (60, 190, 80)), ("blue", (70, 80, 210))):
            folder = IMAGES / part / name
            folder.mkdir(parents=True)
            for i in range(count):
                rows = b"".join(
                    b"\0" + bytes(max(0, min(255, c + draw.randrange(-50, 51) // 10 * 10)) for _ in range(16) for c in colour)
                    for _ in range(16))
                chunks = ((b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
                png = b"\x89PNG\r\n\x1a\n" + b"".join(
                    struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
                (folder / f"{i:02}.png").write_bytes(png)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Lab:
    def __init__(self, checkout, home, *arguments):
        self.checkout, self.home, self.port = checkout, home, free_port()
        self.processes = []
        self.start("up", *arguments)
        for _ in range(1800):
            if (home / "lab.json").exists() and self.answers():
                return
            time.sleep(0.1)
        sys.exit("the lab did not start; see " + str(home))

    def start(self, *command):
        environment = dict(os.environ, RUNYARD_HOME=str(self.home), RUNYARD_PORT=str(self.port), RUNYARD_BUILD="never", RUNYARD_THREADS="1")
        log = open(str(self.home) + ".out", "ab")
        self.processes.append(subprocess.Popen([self.checkout / "deploy/runyard", *command], env=environment, stdout=log, stderr=log))

    def answers(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/q/health/ready", timeout=5).status == 200
        except OSError:
            return False

    def call(self, path, body=None, post=False):
        data = json.dumps(body).encode() if body is not None else b"" if post else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def submit(self, name, spec):
        return self.call("/api/v1/runs", {"experiment": "released", "name": name, "spec": spec})["id"]

    def wait(self, path, done):
        for _ in range(3000):
            answer = self.call(path)
            if done(answer):
                return answer
            time.sleep(0.05)
        sys.exit(f"{path} did not come true: {answer}")

    def until(self, run, done):
        return self.wait("/api/v1/runs/" + run, done)

    def kill(self):
        """kill -9 of everything at once; Postgres' children end with it."""
        parents = {}
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                parents.setdefault(int((entry / "stat").read_text().rpartition(")")[2].split()[1]), []).append(int(entry.name))
            except OSError:
                pass
        doomed, queue = [], [p.pid for p in self.processes]
        postmaster = self.home / "postgres/postmaster.pid"
        if postmaster.exists():
            queue.append(int(postmaster.read_text().split()[0]))
        while queue:
            pid = queue.pop()
            doomed.append(pid)
            queue += parents.get(pid, [])
        for pid in doomed:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for process in self.processes:
            process.wait()
        time.sleep(3)

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()


def make_home(checkout, home):
    lab = Lab(checkout, home)
    state = lambda *states: lambda r: r["state"] in states
    ids = {}
    for name, spec in (("paused", PAUSED), ("running", RUNNING)):
        ids[name + " undisturbed"] = lab.submit(name + " undisturbed", spec)
    for run in ids.values():
        assert lab.until(run, state("FINISHED", "FAILED"))["state"] == "FINISHED", run
    sweep = lab.call("/api/v1/sweeps", SWEEP)["id"]
    lab.wait(f"/api/v1/sweeps/{sweep}", lambda s: s["states"].get("FINISHED", 0) >= 2)
    lab.call(f"/api/v1/sweeps/{sweep}/pause", post=True)
    lab.wait(f"/api/v1/runs?sweep={sweep}", lambda p: all(r["state"] in ("QUEUED", "FINISHED", "PAUSED") for r in p["items"]))
    ids["paused"] = lab.submit("paused", PAUSED)
    lab.until(ids["paused"], lambda r: r["step"] >= 45)
    lab.call(f"/api/v1/runs/{ids['paused']}/pause", post=True)
    lab.until(ids["paused"], state("PAUSED"))
    ids["running"] = lab.submit("running", RUNNING)
    lab.until(ids["running"], lambda r: r["state"] == "RUNNING")
    ids["queued"] = lab.submit("queued", QUEUED)
    lab.call(f"/api/v1/sweeps/{sweep}/resume", post=True)
    lab.until(ids["running"], lambda r: r["step"] >= 100)
    lab.kill()
    return ids, sweep


def sql(home, port, query):
    environment = dict(os.environ, PGPASSWORD=(home / "postgres.secret").read_text().strip())
    return subprocess.run(["psql", "-h", "127.0.0.1", "-p", str(port), "-U", "runyard", "postgres", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", query],
                          env=environment, check=True, capture_output=True).stdout.decode()


def dump(checkout, home, ids, sweep):
    """The database as plain SQL: the release's own migrations, Flyway's notes on them, and every row."""
    binaries = next(home.glob("pgbin-*/bin/pg_ctl")).parent
    port = free_port()
    prefix = ["unshare", "-U", "--"] if os.getuid() == 0 else []  # as the release itself does
    (home / "postgres/postmaster.pid").unlink(missing_ok=True)
    control = lambda *a: subprocess.run([*prefix, binaries / "pg_ctl", "-D", home / "postgres", "-w", *a], check=True, stdout=subprocess.DEVNULL)
    control("-l", str(home) + ".dump", "-o", f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''", "start")
    try:
        out = [(checkout / f"migrations/src/main/resources/db/migration/{name}").read_text()
               for name in ("V1__experiments.sql", "V2__metrics.sql")]
        out.append("delete from project;\n" + FLYWAY)
        order = "project experiment sweep run worker device attempt lease event idempotency metric_key metric_point metric_summary metric_block run_log blob checkpoint checkpoint_file artifact metric_beat flyway_schema_history".split()
        known = set(sql(home, port, "select table_name from information_schema.tables where table_schema = 'public'").split())
        assert known == set(order), known ^ set(order)
        for table in order:
            columns = sql(home, port, "select string_agg(quote_ident(column_name), ', ' order by ordinal_position) from information_schema.columns"
                          f" where table_schema = 'public' and table_name = '{table}'").strip()
            as_text = sql(home, port, "select string_agg(format('quote_nullable(%I::text)', column_name), ' || '', '' || ' order by ordinal_position)"
                          f" from information_schema.columns where table_schema = 'public' and table_name = '{table}'").strip()
            kept = KEPT_BLOBS if table == "blob" else ""
            rows = sql(home, port, f"select '(' || {as_text} || ')' from {table} {kept} order by 1").rstrip("\n")
            if rows:
                out.append(f"insert into {table} ({columns}) overriding system value values\n" + re.sub(r"\)\n\(", "),\n(", rows) + ";\n")
        for sequence, table, column in (("event_seq_seq", "event", "seq"), ("metric_key_id_seq", "metric_key", "id")):
            out.append(f"select setval('{sequence}', (select max({column}) from {table}));\n")
        out.append(f"select setval('metric_beat_seq', {sql(home, port, 'select last_value from metric_beat_seq').strip()});\n")
        facts = expected(home, ids, sweep, lambda query: sql(home, port, query))
        return "\n".join(out), facts, set(sql(home, port, "select sha256 from blob " + KEPT_BLOBS).split())
    finally:
        control("-m", "fast", "stop")


# The release itself deletes the others a day later.
KEPT_BLOBS = "where sha256 in (select sha256 from checkpoint_file union all select sha256 from artifact)"

# As Flyway 11 makes it.
FLYWAY = """create table flyway_schema_history (
    installed_rank integer not null constraint flyway_schema_history_pk primary key,
    version        varchar(50),
    description    varchar(200) not null,
    type           varchar(20) not null,
    script         varchar(1000) not null,
    checksum       integer,
    installed_by   varchar(100) not null,
    installed_on   timestamp not null default now(),
    execution_time integer not null,
    success        boolean not null
);
create index flyway_schema_history_s_idx on flyway_schema_history (success);
"""


def pack(home, out, blobs):
    """The home's files but for the database, logs, and what is unpacked or computed again."""
    def plain(info):
        info.uid = info.gid = 0
        info.uname = info.gname = "root"
        return info
    with tarfile.open(out, "w:xz", preset=9) as tar:
        for path in sorted(home.rglob("*")):
            inside = path.relative_to(home)
            if inside.parts[0] in ("postgres", "logs", "djl", "data") or inside.parts[0].startswith("pgbin-") or not (path.is_file() or path.is_dir()):
                continue
            if inside.parts[0] == "artifacts" and path.is_file() and path.name not in blobs:
                continue
            tar.add(path, str(inside), recursive=False, filter=plain)
        for path in sorted(IMAGES.rglob("*.png")):
            tar.add(path, str(pathlib.Path("images") / path.relative_to(IMAGES)), filter=plain)


def expected(home, ids, sweep, query):
    """What the undisturbed runs measured and made; and each run's stored spec, as the database gives it."""
    maker = re.search(r"^vendor_id\s*: (\S+)", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    # ARM's kernel names no maker.
    result = {"processor": maker[1] if maker else platform.machine(), "sweep": sweep, "runs": ids, "undisturbed": {}, "specs": {}}
    for name in ("paused", "running"):
        run = ids[name + " undisturbed"]
        series = {}
        for line in query(f"select k.key, p.step, p.value from metric_point p join metric_key k on k.id = p.key_id where run_id = '{run}'"
                          " and superseded_by is null order by k.key, p.step, p.time").splitlines():
            key, step, value = line.split("|")
            series.setdefault(key, []).append([int(step), float(value)])
        artifacts = {}
        for line in query(f"select name, sha256 from artifact where run_id = '{run}' order by name").splitlines():
            file, sha = line.split("|")
            artifacts[file] = {"sha256": sha}
            if file.endswith(".safetensors"):
                content = next(path for path in (home / "artifacts").rglob(sha) if path.is_file()).read_bytes()
                artifacts[file]["tensorsSha256"] = hashlib.sha256(content[8 + int.from_bytes(content[:8], "little"):]).hexdigest()
        result["undisturbed"][name] = {"metrics": series, "artifacts": artifacts}
    for line in query("select id, state, attempt, step, spec_hash, spec from run order by created_at, id").splitlines():
        run, state, attempt, step, spec_hash, spec = line.split("|", 5)
        result["specs"][run] = {"state": state, "attempt": int(attempt), "step": int(step), "hash": spec_hash, "spec": json.loads(spec)}
    return result


class Recorder(http.server.BaseHTTPRequestHandler):
    """Hands requests on to the service, and keeps the first JSON exchange of each kind."""
    protocol_version = "HTTP/1.1"
    port, found, lock = 0, {}, threading.Lock()

    def log_message(self, *_):
        pass

    def handle_one(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        upstream = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection", "upgrade", "http2-settings")}
        upstream.request(self.command, self.path, body or None, headers)
        answer = upstream.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
        if length is not None:
            self.send_header("Content-Length", length)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.note(body, answer.status, content)

    do_GET = do_POST = do_PUT = do_HEAD = handle_one

    def note(self, body, status, content):
        kind = self.path.strip("/").split("/")
        name = "register" if kind[-1] == "workers" else "worker-" + kind[-1] if kind[2] == "workers" else kind[-1]
        if kind[2] == "artifacts":
            name = "blob-" + self.command.lower()
        binary = kind[2] == "artifacts"
        asked = None if binary or not body else json.loads(body)
        said = None if binary or not content else json.loads(content)
        if name == "heartbeat":
            name += "-" + said.get("order", str(status)).lower() + ("-totals" if "steps" in asked else "")
        if name == "end":
            name += "-" + asked["kind"]
        if name == "start" and said.get("checkpoints"):
            name += "-resumed"
        exchange = {"request": {"method": self.command, "path": self.path, "headers": {
            k: v for k, v in self.headers.items() if k.lower() in ("authorization", "content-type", "accept")}, "body": asked},
            "response": {"status": status, "body": said}}
        with self.lock:
            self.found.setdefault(name, exchange)


def record_wire(checkout, home, out):
    lab = Lab(checkout, home, "--workers", "0")
    Recorder.port = lab.port
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        lab.start("worker", "--server", f"http://127.0.0.1:{proxy.server_address[1]}")
        over = lambda r: r["state"] in ("FINISHED", "FAILED", "CANCELLED")
        run = lab.submit("wire", dict(PAUSED, schedule={"epochs": 20, "warmupEpochs": 1}))
        lab.until(run, lambda r: r["step"] >= 45)
        lab.call(f"/api/v1/runs/{run}/pause", post=True)
        lab.until(run, lambda r: r["state"] == "PAUSED")
        lab.call(f"/api/v1/runs/{run}/resume", post=True)
        lab.until(run, over)
        failing = lab.submit("no data", dict(RUNNING, dataset={"id": "folder", "root": "/tmp/runyard-0.1.0/missing"}))
        lab.until(failing, over)
        cancelled = lab.submit("cancelled", PAUSED)
        lab.until(cancelled, lambda r: r["step"] >= 10)
        lab.call(f"/api/v1/runs/{cancelled}/cancel", post=True)
        lab.until(cancelled, over)
        lab.processes[1].terminate()
        lab.processes[1].wait()
        del lab.processes[1]
    finally:
        lab.stop()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for name, exchange in sorted(Recorder.found.items()):
        (out / f"{name}.json").write_text(json.dumps(exchange, indent=2) + "\n")


def main():
    checkout, out = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    out.mkdir(parents=True, exist_ok=True)
    images()
    with tempfile.TemporaryDirectory(prefix="runyard-released-") as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)  # Postgres runs as another user where we are root
        home = folder / "home"
        ids, sweep = make_home(checkout, home)
        text, facts, blobs = dump(checkout, home, ids, sweep)
        with gzip.GzipFile(out / "database.sql.gz", "wb", 9, mtime=0) as file:
            file.write(text.encode())
        pack(home, out / "home.tar.xz", blobs)
        (out / "expected.json").write_text(re.sub(r"\[\s+(\d+),\s+([^\s\]]+)\s+\]", r"[\1, \2]", json.dumps(facts, indent=1)) + "\n")
        record_wire(checkout, folder / "wire", out / "wire")


if __name__ == "__main__":
    main()
