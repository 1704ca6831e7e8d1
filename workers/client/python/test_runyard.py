"""The module against a lab that is away, slow, or refuses: python -m unittest, without dependencies."""

import http.server
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

import runyard

HERE = os.path.dirname(os.path.abspath(__file__))


class Lab:
    """Answers as a lab does and keeps what it took; misbehaves where a test says so."""

    def __init__(self, port=0):
        self.points, self.params, self.files, self.made, self.ends = [], {}, {}, {}, []
        self.asked = 0  # requests of runs/create
        self.delay = 0.0
        self.away = {}  # path's end -> how often it is not answered
        lab = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.do_POST()

            def do_PUT(self):
                self.do_POST()

            def do_POST(self):
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                time.sleep(lab.delay)
                path = self.path.split("?")[0]
                code, said = lab.take(self.command, path, raw, self.headers)
                for end in lab.away:
                    if path.endswith(end) and lab.away[end] > 0:
                        lab.away[end] -= 1
                        self.close_connection = True
                        self.connection.shutdown(socket.SHUT_RDWR)  # after it was taken: the answer is lost
                        return
                body = json.dumps(said).encode()
                self.send_response(code)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, method, path, raw, headers):
        if method == "PUT":
            self.files[path.rsplit("/", 1)[1]] = raw
        elif path.endswith("runs/create"):
            self.asked += 1
            key = headers["Idempotency-Key"]
            self.made.setdefault(key, f"run-{len(self.made)}")
            return 200, {"run": {"info": {"run_id": self.made[key]}}}
        elif path.endswith("log-batch"):
            body = json.loads(raw)
            if any(p["value"] == "refused" for p in body.get("params", ())) or any(m["step"] < 0 or m["key"] == "/bad" for m in body.get("metrics", ())):
                return 400, {"error_code": "INVALID_PARAMETER_VALUE", "message": "no"}
            self.points += [(m["key"], m["step"]) for m in body.get("metrics", ())]
            self.params.update((p["key"], p["value"]) for p in body.get("params", ()))
        elif path.endswith("runs/update"):
            self.ends.append(json.loads(raw)["status"])
        return 200, {"experiment": {"experiment_id": "e"}}

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Here(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.addCleanup(self.lab.close)

    def test_what_is_refused_takes_nothing_else_with_it(self):
        with runyard.start("e", url=self.lab.url, token="t") as run:
            run.param(**{f"p{i}": "refused" if i == 41 else i for i in range(90)})
            for step in range(2500):
                run.log({"loss": 0.5}, step=-1 if step == 1234 else step)
        self.assertEqual(sorted(set(range(2500)) - {step for _, step in self.lab.points}), [1234])
        self.assertEqual(set(self.lab.params), {f"p{i}" for i in range(90) if i != 41})
        self.assertEqual(run.dropped, 2)
        self.assertIsInstance(run.trouble, runyard.Refused)
        self.assertEqual(self.lab.ends, ["FINISHED"])

    def test_a_metric_that_is_refused_each_time_takes_no_other_with_it(self):
        with runyard.start("e", url=self.lab.url, token="t") as run:
            run.param(**{f"p{i}": "refused" if i % 2 else i for i in range(90)})
            for step in range(1200):
                run.log({"loss": 0.5, "/bad": 0.5, "acc": 0.5}, step=-1 if step == 700 else step)
        self.assertEqual(sorted(self.lab.points), sorted((key, step) for key in ("acc", "loss") for step in range(1200) if step != 700))
        self.assertEqual(set(self.lab.params), {f"p{i}" for i in range(0, 90, 2)})
        self.assertEqual(run.dropped, 1200 + 2 + 45)

    def test_what_no_request_can_hold_stands_in_nobodys_way(self):
        class Number:  # as NumPy's: no int, and no JSON
            def __int__(self):
                return 7

            def __float__(self):
                return 0.5

        with runyard.start(Path("e"), name=Path("runs/a"), url=self.lab.url, token="t") as run:
            run.log({"loss": Number()}, step=Number())
            run.log({object: 0.5, "acc": 0.5}, step=8)
        self.assertEqual(sorted(self.lab.points), [("acc", 8), ("loss", 7)])
        self.assertEqual((run.dropped, self.lab.ends), (1, ["FINISHED"]))

    def test_a_file_that_cannot_be_read_stands_in_nobodys_way(self):
        with tempfile.TemporaryDirectory() as folder:
            pipe, path = os.path.join(folder, "pipe"), os.path.join(folder, "w.bin")
            os.mkfifo(pipe)
            held = os.open(pipe, os.O_RDWR)
            self.addCleanup(os.close, held)
            with open(path, "wb") as file:
                file.write(b"weights")
            with runyard.start("e", url=self.lab.url, token="t") as run:
                run.file(pipe)
                run.file(path, name=Path("w.bin"))
        self.assertEqual((self.lab.files, run.dropped, self.lab.ends), ({"w.bin": b"weights"}, 1, ["FINISHED"]))
        self.assertIsInstance(run.trouble, runyard.Unreadable)

    def test_a_file_that_grows_arrives_as_far_as_it_was(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"first")
            file.flush()
            content = runyard._Content(open(file.name, "rb"))
            self.addCleanup(content._data.close)
            file.write(b"more")
            file.flush()
            self.assertEqual((content.left, content.read(100), content.read(100)), (5, b"first", b""))

    def test_the_end_is_said_though_a_file_does_not_arrive(self):
        self.lab.away = {"w.bin": 1_000}
        run = runyard.start("e", url=self.lab.url, token="t")
        with tempfile.NamedTemporaryFile() as file:
            run.file(file.name, "w.bin")
            self.assertEqual(run.finish(wait=3), 1)
        self.assertEqual(self.lab.ends, ["FINISHED"])

    def test_a_lab_that_is_away_is_left_alone_however_much_is_logged(self):
        run = runyard.start("e", url=self.lab.url, token="t")
        asked = []
        take = self.lab.take
        self.lab.take = lambda *request: (503, {}) if request[1].endswith("log-batch") and not asked.append(1) else take(*request)
        until = time.monotonic() + 3
        while time.monotonic() < until:
            run.log({f"m{i}": 0.5 for i in range(1_000)}, step=len(asked))
            time.sleep(0.01)
        self.assertLess(len(asked), 6)
        self.lab.take = take
        self.assertEqual(run.finish(), 0)
        self.assertEqual(run.dropped, 0)

    def test_answers_that_are_lost_are_asked_for_again(self):
        self.lab.away = {"runs/create": 1, "log-batch": 1, "w.bin": 1, "runs/update": 1}
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "w.bin")
            with open(path, "wb") as file:
                file.write(b"weights" * 1000)
            with runyard.start("e", url=self.lab.url, token="t") as run:
                run.log({"loss": 0.5}, step=3)
                run.file(path)
                os.remove(path)
        self.assertEqual((self.lab.asked, len(self.lab.made)), (2, 1))
        self.assertEqual(run.id, "run-0")
        self.assertEqual(set(self.lab.points), {("loss", 3)})
        self.assertEqual(self.lab.files, {"w.bin": b"weights" * 1000})
        self.assertEqual(self.lab.ends, ["FINISHED", "FINISHED"])
        self.assertEqual(run.dropped, 0)

    def test_a_lab_that_refuses_the_run_is_said_at_once(self):
        self.lab.take = lambda *request: (401, {"message": "who are you?"})
        with self.assertRaises(runyard.Refused) as refused:
            runyard.start("e", url=self.lab.url, token="t")
        self.assertEqual(refused.exception.code, 401)

    def test_a_call_takes_20_microseconds_at_p99(self):
        rounds = []
        with runyard.start("e", url=self.lab.url, token="t") as run:
            for _ in range(40):
                times = []
                for step in range(500):
                    begin = time.perf_counter_ns()
                    run.log({"loss": 0.5}, step=step)
                    times.append(time.perf_counter_ns() - begin)
                rounds.append(sorted(times)[494])
                time.sleep(0.02)
        # The best round: others share their time with whatever else the machine does.
        self.assertLess(min(rounds), 20_000)


