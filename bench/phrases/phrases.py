"""How fast are detecting and joining phrases, compared with gensim?

Each round runs every task once in wordkin and once in gensim (in a subprocess), so that other work on the machine
affects both. Prints medians, the lowest and highest times, and gensim's time divided by wordkin's.

    python -m bench.phrases.phrases wiki-lower-17m.txt.gz
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.compare import add_record_flag
from bench.corpora import unpacked
from bench.recording import recording
from bench.rivals.environments import GENSIM, forget_blas_settings, python_with

GENSIM_SIDE = """
import json, sys, time
from gensim.models.phrases import Phrases
from gensim.models.word2vec import LineSentence

path = sys.argv[1]
lists = list(LineSentence(path))
phrases = frozen = None

def learn():
    global phrases
    phrases = Phrases(LineSentence(path))
    return len(phrases.vocab)

def freeze():
    global frozen
    frozen = phrases.freeze()
    return len(frozen.phrasegrams)

def words(sentences):
    return sum(map(len, sentences))

TASKS = {
    "learn": learn,
    "learn lists": lambda: len(Phrases(lists).vocab),
    "freeze": freeze,
    "join": lambda: words(phrases[LineSentence(path)]),
    "join frozen": lambda: words(frozen[LineSentence(path)]),
    "join lists, frozen": lambda: words(frozen[lists]),
}
for line in sys.stdin:
    started = time.perf_counter()
    result = TASKS[line.strip()]()
    print(json.dumps([time.perf_counter() - started, result]), flush=True)
"""


class Gensim:
    """gensim in a subprocess, which reads the names of tasks from its standard input."""

    def __init__(self, python: str, corpus: str) -> None:
        self._process = subprocess.Popen(
            [python, "-c", GENSIM_SIDE, corpus], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="locale"
        )

    def run(self, task: str) -> tuple[float, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(task + "\n")
        self._process.stdin.flush()
        seconds, result = json.loads(self._process.stdout.readline())
        return seconds, result

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


class Wordkin:
    """The same tasks in wordkin, and those that gensim does not have."""

    def __init__(self, corpus: str, folder: str, workers: int) -> None:
        from wordkin import Phrases
        from wordkin.word2vec import LineSentence

        self._text = LineSentence(corpus)
        self._lists = list(self._text)
        self.words = sum(map(len, self._lists))
        self._phrases: Any = None
        self._frozen: Any = None
        output = Path(folder, "joined")

        def learn(threads: int) -> int:
            self._phrases = Phrases(self._text, workers=threads)
            return len(self._phrases.vocab)

        def freeze() -> int:
            self._frozen = self._phrases.freeze()
            return len(self._frozen.phrasegrams)

        def words(sentences: Any) -> int:
            return sum(map(len, sentences))

        def apply_file(threads: int) -> int:
            report = self._frozen.apply_file(self._text, output, workers=threads)
            return int(report.phrases)

        self.tasks: dict[str, Callable[[], Any]] = {
            "learn": lambda: learn(1),
            f"learn, {workers} threads": lambda: learn(workers),
            "learn lists": lambda: len(Phrases(self._lists).vocab),
            "freeze": freeze,
            "join": lambda: words(self._phrases[self._text]),
            "join frozen": lambda: words(self._frozen[self._text]),
            "join lists, frozen": lambda: words(self._frozen[self._lists]),
            "file to file": lambda: apply_file(1),
            f"file to file, {workers} threads": lambda: apply_file(workers),
        }

    def run(self, task: str) -> tuple[float, Any]:
        started = time.perf_counter()
        result = self.tasks[task]()
        return time.perf_counter() - started, result


# The task of gensim that each task of wordkin is compared with.
COMPARED = {
    "learn": "learn",
    "learn, {} threads": "learn",
    "learn lists": "learn lists",
    "freeze": "freeze",
    "join": "join",
    "join frozen": "join frozen",
    "join lists, frozen": "join lists, frozen",
    "file to file": "join frozen",
    "file to file, {} threads": "join frozen",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="text with one sentence per line")
    parser.add_argument("--words", type=int, help="take the first lines with this number of words only")
    parser.add_argument("--gensim-python", help="Python interpreter with gensim (default: installs an environment)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gensim-rounds", type=int, help="number of rounds that also run gensim (default: all)")
    parser.add_argument("--workers", type=int, default=2)
    add_record_flag(parser)
    options = parser.parse_args()
    gensim_rounds = options.rounds if options.gensim_rounds is None else options.gensim_rounds
    forget_blas_settings()
    gensim_python = options.gensim_python or python_with(GENSIM)
    with recording(options, GENSIM) as record:
        print(f"# rival: {GENSIM}; {options.corpus.name}")
        seconds, gensim_seconds, words = measure(options, gensim_python, gensim_rounds)
        record.add("text", "text", "words", [words])
        print(f"median of {options.rounds} rounds, for gensim of {gensim_rounds} (lowest .. highest)")
        for task, compared in COMPARED.items():
            task = task.format(options.workers)
            line = f"{task:28} {_spread(seconds[task])}"
            record.add(task, "wordkin", "s", seconds[task])
            if compared in gensim_seconds:
                ratio = statistics.median(gensim_seconds[compared]) / statistics.median(seconds[task])
                line += f"   gensim {_spread(gensim_seconds[compared])}   {ratio:6.1f} x"
                record.add(task, "gensim", "s", gensim_seconds[compared])
            print(line)


def measure(
    options: argparse.Namespace, gensim_python: str, gensim_rounds: int
) -> tuple[dict[str, list[float]], dict[str, list[float]], int]:
    """Return the seconds of each task in every round, of wordkin and of gensim, and the number of words of the text."""
    gensim_seconds: dict[str, list[float]] = {}
    with unpacked(options.corpus, options.words) as corpus, tempfile.TemporaryDirectory() as folder:
        wordkin, gensim = Wordkin(str(corpus), folder, options.workers), Gensim(gensim_python, str(corpus))
        seconds: dict[str, list[float]] = {task: [] for task in wordkin.tasks}
        for number in range(options.rounds):
            for task, compared in COMPARED.items():
                task = task.format(options.workers)
                took, result = wordkin.run(task)
                seconds[task].append(took)
                if number >= gensim_rounds or task != compared:
                    continue
                took, expected = gensim.run(task)
                gensim_seconds.setdefault(task, []).append(took)
                if result != expected:
                    sys.exit(f"{task}: wordkin got {result}, gensim {expected}")
        gensim.close()
    return seconds, gensim_seconds, wordkin.words


def _spread(times: list[float]) -> str:
    return f"{statistics.median(times):8.3f} s ({min(times):.3f} .. {max(times):.3f})"


if __name__ == "__main__":
    main()
