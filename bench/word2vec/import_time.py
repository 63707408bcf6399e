"""How long does `import wordkin` take in addition to NumPy?

python -m bench.word2vec.import_time
"""

from __future__ import annotations

import statistics
import subprocess
import sys

from bench.machine import print_description

PROGRAM = "import time; import numpy; begin = time.perf_counter(); {}; print(time.perf_counter() - begin)"


RUNS = 11


def milliseconds(statement: str) -> float:
    """Return the median time of a statement in new interpreters that have imported NumPy."""
    times = [
        float(subprocess.run([sys.executable, "-c", PROGRAM.format(statement)], capture_output=True, check=True).stdout)
        for _ in range(RUNS)
    ]
    return 1000 * statistics.median(times)


def main() -> None:
    print_description()
    for statement in ("import wordkin", "from wordkin import KeyedVectors", "from wordkin import Word2Vec"):
        print(f"{statement}: {milliseconds(statement):.1f} ms in addition to NumPy (median of {RUNS})")


if __name__ == "__main__":
    main()
