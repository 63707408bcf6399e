"""How fast nearest neighbours are found: many queries against one NumPy product, one query against gensim.

    python bench/vectors/search.py --gensim-python /path/to/an/environment/with/gensim/bin/python

All contestants search the same random vectors; their runs alternate, and medians of `--runs` are compared. gensim runs
in its own interpreter, started once, and times itself. Threads are limited to `--threads` for all of them.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

GENSIM_CONTESTANT = """
import sys, time, numpy as np
from gensim.models import KeyedVectors
rows = np.load(sys.argv[1])
vectors = KeyedVectors(rows.shape[1])
vectors.index_to_key = [f"w{i}" for i in range(len(rows))]
vectors.key_to_index = {key: i for i, key in enumerate(vectors.index_to_key)}
vectors.vectors = rows
vectors.fill_norms()
for line in sys.stdin:
    words = line.split()
    start = time.perf_counter()
    for word in words:
        vectors.most_similar(word, topn=10)
    print((time.perf_counter() - start) / len(words), flush=True)
"""


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gensim-python", help="interpreter that has gensim; left out, gensim is not measured")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--dimension", type=int, default=300)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--single-queries", type=int, default=20, help="single queries in a run")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    return parser.parse_args()


class Gensim:
    """gensim in its own process; it tells seconds per query."""

    def __init__(self, python: str, rows: Path) -> None:
        command = [python, "-c", GENSIM_CONTESTANT, str(rows)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def __call__(self, words: list[str]) -> float:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(" ".join(words) + "\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    arguments = parse_arguments()
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(arguments.threads)  # read when NumPy is first imported
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: arguments.threads])

    import numpy as np

    from wordkin import KeyedVectors, show_config

    rng = np.random.default_rng(1)
    rows = rng.standard_normal((arguments.rows, arguments.dimension), dtype=np.float32)
    words = [f"w{index}" for index in range(arguments.rows)]
    single = KeyedVectors.from_vocabulary(words, rows)
    half = KeyedVectors.from_vocabulary(words, rows.astype(np.float16))
    queries = rng.standard_normal((arguments.queries, arguments.dimension), dtype=np.float32)
    queries /= np.linalg.norm(queries, axis=1)[:, np.newaxis]
    for vectors in (single, half):
        vectors.fill_norms()
    norms = single.norms

    def numpy_batch() -> object:
        scores = queries @ rows.T
        scores /= norms
        found = np.argpartition(scores, -10, axis=1)[:, -10:]
        best = np.take_along_axis(scores, found, axis=1)
        return np.take_along_axis(found, np.argsort(-best, axis=1), axis=1)

    asked = [words[index] for index in rng.integers(0, arguments.rows, arguments.single_queries)]

    def one_by_one(vectors: KeyedVectors) -> float:
        return seconds(lambda: [vectors.most_similar(word, topn=10) for word in asked]) / len(asked)

    contestants: dict[str, Callable[[], float]] = {
        "batch NumPy": lambda: seconds(numpy_batch),
        "batch wordkin float32": lambda: seconds(lambda: single.most_similar_batch(queries, topn=10)),
        "batch wordkin float16": lambda: seconds(lambda: half.most_similar_batch(queries, topn=10)),
        "single wordkin float32": lambda: one_by_one(single),
        "single wordkin float16": lambda: one_by_one(half),
    }
    with tempfile.TemporaryDirectory() as folder:
        gensim = None
        if arguments.gensim_python:
            np.save(Path(folder) / "rows.npy", rows)
            gensim = Gensim(arguments.gensim_python, Path(folder) / "rows.npy")
            contestants["single gensim"] = lambda: gensim(asked)
        times: dict[str, list[float]] = {name: [] for name in contestants}
        for run in range(arguments.runs + 1):
            for name, contestant in contestants.items():
                taken = contestant()
                if run:  # the first warms caches and pages
                    times[name].append(taken)
        if gensim:
            gensim.close()
    assert np.array_equal(numpy_batch(), single.most_similar_batch(queries, topn=10)[0])

    config = show_config()
    print(
        f"{platform.machine()}, {config['isa']}, {arguments.threads} threads, Python {platform.python_version()}, "
        f"NumPy {np.__version__}, wordkin {config['version']}"
    )
    print(
        f"{arguments.rows} x {arguments.dimension}, {arguments.queries} queries in a batch, topn=10, "
        f"median of {arguments.runs}"
    )
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, values in times.items():
        rival = "batch NumPy" if name.startswith("batch") else "single gensim"
        ratio = f"{medians[rival] / medians[name]:6.2f} x {rival.split()[1]}" if rival in medians else ""
        print(f"{name:24} {1e3 * medians[name]:9.2f} ms  ({1e3 * min(values):.2f} to {1e3 * max(values):.2f})  {ratio}")


if __name__ == "__main__":
    sys.exit(main())
