"""How fast and how good is training that gives equal vectors in every run?

Trains with `deterministic=True` and without it (Hogwild), in turn. Prints the words per second of CPU time of `train()`
with two workers, which is the time on a quiet machine except for waiting, and analogies, WordSim-353 and SimLex-999
with four workers.

    python -m bench.distributed.threads wiki-lower-17m.txt.gz wordsim/
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from bench.compare import add_record_flag
from bench.corpora import unpacked
from bench.recording import recording
from bench.word2vec.quality import MEASURES, scores_of_vectors
from wordkin import Word2Vec

OPTIONS: dict[str, Any] = {"vector_size": 100, "sg": 1, "window": 5, "negative": 5, "sample": 1e-3}
SYSTEMS = {"deterministic": True, "Hogwild": False}


def trained(corpus: Path, epochs: int, **options: Any) -> tuple[Word2Vec, float]:
    """Return a model, and the words that it was trained on per second of CPU time."""
    model = Word2Vec(**OPTIONS, **options)
    model.build_vocab(corpus_file=corpus)
    start = time.process_time()
    model.train(corpus_file=corpus, total_words=model.corpus_total_words, epochs=epochs)
    return model, epochs * model.corpus_total_words / (time.process_time() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("tests", type=Path, help="folder with questions-words.txt, wordsim353.tsv and simlex999.txt")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=3)
    add_record_flag(parser)
    options = parser.parse_args()
    speeds: dict[str, list[float]] = {system: [] for system in SYSTEMS}
    scores: dict[str, list[tuple[float, ...]]] = {system: [] for system in SYSTEMS}
    with recording(options, is_timed=False) as record, unpacked(options.corpus) as corpus:
        for seed in range(1, options.seeds + 1):
            for system, is_deterministic in SYSTEMS.items():
                common = {"seed": seed, "deterministic": is_deterministic}
                speeds[system].append(trained(corpus, 1, workers=2, **common)[1])
                model, _ = trained(corpus, options.epochs, workers=4, **common)
                scores[system].append(scores_of_vectors(model.wv, options.tests))
                shown = [f"{score:8.3f}" for score in scores[system][-1]]
                print(f"{system:14} {speeds[system][-1]:12,.0f} words per CPU second", *shown, flush=True)
        for system in SYSTEMS:
            record.add("2 workers", system, "words/s", speeds[system])
            for column, measure in enumerate(MEASURES):
                record.add(f"4 workers, {measure}", system, "score", [taken[column] for taken in scores[system]])


if __name__ == "__main__":
    main()
