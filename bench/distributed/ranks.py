"""Do vectors that several ranks train score as well as those of one?

The ranks are threads of this process, each with one worker and a part of the text, so that times mean nothing. Prints
analogies, WordSim-353 and SimLex-999 with equal epochs; one rank is trained with several learning rates, of which its
best one counts.

    python -m bench.distributed.ranks wiki-lower-17m.txt.gz wordsim/ --ranks 2 4 8 16 32
"""

from __future__ import annotations

import argparse
import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.compare import add_record_flag
from bench.corpora import unpacked
from bench.recording import recording
from bench.word2vec.quality import MEASURES, scores_of_vectors
from wordkin import KeyedVectors, Word2Vec

OPTIONS: dict[str, Any] = {"vector_size": 100, "sg": 1, "window": 5, "negative": 5, "sample": 1e-3, "workers": 1}


class ThreadCommunicator:
    """Communicator of one of several threads."""

    def __init__(self, rank: int, slots: list[Any], waiting: threading.Barrier) -> None:
        self.rank, self.size = rank, len(slots)
        self._slots, self._waiting = slots, waiting

    def allgather(self, array: NDArray[Any]) -> list[NDArray[Any]]:
        return self._exchanged(array.copy())

    def alltoall(self, arrays: list[NDArray[Any]]) -> list[NDArray[Any]]:
        return [parts[self.rank] for parts in self._exchanged([array.copy() for array in arrays])]

    def allreduce(self, array: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(sum(self.allgather(array)))

    def broadcast(self, array: NDArray[Any], root: int = 0) -> NDArray[Any]:
        return self.allgather(array)[root].copy()

    def barrier(self) -> None:
        self._waiting.wait()

    def _exchanged(self, value: Any) -> list[Any]:
        self._waiting.wait()
        self._slots[self.rank] = value
        self._waiting.wait()
        return list(self._slots)


def trained(corpus: Path, ranks: int, epochs: int, **options: Any) -> KeyedVectors:
    """Train with several ranks, and return the vectors, which all have at the end."""
    waiting, slots = threading.Barrier(ranks), [None] * ranks
    models: list[Word2Vec] = []

    def train(rank: int) -> None:
        group = ThreadCommunicator(rank, slots, waiting)
        try:
            model = Word2Vec(corpus_file=corpus, communicator=group, epochs=epochs, **OPTIONS, **options)
            if rank == 0:
                models.append(model)
        except BaseException:
            waiting.abort()
            raise

    threads = [threading.Thread(target=train, args=(rank,)) for rank in range(ranks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return models[0].wv


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("tests", type=Path, help="folder with questions-words.txt, wordsim353.tsv and simlex999.txt")
    parser.add_argument("--ranks", type=int, nargs="+", default=[2, 4, 8, 16, 32])
    parser.add_argument("--rates", type=float, nargs="+", default=[0.025, 0.05], help="learning rates of one rank")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=1)
    add_record_flag(parser)
    options = parser.parse_args()
    cases: list[tuple[str, int, dict[str, Any]]] = [(f"1 rank, {rate:g}", 1, {"alpha": rate}) for rate in options.rates]
    cases += [(f"{ranks} ranks", ranks, {}) for ranks in options.ranks]
    with recording(options) as record, unpacked(options.corpus) as corpus:
        for name, ranks, changes in cases:
            taken = [
                scores_of_vectors(trained(corpus, ranks, options.epochs, seed=seed, **changes), options.tests)
                for seed in range(1, options.seeds + 1)
            ]
            for column, measure in enumerate(MEASURES):
                record.add(measure, name, "score", [scores[column] for scores in taken])
            print(
                f"{name:16}", *(f"{sum(scores) / len(taken):8.3f}" for scores in zip(*taken, strict=True)), flush=True
            )


if __name__ == "__main__":
    main()
