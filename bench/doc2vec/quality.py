"""Are vectors of documents as good as those of gensim?

Trains both on the same film reviews on one thread, with several seeds. A logistic regression on the vectors of the
reviews that were trained is scored on those of reviews that were inferred. Prints the accuracies and the 95 %
confidence interval (Welch) of the difference of the means.

    python -m bench.doc2vec.quality imdb-train.tsv.gz --seeds 5
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

from bench.compare import add_record_flag, run_job
from bench.doc2vec.speed import GENSIM_SCRIPT, MODES, WORDKIN_SCRIPT
from bench.recording import recording
from bench.rivals.environments import GENSIM, python_with
from bench.word2vec.quality import interval


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reviews", type=Path)
    parser.add_argument("--documents", type=int, default=25_000, help="number of reviews, of which 20 % are held out")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--modes", nargs="+", choices=list(MODES.values()), default=list(MODES.values()))
    parser.add_argument("--gensim-python", help="Python interpreter with gensim (default: installs an environment)")
    add_record_flag(parser)
    options = parser.parse_args()
    with recording(options, GENSIM, is_timed=False) as record:
        for name, mode in MODES.items():
            if mode not in options.modes:
                continue
            accuracies = accuracies_of_seeds(options, name, mode)
            for system, values in accuracies.items():
                record.add(f"{name}, accuracy %", system, "score", values)
            difference, low, high = interval(*accuracies.values())
            record.add_interval(f"{name}, accuracy %", "difference", "score", difference, low, high, runs=options.seeds)
            means = " ".join(f"{statistics.mean(values):.2f}" for values in accuracies.values())
            print(f"{name}: wordkin, gensim {means}; difference {difference:+.2f} ({low:+.2f} .. {high:+.2f})")


def accuracies_of_seeds(options: argparse.Namespace, name: str, mode: str) -> dict[str, list[float]]:
    """Train with every seed on both sides, print the accuracies in per cent and return them."""
    jobs = {
        "wordkin": (sys.executable, WORDKIN_SCRIPT),
        "gensim": (options.gensim_python or python_with(GENSIM), GENSIM_SCRIPT),
    }
    accuracies: dict[str, list[float]] = {system: [] for system in jobs}
    for seed in range(1, options.seeds + 1):
        arguments = [str(options.reviews), mode, str(options.documents), str(options.epochs), "1", str(seed)]
        for system, (python, script) in jobs.items():
            accuracies[system].append(100 * run_job(python, script, arguments)["accuracy"])
            print(f"{name} seed {seed} {system:8} {accuracies[system][-1]:6.2f}", flush=True)
    return accuracies


if __name__ == "__main__":
    main()
