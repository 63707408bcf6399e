"""How fast are word2vec's formats read and written, against gensim?

    python bench/vectors/formats.py --gensim-python /path/to/python/with/gensim

Makes a file of random vectors in each format and loads it `--repeats` times with either, interleaved, each load in a
process of its own that times the call alone (file cached). Prints medians, the spread and the ratio.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

WORDKIN = """
import json, sys, time
from wordkin import KeyedVectors
import wordkin.vectors.formats
task, path, out = sys.argv[1:]
binary = "binary" in task
started = time.perf_counter()
table = KeyedVectors.load_word2vec_format(path, binary=binary)
if task.startswith("write"):
    started = time.perf_counter()
    table.save_word2vec_format(out, binary=binary)
print(json.dumps([time.perf_counter() - started, len(table)]))
"""

GENSIM = """
import json, sys, time
from gensim.models import KeyedVectors
task, path, out = sys.argv[1:]
binary = "binary" in task
started = time.perf_counter()
table = KeyedVectors.load_word2vec_format(path, binary=binary)
if task.startswith("write"):
    started = time.perf_counter()
    table.save_word2vec_format(out, binary=binary)
print(json.dumps([time.perf_counter() - started, len(table)]))
"""

TASKS = ("read text", "read binary", "write text", "write binary")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gensim-python", required=True, help="a Python that has gensim")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--dimension", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=TASKS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = make_files(Path(folder), options.rows, options.dimension)
        print(f"{platform.platform()}, {options.rows} x {options.dimension}, median of {options.repeats}, seconds")
        print(f"{'task':<14}{'wordkin':>22}{'gensim':>22}{'ratio':>8}")
        for task in options.tasks:
            seconds: dict[str, list[float]] = {"wordkin": [], "gensim": []}
            for _ in range(options.repeats):
                path = paths["binary" in task]
                seconds["wordkin"].append(run(sys.executable, WORDKIN, task, path, options.rows))
                seconds["gensim"].append(run(options.gensim_python, GENSIM, task, path, options.rows))
            ours, theirs = (statistics.median(values) for values in seconds.values())
            print(f"{task:<14}{spread(seconds['wordkin']):>22}{spread(seconds['gensim']):>22}{theirs / ours:>8.1f}")


def make_files(folder: Path, rows: int, dimension: int) -> tuple[Path, Path]:
    """A text file and a binary one."""
    import numpy as np

    from wordkin.vectors.formats import write_word2vec

    vectors = np.random.default_rng(1).normal(scale=0.2, size=(rows, dimension)).astype(np.float32)
    words = [f"word{row}" for row in range(rows)]
    paths = (folder / "text", folder / "binary")
    for binary, path in enumerate(paths):
        write_word2vec(path, words, vectors, binary=bool(binary))
    return paths


def run(python: str, program: str, task: str, path: Path, rows: int) -> float:
    """Seconds that the task takes in a fresh process."""
    out = path.with_name("out")
    done = subprocess.run(
        [python, "-c", program, task, str(path), str(out)], capture_output=True, text=True, check=True
    )
    seconds, loaded = json.loads(done.stdout)
    assert loaded == rows
    return float(seconds)


def spread(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.3f} ({min(seconds):.3f}-{max(seconds):.3f})"


if __name__ == "__main__":
    main()
