"""How long a call of log() takes while a lab takes the points: python bench.py [calls]. Goal: p99 of 20 microseconds."""

import http.server
import json
import sys
import threading
import time

import runyard


class Lab(http.server.BaseHTTPRequestHandler):
    """Answers like a lab, and counts."""

    points = 0

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Lab.points += len(body.get("metrics", []))
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        said = b'{"run": {"info": {"run_id": "r"}}, "experiment": {"experiment_id": "e"}}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *words):
        pass


calls = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Lab)
threading.Thread(target=server.serve_forever, daemon=True).start()
times = []
with runyard.start("bench", url=f"http://127.0.0.1:{server.server_port}", token="t") as run:
    for step in range(calls):
        begin = time.perf_counter_ns()
        run.log({"loss": 0.5}, step=step)
        times.append(time.perf_counter_ns() - begin)
        time.sleep(0.0002)  # the training's own work: five thousand steps a second
times.sort()
at = lambda share: times[min(len(times) - 1, int(share * len(times)))] / 1000
print(f"log(), {calls} calls: p50 {at(0.5):.1f}, p99 {at(0.99):.1f}, max {times[-1] / 1000:.0f} us; {Lab.points} points arrived, {run.dropped} dropped")
