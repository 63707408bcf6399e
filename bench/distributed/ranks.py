"""Do vectors that several ranks train score as well as those of one?

The ranks are threads of this process, each with one worker and a part of the text, so that times mean nothing and other
work on the machine does not matter. Prints analogies, WordSim-353 and SimLex-999 with equal epochs, also for words of
different frequencies, and the difference from one rank with its best learning rate. Rules of other systems run at some
numbers of ranks: the mean of all ranks with the learning rate and the synchronizations of frequent words of pWord2Vec,
and the mean after each epoch, as in Spark MLlib.

Scores are stored in the folder --keep as soon as they are known, so that a run that was stopped continues, and
processes with different --seeds can share the folder. With --kept, nothing is trained, and what the folder has is
reported and recorded.

    python -m bench.distributed.ranks wiki-lower-17m.txt.gz wordsim/ --keep scores/
"""

from __future__ import annotations

import argparse
import json
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from bench.compare import add_record_flag
from bench.corpora import unpacked
from bench.recording import Recorder, recording
from bench.word2vec.quality import MEASURES, interval, scores_of_vectors
from wordkin import KeyedVectors, Word2Vec
from wordkin.vectors.evaluation.analogies import evaluate_analogies
from wordkin.vectors.evaluation.word_pairs import evaluate_pairs
from wordkin.word2vec.training.changes import ChangeExchange
from wordkin.word2vec.training.schedule import LearningRateSchedule

OPTIONS: dict[str, Any] = {"vector_size": 100, "sg": 1, "window": 5, "negative": 5, "sample": 1e-3, "workers": 1}
BANDS = ((0, 3_000), (3_000, 10_000), (10_000, 30_000))  # frequency ranks of the rarest word of a question or a pair
NEVER = 1 << 62  # words: longer than any epoch


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


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to train: a number of ranks, whether their changes are averaged, and options of the model."""

    name: str
    ranks: int
    averages: bool = False
    options: dict[str, Any] = field(default_factory=dict)


def cases_of(options: argparse.Namespace) -> list[Case]:
    cases = [Case(name=f"1 rank, {rate:g}", ranks=1, options={"alpha": rate}) for rate in options.rates]
    cases += [Case(name=f"{ranks} ranks", ranks=ranks) for ranks in options.ranks]
    for ranks in options.rivals:
        cases += [
            Case(name=f"{ranks} ranks, rule of pWord2Vec", ranks=ranks, averages=True, options={"alpha": 0.1}),
            Case(
                name=f"{ranks} ranks, rule of Spark", ranks=ranks, averages=True,
                options={"alpha": 0.025, "sync_words": NEVER},
            ),
        ]  # fmt: skip
    return cases


def doubling_prefix(synchronization: int, words: int, ranks: int) -> int:
    """Return the number of frequent words that a synchronization of pWord2Vec covers."""
    return min(words, 1024 * (synchronization & -synchronization))


@contextmanager
def averaging() -> Iterator[None]:
    """Train by the rules of pWord2Vec: the mean of the changes, at the given rate, with its schedule."""

    def mean(exchange: ChangeExchange, changes: list[NDArray[Any]]) -> NDArray[Any]:
        return np.asarray(np.mean(changes, axis=0, dtype=np.float32))

    with (
        mock.patch.object(ChangeExchange, "_adaptive_sum", mean),
        mock.patch.object(LearningRateSchedule, "of_replicas", lambda schedule, count: replace(schedule)),
        mock.patch("wordkin.word2vec.training.ranks.synchronized_words", doubling_prefix),
    ):
        yield


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


def scores_of(vectors: KeyedVectors, tests: Path) -> dict[str, float]:
    """Return the scores of `MEASURES`, and those of analogies and WordSim-353 in each of `BANDS`."""
    found = dict(zip(MEASURES, scores_of_vectors(vectors, tests), strict=True))
    analogies = evaluate_analogies(vectors, tests / "questions-words.txt", restrict_vocab=BANDS[-1][1])
    pairs = evaluate_pairs(vectors, tests / "wordsim353.tsv")
    ratings = np.array(pairs.test_set.ratings)
    questions = rarest(vectors, analogies.test_set.questions, analogies.answered)
    words = rarest(vectors, pairs.test_set.pairs, pairs.answered)
    for first, last in BANDS:
        name = f"rarest word {first:,} to {last:,}"
        in_band = (first <= questions) & (questions < last)
        found[f"{MEASURES[0]}, {name}"] = 100 * float(np.mean(analogies.correct[in_band]))
        in_band = (first <= words) & (words < last)
        found[f"{MEASURES[1]}, {name}"] = float(spearmanr(ratings[in_band], pairs.similarities[in_band])[0])
    return found


def rarest(vectors: KeyedVectors, items: Any, answered: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the index of the rarest word of each item; -1 where one is unknown."""
    return np.array(
        [
            max(vectors.key_to_index[word.lower()] for word in item) if known else -1
            for item, known in zip(items, answered, strict=True)
        ]
    )


