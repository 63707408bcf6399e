"""How long does `import wordkin` take beyond NumPy?

python -m bench.word2vec.import_time
"""

from __future__ import annotations

import statistics
import subprocess
import sys

from bench.machine import print_description

PROGRAM = "import time; import numpy; begin = time.perf_counter(); {}; print(time.perf_counter() - begin)"


def milliseconds(statement: str, runs: int = 11) -> float:
    times = [
        float(subprocess.run([sys.executable, "-c", PROGRAM.format(statement)], capture_output=True, check=True).stdout)
        for _ in range(runs)
    ]
    return 1000 * statistics.median(times)


def main() -> None:
    print_description()
    for statement in ("import wordkin", "from wordkin import KeyedVectors", "from wordkin import Word2Vec"):
        print(f"{statement}: {milliseconds(statement):.1f} ms beyond NumPy (median of 11)")


if __name__ == "__main__":
    main()
