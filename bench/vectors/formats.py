"""How fast are files in the formats of word2vec read and written, compared with gensim?

    python -m bench.vectors.formats

The vectors are random and have as many digits as trained ones. Each run is a subprocess that times a single call, on
files in the cache of the operating system.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from bench.compare import add_record_flag, in_turn
from bench.recording import recording
from bench.rivals.environments import GENSIM, python_with

HERE = Path(__file__).resolve().parent
WORDKIN_SCRIPT = str(HERE / "wordkin_formats.py")
GENSIM_SCRIPT = str(HERE.parent / "rivals" / "gensim_formats.py")
TASKS = ("read-text", "read-binary", "write-text", "write-binary")


def make_files(folder: Path, rows: int, dimension: int) -> dict[str, Path]:
    """Write the same vectors to a text file and to a binary file."""
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
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=TASKS)
    parser.add_argument("--gensim-python", help="Python interpreter with gensim (default: installs an environment)")
    add_record_flag(parser)
    options = parser.parse_args()
    gensim_python = options.gensim_python or python_with(GENSIM)
    print(f"{options.rows} x {options.dimension}, median seconds of {options.runs} runs (lowest .. highest)")
    with recording(options, GENSIM) as record, tempfile.TemporaryDirectory() as folder:
        paths = make_files(Path(folder), options.rows, options.dimension)
        for task in options.tasks:
            arguments = [task, str(paths[task.partition("-")[2]]), str(Path(folder) / "out")]
            samples = in_turn(
                {
                    "wordkin": (sys.executable, WORDKIN_SCRIPT, arguments),
                    "gensim": (gensim_python, GENSIM_SCRIPT, arguments),
                },
                options.runs,
            )
            seconds = {name: taken.values("seconds") for name, taken in samples.items()}
            for name, taken in samples.items():
                spread = f"{min(seconds[name]):.3f} .. {max(seconds[name]):.3f}"
                print(f"{task:13} {name:8} {taken.median('seconds'):8.3f}  ({spread})")
            record.add_samples(f"{task}, {options.rows:,} x {options.dimension}", samples, "seconds", "s")
            ratio = samples["gensim"].median("seconds") / samples["wordkin"].median("seconds")
            print(f"{task:13} {ratio:.1f} x gensim")


if __name__ == "__main__":
    main()
