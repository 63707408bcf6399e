"""How fast is the search for nearest neighbours?

Compares a batch of queries with one matrix product in NumPy, and a single query with `most_similar` of gensim: after
`prepare_search`, without the 8-bit copy that it makes, with vectors for which the copy is useless (the worst case), and
as the first query after loading, which computes the norms. All search the same random vectors on `--threads` cores and
alternate, with pauses in which all threads come to rest; medians are compared. A run has `--single-queries` queries in
a row; the first twenty after a pause take up to half longer with wordkin. gensim runs in a subprocess that is started
once and measures its own times; they do not depend on the values of the vectors.

    python -m bench.vectors.search
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.compare import add_record_flag
from bench.rivals.environments import GENSIM, forget_blas_settings, python_with

GENSIM_SCRIPT = Path(__file__).resolve().parent.parent / "rivals" / "gensim_search.py"
TOPN = 10
PAUSE = 0.2  # seconds before each measurement: threads of OpenBLAS spin for some time after a product


class Gensim:
    """gensim in a subprocess."""

    def __init__(self, python: str, rows: Path) -> None:
        self._process = subprocess.Popen(
            [python, str(GENSIM_SCRIPT), str(rows)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="locale"
        )

    def seconds_per_query(self, words: list[str]) -> float:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(" ".join(words) + "\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def limit_threads(threads: int) -> None:
    """Limit the threads of this process and its subprocesses; NumPy reads the variables when it is first imported."""
    forget_blas_settings()
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(threads)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def measure(options: argparse.Namespace) -> dict[str, list[float]]:
    """Return the seconds of each run, for a batch or for a single query."""
    import numpy as np

    from wordkin import KeyedVectors

    rng = np.random.default_rng(1)
    rows = rng.standard_normal((options.rows, options.dimension), dtype=np.float32)
    words = [f"w{index}" for index in range(options.rows)]
    single = KeyedVectors.from_vocabulary(words, rows)
    half = KeyedVectors.from_vocabulary(words, rows.astype(np.float16))
    without = KeyedVectors.from_vocabulary(words, rows)
    alike = KeyedVectors.from_vocabulary(words, 1 + 1e-5 * rows)
    for vectors in (single, half, alike):
        vectors.prepare_search()
    without.prepare_search(False)
    queries = rng.standard_normal((options.queries, options.dimension), dtype=np.float32)
    queries /= np.linalg.norm(queries, axis=1)[:, np.newaxis]
    norms = np.linalg.norm(rows, axis=1)

    def numpy_batch() -> object:
        scores = queries @ rows.T
        scores /= norms
        found = np.argpartition(scores, -TOPN, axis=1)[:, -TOPN:]
        best = np.take_along_axis(scores, found, axis=1)
        return np.take_along_axis(found, np.argsort(-best, axis=1), axis=1)

    query_words = [words[index] for index in rng.integers(0, options.rows, options.single_queries)]

    def one_by_one(vectors: KeyedVectors) -> float:
        return seconds(lambda: [vectors.most_similar(word, topn=TOPN) for word in query_words]) / len(query_words)

    def first_query() -> float:
        vectors = KeyedVectors.from_vocabulary(words, rows)
        return seconds(lambda: vectors.most_similar(words[0], topn=TOPN))

    assert np.array_equal(numpy_batch(), single.most_similar_batch(queries, topn=TOPN)[0])
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "rows.npy", rows)
        gensim = Gensim(options.gensim_python, Path(folder) / "rows.npy")
        contestants: dict[str, Callable[[], float]] = {
            "batch, NumPy": lambda: seconds(numpy_batch),
            "batch, wordkin": lambda: seconds(lambda: single.most_similar_batch(queries, topn=TOPN)),
            "batch, wordkin float16": lambda: seconds(lambda: half.most_similar_batch(queries, topn=TOPN)),
            "single, gensim": lambda: gensim.seconds_per_query(query_words),
            "single, wordkin": lambda: one_by_one(single),
            "single, wordkin float16": lambda: one_by_one(half),
            "single, wordkin without 8-bit copy": lambda: one_by_one(without),
            "worst case, gensim": lambda: gensim.seconds_per_query(query_words),
            "worst case, wordkin": lambda: one_by_one(alike),
            "first query, gensim": lambda: gensim.seconds_per_query(["first", words[0]]),
            "first query, wordkin": first_query,
        }
        for contestant in contestants.values():  # warm-up
            contestant()
        times: dict[str, list[float]] = {name: [] for name in contestants}
        for _ in range(options.runs):
            for name, contestant in contestants.items():
                time.sleep(PAUSE)
                times[name].append(contestant())
        gensim.close()
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--dimension", type=int, default=300)
    parser.add_argument("--queries", type=int, default=1000, help="number of queries in a batch")
    parser.add_argument("--single-queries", type=int, default=200, help="number of single queries in a run")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--gensim-python", help="Python interpreter with gensim (default: installs an environment)")
    add_record_flag(parser)
    options = parser.parse_args()
    limit_threads(options.threads)

    from bench.recording import recording  # it imports NumPy

    options.gensim_python = options.gensim_python or python_with(GENSIM)
    with recording(options, GENSIM) as record:
        print(f"# {options.rows} x {options.dimension}, batches of {options.queries}, {options.threads} threads")
        times = measure(options)
        for name, taken in times.items():
            case, system = name.split(", ")
            if (options.rows, options.dimension, options.queries) != (100_000, 300, 1000):
                case = f"{case} of {options.queries:,} among {options.rows:,} x {options.dimension}"
            record.add(case, system, "ms", [1e3 * value for value in taken])
    median = {name: statistics.median(taken) for name, taken in times.items()}
    for name, taken in times.items():
        print(f"{name:36} {1e3 * median[name]:9.2f} ms ({1e3 * min(taken):.2f} .. {1e3 * max(taken):.2f})")
    for name, rival in (
        ("batch, wordkin", "batch, NumPy"),
        ("single, wordkin", "single, gensim"),
        ("single, wordkin float16", "single, gensim"),
        ("worst case, wordkin", "worst case, gensim"),
        ("first query, wordkin", "first query, gensim"),
    ):
        print(f"{name}: {median[rival] / median[name]:.2f} x {rival.rsplit(', ', 1)[1]}")


if __name__ == "__main__":
    main()
