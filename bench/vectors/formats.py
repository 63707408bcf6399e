"""How fast are word2vec's formats read and written, against gensim?

    python -m bench.vectors.formats

Random vectors with as many digits as trained ones. Each run is a process of its own that times the one call, on files
that the system has in memory.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from bench.compare import in_turn
from bench.machine import print_description
from bench.rivals.environments import GENSIM, python_with

HERE = Path(__file__).resolve().parent
OURS = str(HERE / "wordkin_formats.py")
THEIRS = str(HERE.parent / "rivals" / "gensim_formats.py")
AIMS = {"read-text": 5.0, "read-binary": 3.0, "write-text": None, "write-binary": None}


def make_files(folder: Path, rows: int, dimension: int) -> dict[str, Path]:
    """The same vectors as text and as a binary file."""
    from wordkin.vectors.files import write_word2vec

    vectors = np.random.default_rng(1).normal(scale=0.2, size=(rows, dimension)).astype(np.float32)
    words = [f"word{row}" for row in range(rows)]
    paths = {"text": folder / "text", "binary": folder / "binary"}
    for name, path in paths.items():
        write_word2vec(path, words, vectors, binary=name == "binary")
    return paths


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--dimension", type=int, default=300)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tasks", nargs="+", choices=AIMS, default=list(AIMS))
    parser.add_argument("--gensim-python")
    options = parser.parse_args()
    print_description()
    gensim_python = options.gensim_python or python_with(GENSIM)
    print(f"{options.rows} x {options.dimension}, median seconds of {options.runs} (least .. most)")
    with tempfile.TemporaryDirectory() as folder:
        paths = make_files(Path(folder), options.rows, options.dimension)
        for task, aim in AIMS.items():
            if task not in options.tasks:
                continue
            arguments = [task, str(paths[task.partition("-")[2]]), str(Path(folder) / "out")]
            samples = in_turn(
                {
                    "wordkin": (sys.executable, OURS, arguments),
                    "gensim": (gensim_python, THEIRS, arguments),
                },
                options.runs,
            )
            seconds = {name: taken.values("seconds") for name, taken in samples.items()}
            for name, taken in samples.items():
                spread = f"{min(seconds[name]):.3f} .. {max(seconds[name]):.3f}"
                print(f"{task:13} {name:8} {taken.median('seconds'):8.3f}  ({spread})")
            ratio = samples["gensim"].median("seconds") / samples["wordkin"].median("seconds")
            print(f"{task:13} {ratio:.1f} x gensim" + (f" (at least {aim:g} x)" if aim else ""))


if __name__ == "__main__":
    main()
