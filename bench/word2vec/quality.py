"""Do the vectors score as well as those of gensim?

Trains both on the same text for 5 epochs on one thread with several seeds each (skip-gram with alpha 0.025, CBOW with
0.05, which suits it better). Prints the scores on analogies (questions-words, restricted to the 30,000 most frequent
words), WordSim-353 and SimLex-999, with the 95 % confidence interval (Welch) of the difference of the means. Vectors of
gensim are stored in the folder --keep and reused, as their training takes long.

    python -m bench.word2vec.quality wiki-lower-17m.txt.gz wordsim/ --keep vectors/
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
from pathlib import Path

from scipy.stats import t as student

from bench.compare import add_record_flag, run_job
from bench.corpora import unpacked
from bench.recording import Recorder, recording
from bench.rivals.environments import GENSIM, python_with
from bench.word2vec.speed import GENSIM_SCRIPT, WORDKIN_SCRIPT
from wordkin import KeyedVectors

SETTINGS = {"skip-gram": ["--sg", "1", "--alpha", "0.025"], "CBOW": ["--sg", "0", "--alpha", "0.05"]}
MEASURES = ("analogies %", "WS-353", "SimLex-999")


def scores(path: Path, tests: Path) -> tuple[float, float, float]:
    """Return the scores of `MEASURES` of the vectors in a file."""
    return scores_of_vectors(KeyedVectors.load_word2vec_format(path, binary=True), tests)


def scores_of_vectors(vectors: KeyedVectors, tests: Path) -> tuple[float, float, float]:
    """Return the scores of `MEASURES`."""
    accuracy, _ = vectors.evaluate_word_analogies(tests / "questions-words.txt", restrict_vocab=30_000)
    pairs = [vectors.evaluate_word_pairs(tests / name)[1][0] for name in ("wordsim353.tsv", "simlex999.txt")]
    return 100 * accuracy, float(pairs[0]), float(pairs[1])


def interval(ours: list[float], theirs: list[float]) -> tuple[float, float, float]:
    """Return the difference of the means and its 95 % confidence interval."""
    a, b = (statistics.variance(side) / len(side) for side in (ours, theirs))
    freedom = (a + b) ** 2 / (a**2 / (len(ours) - 1) + b**2 / (len(theirs) - 1))
    half = float(student.ppf(0.975, freedom)) * math.sqrt(a + b)
    difference = statistics.mean(ours) - statistics.mean(theirs)
    return difference, difference - half, difference + half


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("tests", type=Path, help="folder with questions-words.txt, wordsim353.tsv and simlex999.txt")
    parser.add_argument("--keep", type=Path, required=True, help="folder for the vectors; those of gensim are reused")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=1, help="number of threads of wordkin")
    parser.add_argument("--gensim-python", help="Python interpreter with gensim (default: installs an environment)")
    add_record_flag(parser)
    options = parser.parse_args()
    options.keep.mkdir(parents=True, exist_ok=True)
    with recording(options, GENSIM) as record, unpacked(options.corpus) as corpus:
        for name, settings in SETTINGS.items():
            compare(name, scores_of_seeds(options, corpus, name, settings), record)


def scores_of_seeds(
    options: argparse.Namespace, corpus: Path, name: str, settings: list[str]
) -> dict[str, list[tuple[float, float, float]]]:
    """Train with every seed on both sides, print the scores and return them."""
    results: dict[str, list[tuple[float, float, float]]] = {"wordkin": [], "gensim": []}
    for seed in range(1, options.seeds + 1):
        common = [str(corpus), *settings, "--epochs", "5", "--seed", str(seed), "--save"]
        theirs = options.keep / f"gensim-{name}-{seed}.bin"
        if not theirs.exists():
            run_job(options.gensim_python or python_with(GENSIM), GENSIM_SCRIPT, [*common, str(theirs)])
        ours = options.keep / f"wordkin-{name}-{seed}.bin"
        run_job(sys.executable, WORDKIN_SCRIPT, [*common, str(ours), "--workers", str(options.workers)])
        for system, path in (("wordkin", ours), ("gensim", theirs)):
            results[system].append(scores(path, options.tests))
            print(f"{name} seed {seed} {system:8}", *(f"{s:8.3f}" for s in results[system][-1]), flush=True)
    return results


def compare(name: str, results: dict[str, list[tuple[float, float, float]]], record: Recorder) -> None:
    """Print and record the scores of each measure, and the difference of the means with its confidence interval."""
    for column, measure in enumerate(MEASURES):
        case = f"{name}, {measure}"
        sides = [[run[column] for run in results[system]] for system in ("wordkin", "gensim")]
        for system, side in zip(("wordkin", "gensim"), sides, strict=True):
            record.add(case, system, "score", side)
        difference, low, high = interval(*sides)
        record.add_interval(case, "difference", "score", difference, low, high, runs=len(sides[0]))
        means = " ".join(f"{statistics.mean(side):.3f}" for side in sides)
        print(f"{case}: wordkin, gensim {means}; difference {difference:+.3f} ({low:+.3f} .. {high:+.3f})")


if __name__ == "__main__":
    main()
