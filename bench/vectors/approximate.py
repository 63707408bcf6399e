"""When is approximate search worthwhile? Time and recall of `UsearchIndexer`, compared with the exact search.

    python -m bench.vectors.approximate [VECTORS]

VECTORS is a file that `KeyedVectors.load` opens; without it, the vectors are random, in clusters. The extra `index` is
needed. Recall is the mean fraction of the 10 nearest vectors that the approximate search finds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.compare import add_record_flag
from bench.vectors.search import limit_threads

if TYPE_CHECKING:
    from wordkin import KeyedVectors

TOPN = 10
WORDS_PER_CLUSTER = 100


def vectors_of(options: argparse.Namespace) -> KeyedVectors:
    """Return the vectors of the file, or random ones."""
    import numpy as np

    from wordkin import KeyedVectors

    if options.vectors is not None:
        return KeyedVectors.load(options.vectors)
    rng = np.random.default_rng(1)
    clusters = max(1, options.rows // WORDS_PER_CLUSTER)
    rows = rng.standard_normal((clusters, options.dimension), dtype=np.float32)[rng.integers(0, clusters, options.rows)]
    rows = rows + 0.8 * rng.standard_normal((options.rows, options.dimension), dtype=np.float32)
    return KeyedVectors.from_vocabulary([f"w{row}" for row in range(options.rows)], rows)


def measure(options: argparse.Namespace) -> tuple[str, dict[str, list[float]], float, float]:
    """Return the case, the milliseconds per query of each run, the recall, and the seconds to build the index."""
    import numpy as np

    from wordkin.vectors import UsearchIndexer

    vectors = vectors_of(options)
    vectors.prepare_search()
    begin = time.perf_counter()
    index = UsearchIndexer(vectors, workers=options.threads)
    seconds = time.perf_counter() - begin
    rows = np.random.default_rng(2).integers(0, len(vectors), options.queries)
    words = [vectors.index_to_key[row] for row in rows.tolist()]
    # An index also finds the word itself, which the exact search leaves out.
    searches = {
        "wordkin": lambda word: vectors.most_similar(word, topn=TOPN),
        "usearch": lambda word: vectors.most_similar(word, topn=TOPN + 1, indexer=index),
    }
    found = {name: [{key for key, _ in search(word)} for word in words] for name, search in searches.items()}
    recall = float(np.mean([len(a & b) / TOPN for a, b in zip(found["wordkin"], found["usearch"], strict=True)]))
    times: dict[str, list[float]] = {name: [] for name in searches}
    for _ in range(options.runs):
        for name, search in searches.items():
            begin = time.perf_counter()
            for word in words:
                search(word)
            times[name].append(1e3 * (time.perf_counter() - begin) / len(words))
    return f"one query among {len(vectors):,} x {vectors.vector_size}", times, recall, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vectors", type=Path, nargs="?")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--dimension", type=int, default=100)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    add_record_flag(parser)
    options = parser.parse_args()
    limit_threads(options.threads)

    from bench.recording import recording  # it imports NumPy

    with recording(options) as record:
        case, times, recall, seconds = measure(options)
        print(f"# {case}, {options.threads} threads; index built in {seconds:.1f} s, recall of {TOPN}: {recall:.3f}")
        for name, taken in times.items():
            record.add(case, name, "ms", taken)
            print(f"{name:8} {statistics.median(taken):8.3f} ms ({min(taken):.3f} .. {max(taken):.3f})")
        record.add(case, "usearch", "recall", [recall])
        record.add(case, "usearch", "s to build", [seconds])
    print(
        f"usearch: {statistics.median(times['wordkin']) / statistics.median(times['usearch']):.1f} x the exact search"
    )


if __name__ == "__main__":
    main()
