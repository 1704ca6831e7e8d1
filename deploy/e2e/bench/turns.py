"""Work in turns with another program: one piece for each line on standard input, one line of JSON for each piece."""

import json
import resource
import sys
import time


def take(work):
    """Runs `work[line]()`, which returns the loss, for each line; ends at a line that is no key of `work`."""
    peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    base = peak()
    for line in sys.stdin:
        if line.strip() not in work:
            break
        start = time.perf_counter()
        loss = work[line.strip()]()
        ms = (time.perf_counter() - start) * 1e3
        print(json.dumps({"ms": ms, "peak_mb": peak(), "base_mb": base, "loss": loss}), flush=True)