def kept_scores(case: Case, seed: int, corpus: Path, options: argparse.Namespace) -> dict[str, float] | None:
    """Return the scores of one training, which is done unless they are in the folder --keep."""
    kept: Path = options.keep / f"{case.name}, {options.epochs} epochs, seed {seed}.json"
    if not kept.exists():
        if options.kept:
            return None
        with averaging() if case.averages else nullcontext():
            vectors = trained(corpus, case.ranks, options.epochs, seed=seed, **case.options)
        kept.write_text(json.dumps(scores_of(vectors, options.tests)), encoding="utf-8")
    found: dict[str, float] = json.loads(kept.read_text(encoding="utf-8"))
    return found


def report(results: dict[str, list[dict[str, float]]], cases: list[Case], record: Recorder) -> None:
    """Record all scores, and print and record the differences from one rank with the rate of the best analogies."""

    def values(name: str, measure: str) -> list[float]:
        return [scores[measure] for scores in results[name]]

    single = [case.name for case in cases if case.ranks == 1]
    best = max(single, key=lambda name: statistics.fmean(values(name, MEASURES[0])))
    for case in cases:
        for measure in results[case.name][0]:
            record.add(measure, case.name, "score", values(case.name, measure), at=case.ranks)
            if case.name in single or len(results[case.name]) < 2:
                continue
            difference, low, high = interval(values(case.name, measure), values(best, measure))
            record.add_interval(
                measure, f"{case.name}, difference", "score", difference, low, high, runs=len(results[case.name])
            )
            print(f"{case.name:30} {measure:44} {difference:+8.3f} ({low:+.3f} .. {high:+.3f}) from {best}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("tests", type=Path, help="folder with questions-words.txt, wordsim353.tsv and simlex999.txt")
    parser.add_argument("--keep", type=Path, required=True, help="folder for the scores, which are reused")
    parser.add_argument("--ranks", type=int, nargs="*", default=[2, 4, 8, 16, 32])
    parser.add_argument("--rates", type=float, nargs="+", default=[0.025, 0.05], help="learning rates of one rank")
    parser.add_argument("--rivals", type=int, nargs="*", default=[4, 16], help="numbers of ranks with other rules")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--kept", action="store_true", help="train nothing, and record the scores in the folder")
    add_record_flag(parser)
    options = parser.parse_args()
    options.keep.mkdir(parents=True, exist_ok=True)
    cases = cases_of(options)
    results: dict[str, list[dict[str, float]]] = {case.name: [] for case in cases}
    with recording(options, is_timed=False) as record, unpacked(options.corpus) as corpus:
        for seed in options.seeds:
            for case in cases:
                found = kept_scores(case, seed, corpus, options)
                if found is not None:
                    results[case.name].append(found)
                    shown = [f"{found[measure]:8.3f}" for measure in MEASURES]
                    print(f"seed {seed} {case.name:30}", *shown, flush=True)
        report(results, [case for case in cases if results[case.name]], record)


if __name__ == "__main__":
    main()
