"""How long does `import wordkin` take in addition to NumPy?

python -m bench.word2vec.import_time
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys

from bench.compare import add_record_flag
from bench.recording import recording

PROGRAM = "import time; import numpy; begin = time.perf_counter(); {}; print(time.perf_counter() - begin)"


RUNS = 11


def milliseconds(statement: str) -> list[float]:
    """Return the times of a statement in new interpreters that have imported NumPy."""
    return [
        1000
        * float(
            subprocess.run([sys.executable, "-c", PROGRAM.format(statement)], capture_output=True, check=True).stdout
        )
        for _ in range(RUNS)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_record_flag(parser)
    options = parser.parse_args()
    with recording(options) as record:
        for statement in ("import wordkin", "from wordkin import KeyedVectors", "from wordkin import Word2Vec"):
            times = milliseconds(statement)
            print(f"{statement}: {statistics.median(times):.1f} ms in addition to NumPy (median of {RUNS})")
            record.add(statement, "wordkin", "ms", times)


if __name__ == "__main__":
    main()
