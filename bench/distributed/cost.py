"""How much CPU time does the combination of what ranks have learned take, relative to training?

Trains one rank, whose communicator returns the changes of this rank as those of the others, without copying them, and
measures the CPU time from the end of a period to the start of the next one: differences, Adasum and copies. The rest of
the CPU time of an epoch is that of training.

    python -m bench.distributed.cost wiki-lower-17m.txt.gz
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from bench.compare import add_record_flag
from bench.corpora import unpacked
from bench.distributed.ranks import OPTIONS
from bench.recording import recording
from wordkin import Word2Vec
from wordkin.text import LineSentence
from wordkin.word2vec.training.ranks import Ranks


class Echo:
    """Communicator of the first of several ranks that all do the same."""

    def __init__(self, size: int) -> None:
        self.rank, self.size = 0, size
        self._parts: list[NDArray[Any]] = []

    def alltoall(self, arrays: list[NDArray[Any]]) -> list[NDArray[Any]]:
        self._parts = arrays
        return [arrays[0]] * self.size

    def allgather(self, array: NDArray[Any]) -> list[NDArray[Any]]:
        is_part = self._parts and array.shape == self._parts[0].shape and array.dtype == self._parts[0].dtype
        return [array, *self._parts[1:]] if is_part else [array] * self.size

    def allreduce(self, array: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(array * self.size)

    def broadcast(self, array: NDArray[Any], root: int = 0) -> NDArray[Any]:
        return array.copy()

    def barrier(self) -> None:
        pass


def measured(corpus: Path, ranks: int, period: int) -> tuple[float, float]:
    """Return the CPU time of combinations in per cent of that of training, and the milliseconds of a combination."""
    spent: list[float] = []
    synchronize = Ranks._synchronize

    def timed(self: Ranks, *arguments: Any, **options: Any) -> Any:
        start = time.process_time()
        try:
            return synchronize(self, *arguments, **options)
        finally:
            spent.append(time.process_time() - start)

    model = Word2Vec(**OPTIONS, seed=1, sync_words=period)
    model.build_vocab(corpus_file=corpus)
    model.communicator = Echo(ranks)
    text = LineSentence(corpus)
    with mock.patch.object(Ranks, "_synchronize", timed):
        start = time.process_time()
        model.train(text, total_words=model.corpus_total_words, epochs=1)
        training = time.process_time() - start - sum(spent)
    return 100 * sum(spent) / training, 1000 * sum(spent) / len(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--ranks", type=int, default=16)
    parser.add_argument("--periods", type=int, nargs="+", default=[100_000, 300_000, 1_000_000], help="words of a rank")
    parser.add_argument("--runs", type=int, default=3)
    add_record_flag(parser)
    options = parser.parse_args()
    with recording(options, is_timed=False) as record, unpacked(options.corpus) as corpus:
        for period in options.periods:
            taken = [measured(corpus, options.ranks, period) for _ in range(options.runs)]
            shares, times = ([run[column] for run in taken] for column in (0, 1))
            record.add("combination", f"{options.ranks} ranks", "% of training", shares, at=period)
            record.add("combination", f"{options.ranks} ranks", "ms", times, at=period)
            print(f"{period:9,} words: {min(shares):.1f} to {max(shares):.1f} %, {min(times):.1f} ms", flush=True)


if __name__ == "__main__":
    main()
