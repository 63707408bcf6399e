"""Do vectors from n-grams score as well as those of fastText?

Trains both on the same text with fastText's defaults on one thread, with several seeds of wordkin and as many runs of
fastText (whose seed is fixed: with more than one thread, runs differ). Prints the scores on analogies (restricted to
the 30,000 most frequent words), WordSim-353 and SimLex-999; and on both sets of pairs with vectors composed from
n-grams alone, as those of words that did not occur.

    python -m bench.fasttext.quality wiki-lower-17m.txt.gz wordsim/ --keep vectors/
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

import numpy as np

from bench.compare import add_record_flag, run_job
from bench.corpora import unpacked
from bench.fasttext.speed import SCRIPTS, WORDKIN_SCRIPT
from bench.recording import recording
from bench.rivals.environments import FASTTEXT, python_with
from wordkin import KeyedVectors
from wordkin.vectors import FastTextKeyedVectors

MEASURES = ("analogies %", "WS-353", "SimLex-999", "WS-353, n-grams alone", "SimLex-999, n-grams alone")
PAIRS = ("wordsim353.tsv", "simlex999.txt")


def scores(path: Path, tests: Path) -> list[float]:
    """Return the scores of `MEASURES` of a model."""
    vectors = FastTextKeyedVectors.load_fasttext_format(path)
    accuracy, _ = vectors.evaluate_word_analogies(tests / "questions-words.txt", restrict_vocab=30_000)
    unseen = KeyedVectors(vectors.vector_size)
    starts = FastTextKeyedVectors(vectors.vector_size, vectors.min_n, vectors.max_n)
    starts.vectors_ngrams = vectors.vectors_ngrams  # n-grams without words
    words = vectors.index_to_key[:100_000]
    unseen.add_vectors(words, np.stack([starts[word] for word in words]))
    pairs = [table.evaluate_word_pairs(tests / name)[1][0] for table in (vectors, unseen) for name in PAIRS]
    return [100 * accuracy, *map(float, pairs)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("tests", type=Path, help="folder with questions-words.txt, wordsim353.tsv and simlex999.txt")
    parser.add_argument("--words", type=int, help="take the first lines with this number of words only")
    parser.add_argument("--keep", type=Path, required=True, help="folder for the models; those of fastText are reused")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--models", nargs="+", default=["skipgram", "cbow"])
    parser.add_argument("--fasttext-python", help="Python interpreter with fastText (default: installs an environment)")
    add_record_flag(parser)
    options = parser.parse_args()
    options.keep.mkdir(parents=True, exist_ok=True)
    with recording(options, FASTTEXT) as record, unpacked(options.corpus, options.words) as corpus:
        for model in options.models:
            results: dict[str, list[list[float]]] = {"wordkin": [], "fastText": []}
            for seed in range(1, options.seeds + 1):
                common = [str(corpus), "--model", model, "--epochs", str(options.epochs), "--seed", str(seed)]
                common += ["--workers", str(options.workers), "--save"]
                theirs = options.keep / f"fasttext-{model}-{seed if options.workers > 1 else 1}.bin"
                if not theirs.exists():
                    python = options.fasttext_python or python_with(FASTTEXT)
                    run_job(python, SCRIPTS["fastText"], [*common, str(theirs)])
                ours = options.keep / f"wordkin-{model}-{seed}.bin"
                run_job(sys.executable, WORDKIN_SCRIPT, [*common, str(ours)])
                for system, path in (("wordkin", ours), ("fastText", theirs)):
                    results[system].append(scores(path, options.tests))
                    print(f"{model} seed {seed} {system:8}", *(f"{s:8.3f}" for s in results[system][-1]), flush=True)
            for column, measure in enumerate(MEASURES):
                for system, runs in results.items():
                    values = [run[column] for run in runs]
                    record.add(f"n-grams, {model}, {measure}", system, "score", values)
                    print(f"{model}, {measure}: {system} {statistics.mean(values):.3f}")


if __name__ == "__main__":
    main()