class Away(unittest.TestCase):
    """By a program of its own, whose exit code and time are what counts."""

    SCRIPT = (
        "import runyard, sys, time\n"
        "run = runyard.start('e', params={'lr': 1}, wait=0.5)\n"
        "begin = time.monotonic()\n"
        "for step in range(2000): run.log({'loss': 0.5}, step=step)\n"
        "run.file(__file__)\n"
        "assert time.monotonic() - begin < 5, 'the loop waited'\n"
        "time.sleep(float(sys.argv[1]))\n"
        "run.finish(wait=float(sys.argv[2]))\n"
        "sys.exit(7)\n"
    )

    def setUp(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.script = os.path.join(folder.name, "train.py")
        with open(self.script, "w", encoding="utf-8") as file:
            file.write(self.SCRIPT)

    def program(self, work, wait):
        env = {**os.environ, "PYTHONPATH": HERE, "PYTHONDONTWRITEBYTECODE": "1", "RUNYARD_URL": f"http://127.0.0.1:{self.port}"}
        for name in ("RUNYARD_RUN_ID", "MLFLOW_RUN_ID"):
            env.pop(name, None)
        return subprocess.Popen([sys.executable, self.script, str(work), str(wait)], env=env, stderr=subprocess.PIPE, text=True)

    def test_a_lab_that_never_was_there(self):
        self.ended_untold(self.program(0, 1), "2000 points, 1 parameters and tags, 1 files, and its end")

    def test_a_lab_that_takes_calls_and_does_not_answer(self):
        with socket.socket() as mute:
            mute.bind(("127.0.0.1", self.port))
            mute.listen()
            self.ended_untold(self.program(0, 1), "2000 points")

    def ended_untold(self, program, left):
        _, said = program.communicate(timeout=60)  # far less than the 30 s that each request of four may take
        self.assertEqual(program.returncode, 7, said)
        self.assertIn("not delivered: " + left, said)
        self.assertIn("(never made)", said)
        self.assertNotIn("Traceback", said)

    def test_a_lab_that_comes_back_gets_all_of_it_once(self):
        program = self.program(1, 60)
        time.sleep(2)
        lab = Lab(self.port)
        self.addCleanup(lab.close)
        _, said = program.communicate(timeout=120)
        self.assertEqual(program.returncode, 7, said)
        self.assertEqual(sorted(lab.points), [("loss", step) for step in range(2000)])
        self.assertEqual((len(lab.made), list(lab.files), lab.ends), (1, ["train.py"], ["FINISHED"]))
        self.assertNotIn("not delivered", said)

    def test_a_slow_lab_gets_what_there_is_time_for(self):
        lab = Lab(self.port)
        self.addCleanup(lab.close)
        lab.delay = 0.4
        _, said = (program := self.program(0, 60)).communicate(timeout=120)
        self.assertEqual(program.returncode, 7, said)
        self.assertEqual((len(lab.points), lab.ends), (2000, ["FINISHED"]))


if __name__ == "__main__":
    unittest.main()
