"""The other end of python.ts: one command a line on standard input, one answer in JSON a line on standard output.

Data come as files of float64 in the folder named on the command line, beside setup.json with the sizes.
"""
import json
import os
import sys
import time

import numpy as np

folder = sys.argv[1]
with open(os.path.join(folder, "setup.json")) as file:
    setup = json.load(file)


def load(name, *shape):
    return np.fromfile(os.path.join(folder, name + ".f64")).reshape(shape)


def save(name, array):
    """Each process writes names of its own: two of them, with one and with more threads, share the folder."""
    file = os.path.join(folder, f"{name}-{os.getpid()}.f64")
    np.ascontiguousarray(array, dtype=np.float64).tofile(file)
    return {"file": file}


now = time.process_time if os.environ.get("RNN_BENCH_CLOCK") == "processor" else time.perf_counter


def timed(work):
    start = now()
    result = work()
    return now() - start, result


def serve(commands):
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        name, *arguments = line.split()
        try:
            answer = commands[name](*arguments)
        except Exception as error:  # told to the benchmark, which stops with it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
