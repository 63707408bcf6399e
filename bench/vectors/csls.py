"""How fast is retrieval by cross-domain similarity local scaling (CSLS), compared with NumPy?

    python -m bench.vectors.csls

Both find the nearest word of another language for all words of one, in the same random vectors with clusters, on
`--threads` cores. They alternate; medians are compared. NumPy computes blocks of similarities by matrix products and
selects with `partition`.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

from bench.compare import add_record_flag
from bench.vectors.search import limit_threads

NEIGHBOURS = 10  # whose cosines are averaged, as in the paper
ROWS_PER_BLOCK = 1000
CLUSTERS = 200


def measure(options: argparse.Namespace) -> dict[str, dict[str, list[float]]]:
    """Return the seconds and the seconds of all processors of each run."""
    import numpy as np

    from wordkin import KeyedVectors
    from wordkin.alignment import csls_neighbours

    rng = np.random.default_rng(1)
    centres = rng.standard_normal((CLUSTERS, options.dimension))

    def language(prefix: str) -> KeyedVectors:
        rows = centres[rng.integers(0, CLUSTERS, options.rows)]
        rows = rows + 0.8 * rng.standard_normal((options.rows, options.dimension))
        return KeyedVectors.from_vocabulary([f"{prefix}{row}" for row in range(options.rows)], rows.astype(np.float32))

    source, target = language("s"), language("t")

    def by_numpy() -> list[int]:
        x, y = (kv.vectors / np.linalg.norm(kv.vectors, axis=1, keepdims=True) for kv in (source, target))
        blocks = [slice(first, first + ROWS_PER_BLOCK) for first in range(0, options.rows, ROWS_PER_BLOCK)]
        of_targets = np.concatenate([mean_of_greatest(y[block] @ x.T) for block in blocks])
        found = []
        for block in blocks:
            cosines = x[block] @ y.T
            found.append(np.argmax(2 * cosines - mean_of_greatest(cosines)[:, np.newaxis] - of_targets, axis=1))
        return np.concatenate(found).tolist()  # type: ignore[no-any-return]

    def mean_of_greatest(cosines: np.ndarray) -> np.ndarray:
        return np.partition(cosines, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS:].mean(axis=1)  # type: ignore[no-any-return]

    def by_wordkin() -> list[int]:
        found = csls_neighbours(source, target, source.index_to_key, topn=1, neighbourhood=NEIGHBOURS)
        return [int(near[0][0][1:]) for near in found]

    contestants: dict[str, Callable[[], list[int]]] = {"NumPy": by_numpy, "wordkin": by_wordkin}
    results = [contestant() for contestant in contestants.values()]  # also the warm-up
    agreement = np.mean(np.equal(*results))
    assert agreement > 0.999, agreement  # other roundings may change the order of almost equal scores
    times: dict[str, dict[str, list[float]]] = {name: {"s": [], "CPU s": []} for name in contestants}
    for _ in range(options.runs):
        for name, contestant in contestants.items():
            begin, begin_cpu = time.perf_counter(), time.process_time()
            contestant()
            times[name]["s"].append(time.perf_counter() - begin)
            times[name]["CPU s"].append(time.process_time() - begin_cpu)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000, help="number of words of each language")
    parser.add_argument("--dimension", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    add_record_flag(parser)
    options = parser.parse_args()
    limit_threads(options.threads)

    from bench.recording import recording  # it imports NumPy

    with recording(options) as record:
        print(f"# {options.rows:,} x {options.rows:,} words, {options.dimension} dimensions, {options.threads} threads")
        times = measure(options)
        for name, quantities in times.items():
            for quantity, taken in quantities.items():
                record.add(f"CSLS, {options.rows:,} x {options.rows:,} x {options.dimension}", name, quantity, taken)
                median = statistics.median(taken)
                print(f"{name:8} {median:8.3f} {quantity} ({min(taken):.3f} .. {max(taken):.3f})")
    for quantity in ("s", "CPU s"):
        own, other = (statistics.median(times[name][quantity]) for name in ("wordkin", "NumPy"))
        print(f"wordkin: {other / own:.2f} x NumPy in {quantity}")


if __name__ == "__main__":
    main()
