"""Word2Vec on several ranks: equal to replicas in one process, to a merged vocabulary, and without hanging."""

from __future__ import annotations

import itertools
import logging
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import Word2Vec
from wordkin.distributed import LocalCommunicator
from wordkin.errors import DistributedError, TrainingDiverged
from wordkin.runtime.compute import choose_isa

from .thread_group import in_ranks

Sentences = list[list[str]]
Options = dict[str, Any]

QUICK: Options = {"vector_size": 12, "min_count": 1, "epochs": 2, "batch_words": 25, "seed": 5, "workers": 1}
OBJECTIVES: dict[str, Options] = {
    "skip-gram": {"sg": 1},
    "CBOW": {"sg": 0},
    "hierarchical softmax": {"sg": 1, "hs": 1, "negative": 0},
    "both": {"sg": 0, "hs": 1, "cbow_mean": 0},
}


@pytest.fixture(scope="module")
def text() -> Sentences:
    """Return sentences of 25 words, so that each is a job."""
    generator = np.random.default_rng(3)
    weights = 1.0 / np.arange(1, 1501)
    words = generator.choice(1500, size=9_000, p=weights / weights.sum())
    return [[f"w{word}" for word in words[start : start + 25]] for start in range(0, len(words), 25)]


def layers_of(model: Any) -> bytes:
    assert isinstance(model, Word2Vec), model
    state = model._state
    return b"".join(rows.view.tobytes() for rows in (state.input, state.output, state.nodes) if rows is not None)


def train_parts(parts: list[Sentences], *, exchanges: bool = True, **options: Any) -> list[Any]:
    return in_ranks(
        len(parts),
        lambda group: Word2Vec(parts[group.rank], communicator=group, **{**QUICK, **options}),
        exchanges=exchanges,
    )


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("ranks", [2, 3, 4])
def test_ranks_equal_replicas_of_one_process(text: Sentences, objective: str, ranks: int) -> None:
    # Replica k trains the jobs k, k + ranks, ...; each sentence is a job.
    options = {**OBJECTIVES[objective], "sync_words": 100}
    whole = Word2Vec(text, deterministic=True, **{**QUICK, **options, "workers": ranks})
    models = train_parts([text[rank::ranks] for rank in range(ranks)], **options)
    assert all(model.wv.index_to_key == whole.wv.index_to_key for model in models)
    assert {layers_of(model) for model in models} == {layers_of(whole)}
    assert all(model.wv.expandos["count"].tolist() == whole.wv.expandos["count"].tolist() for model in models)
    assert all(model.corpus_total_words == 9_000 and model.corpus_count == 360 for model in models)


def test_communicators_without_alltoall_give_equal_results(text: Sentences) -> None:
    parts = [text[:100], text[100:]]
    assert layers_of(train_parts(parts)[0]) == layers_of(train_parts(parts, exchanges=False)[1])


def test_one_rank_trains_as_without_a_communicator(text: Sentences) -> None:
    local = Word2Vec(text, communicator=LocalCommunicator(), **QUICK)
    assert layers_of(local) == layers_of(Word2Vec(text, **QUICK)) == layers_of(train_parts([text])[0])


@pytest.mark.parametrize("parts", [(0, 10, 360), (0, 0, 360), (0, 359, 360), (0, 1, 2, 360)])
def test_unequal_and_empty_parts(text: Sentences, parts: tuple[int, ...]) -> None:
    models = train_parts([text[start:end] for start, end in itertools.pairwise(parts)], sync_words=200)
    assert len({layers_of(model) for model in models}) == 1
    assert models[0].wv.index_to_key == Word2Vec(text, **QUICK).wv.index_to_key
    assert (models[0].wv.vectors != 0).all()


def test_the_order_of_first_occurrence_is_that_of_one_machine(text: Sentences) -> None:
    models = train_parts([text[:150], text[150:]], sorted_vocab=0, min_count=3)
    assert models[1].wv.index_to_key == Word2Vec(text, **{**QUICK, "sorted_vocab": 0, "min_count": 3}).wv.index_to_key


def test_several_workers_per_rank(text: Sentences) -> None:
    models = train_parts([text[::2], text[1::2]], workers=2)
    assert len({layers_of(model) for model in models}) == 1


def test_bfloat16_is_close_and_halves_the_traffic(text: Sentences) -> None:
    exact, rounded = (train_parts([text[::2], text[1::2]], wire=wire)[0] for wire in ("float32", "bfloat16"))
    difference = np.abs(exact.wv.vectors - rounded.wv.vectors).max()
    assert 0 < difference < 0.02


def test_training_continues_on_all_ranks(text: Sentences) -> None:
    def work(group: Any) -> Word2Vec:
        model = Word2Vec(communicator=group, **QUICK)
        model.build_vocab(text)
        part = text[group.rank :: 2]
        model.train(part, total_examples=len(part), epochs=2)
        model.train(part, total_examples=len(part), epochs=1)
        return model

    models = in_ranks(2, work)
    assert len({layers_of(model) for model in models}) == 1


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"window": 2}, "window"),
        ({"alpha": 0.5}, "alpha"),
        ({"min_count": 2}, "min_count"),
        ({"vector_size": 8}, "vector_size"),
        pytest.param(
            {"max_isa": "baseline"},
            "instruction set",
            marks=pytest.mark.skipif(choose_isa() == "baseline", reason="has the baseline kernels alone"),
        ),
        ({"epochs": 3}, "epochs"),
        ({"wire": "bfloat16"}, "wire"),
        ({"lowercase": True}, "lowercase"),
        ({"tokenizer": str.split}, "tokenizer"),
    ],
)
def test_different_settings_are_an_error_on_every_rank(text: Sentences, change: Options, name: str) -> None:
    def work(group: Any) -> Word2Vec:
        return Word2Vec(text, communicator=group, **{**QUICK, **(change if group.rank == 1 else {})})

    for result in in_ranks(2, work):
        assert isinstance(result, DistributedError)
        assert name in str(result)
        assert "rank 1" in str(result)


def test_different_vocabularies_are_an_error_on_every_rank(text: Sentences) -> None:
    def work(group: Any) -> None:
        model = Word2Vec(communicator=group, **QUICK)
        model.build_vocab_from_freq({"a": 5 + group.rank, "b": 5})
        model.train(text, total_examples=len(text), epochs=1)

    for result in in_ranks(2, work):
        assert isinstance(result, DistributedError)
        assert "counts" in str(result)


class _Failure(Exception):
    pass


class _Failing:
    """Sentences whose pass number `number` fails."""

    def __init__(self, text: Sentences, number: int) -> None:
        self._text = text
        self._left = number

    def __iter__(self) -> Any:
        self._left -= 1
        yield from self._text[:50]
        if self._left < 0:
            raise _Failure("the disk is on fire")
        yield from self._text[50:]


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("failing", [0, 2])
def test_a_failure_on_one_rank_ends_all(text: Sentences, number: int, failing: int) -> None:
    def work(group: Any) -> Word2Vec:
        part = text[group.rank :: 3]
        given = _Failing(part, number if group.rank == failing else 99)
        return Word2Vec(given, communicator=group, sync_words=25, **QUICK)

    for rank, result in enumerate(in_ranks(3, work)):
        if rank == failing:
            assert isinstance(result, _Failure)
        else:
            assert isinstance(result, DistributedError)
            assert f"rank {failing} failed" in str(result)
            assert "the disk is on fire" in str(result)


@pytest.mark.parametrize("event", ["on_train_begin", "on_epoch_begin", "on_epoch_end", "on_train_end"])
def test_a_failing_callback_ends_all(text: Sentences, event: str) -> None:
    class Callback:
        pass

    def fail(callback: object, model: object) -> None:
        raise KeyboardInterrupt

    setattr(Callback, event, fail)

    def work(group: Any) -> Word2Vec:
        return Word2Vec(
            text[group.rank :: 2],
            communicator=group,
            callbacks=[Callback()] if group.rank else (),
            **QUICK,  # type: ignore[list-item]
        )

    results = in_ranks(2, work)
    assert isinstance(results[1], KeyboardInterrupt)
    if event != "on_train_end":
        assert isinstance(results[0], DistributedError)
        assert "rank 1 failed: KeyboardInterrupt" in str(results[0])


def test_values_that_are_not_finite_end_all_with_the_rank(text: Sentences) -> None:
    def work(group: Any) -> None:
        model = Word2Vec(communicator=group, **QUICK)
        model.build_vocab(text)

        class Poison:
            def on_epoch_begin(self, model: Word2Vec) -> None:
                if group.rank == 1:
                    model.wv.vectors[3] = np.nan

        model.train(text, total_examples=len(text), epochs=1, callbacks=[Poison()])

    for result in in_ranks(2, work):
        assert isinstance(result, TrainingDiverged)
        assert "rank 1" in str(result)


def test_a_communicator_that_raises_is_an_error(text: Sentences) -> None:
    class Broken:
        rank, size = 0, 2
        left = 3

        def allgather(self, array: Any) -> list[Any]:
            self.left -= 1
            if self.left < 0:
                raise OSError("cable cut")
            return [array, array.copy()]

        allreduce = broadcast = barrier = allgather

    for left in range(6):
        broken = Broken()
        broken.left = left
        with pytest.raises(DistributedError, match="cable cut"):
            Word2Vec(text, communicator=broken, **QUICK)  # type: ignore[arg-type]


def test_other_objects_are_no_communicators() -> None:
    with pytest.raises(TypeError, match="communicator must have the attribute rank"):
        Word2Vec(communicator="mpi")  # type: ignore[arg-type]


def test_replicas_within_ranks_are_refused(text: Sentences) -> None:
    for result in train_parts([text[::2], text[1::2]], deterministic=True, workers=2):
        assert isinstance(result, ValueError)
        assert "deterministic" in str(result)


def counts_of(model: Word2Vec) -> Counter[str]:
    return Counter(dict(zip(model.wv.index_to_key, model.wv.expandos["count"].tolist(), strict=True)))


@pytest.mark.parametrize("limit", [300, 600, 10_000])
def test_each_rank_limits_the_words_that_it_counts(text: Sentences, limit: int) -> None:
    parts = [text[::2], text[1::2]]
    apart = [Word2Vec(part, **{**QUICK, "epochs": 0, "max_vocab_size": limit}) for part in parts]
    first, second = train_parts(parts, epochs=0, max_vocab_size=limit)
    assert counts_of(first) == counts_of(second) == counts_of(apart[0]) + counts_of(apart[1])
    exact = counts_of(Word2Vec(text, **{**QUICK, "epochs": 0}))
    assert (counts_of(first) == exact) == (limit == 10_000)
    assert counts_of(first) <= exact


def test_only_rank_0_shows_progress(text: Sentences, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    shown: list[int] = []

    def work(group: Any) -> Word2Vec:
        return Word2Vec(text, communicator=group, progress=lambda event: shown.append(group.rank), **QUICK)

    in_ranks(2, work)
    assert set(shown) == {0}


@pytest.mark.parametrize("failing", [0, 1])
def test_a_file_that_is_missing_on_one_rank_ends_all(text: Sentences, failing: int, tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("\n".join(map(" ".join, text)), encoding="utf-8")

    def construct(group: Any) -> Word2Vec:
        given = tmp_path / "none" if group.rank == failing else file
        return Word2Vec(corpus_file=str(given), communicator=group, **QUICK)

    def train(group: Any) -> None:
        model = Word2Vec(communicator=group, **QUICK)
        model.build_vocab(text)
        given = tmp_path / "none" if group.rank == failing else file
        model.train(corpus_file=str(given), total_examples=len(text), epochs=1)

    for work in (construct, train):
        results = in_ranks(2, work, timeout=10)
        assert isinstance(results[failing], FileNotFoundError)
        assert isinstance(results[1 - failing], DistributedError)
        assert f"rank {failing} failed: FileNotFoundError" in str(results[1 - failing])


def test_an_option_that_one_rank_may_not_have_ends_all(text: Sentences) -> None:
    def work(group: Any) -> Word2Vec:
        given = {**QUICK, "workers": 2}
        return Word2Vec(text, communicator=group, deterministic=group.rank == 1, **given)

    results = in_ranks(2, work, timeout=10)
    assert isinstance(results[1], ValueError)
    assert "rank 1 failed: ValueError: deterministic must not be given" in str(results[0])


def test_a_rule_that_fails_on_one_rank_ends_all(text: Sentences) -> None:
    def rule(word: str, count: int, min_count: int) -> int:
        raise _Failure(word)

    def work(group: Any) -> Word2Vec:
        return Word2Vec(text, communicator=group, trim_rule=rule if group.rank == 1 else None, **QUICK)

    results = in_ranks(2, work, timeout=10)
    assert isinstance(results[1], _Failure)
    assert "rank 1 failed: _Failure" in str(results[0])


def test_files_are_divided_among_ranks(text: Sentences, tmp_path: Path) -> None:
    lines = ["\n".join(map(" ".join, part)) + "\n" for part in (text[:50], text[50:300], text[300:])]
    for number, part in enumerate(lines):
        (tmp_path / f"{number}.txt").write_text(part, encoding="utf-8")
    models = in_ranks(3, lambda group: Word2Vec(corpus_file=str(tmp_path), communicator=group, **QUICK))
    assert len({layers_of(model) for model in models}) == 1
    assert all(model.corpus_total_words == 9_000 and model.corpus_count == 360 for model in models)
    assert models[0].wv.index_to_key == Word2Vec(text, **QUICK).wv.index_to_key


def test_more_ranks_than_lines(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("a b c a b\nb c a c c\n", encoding="utf-8")
    models = in_ranks(5, lambda group: Word2Vec(corpus_file=str(tmp_path), communicator=group, **QUICK))
    assert len({layers_of(model) for model in models}) == 1
    assert models[0].wv.index_to_key == ["c", "a", "b"]


def test_texts_without_words_are_an_error_on_every_rank(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("\n", encoding="utf-8")
    results = in_ranks(2, lambda group: Word2Vec(corpus_file=str(tmp_path), communicator=group, **QUICK))
    assert all("no words" in str(result) for result in results), results


def test_different_files_are_an_error_on_every_rank(text: Sentences, tmp_path: Path) -> None:
    def work(group: Any) -> Word2Vec:
        file = tmp_path / f"{group.rank}.txt"
        file.write_text("\n".join(map(" ".join, text[group.rank :])), encoding="utf-8")
        return Word2Vec(corpus_file=str(file), communicator=group, **QUICK)

    for result in in_ranks(2, work):
        assert isinstance(result, DistributedError)
        assert "total size of the files" in str(result)


def test_bad_files_are_left_out_on_every_rank(text: Sentences, tmp_path: Path) -> None:
    good = "\n".join(map(" ".join, text)) + "\n"
    (tmp_path / "good.txt").write_text(good, encoding="utf-8")
    (tmp_path / "bad.txt").write_bytes(good.encode() + b"\xff\xfe\xfa\n")
    models = in_ranks(
        3, lambda group: Word2Vec(corpus_file=str(tmp_path), communicator=group, on_error="skip", **QUICK)
    )
    assert {model.corpus_total_words for model in models} == {9_000}


@pytest.mark.parametrize(
    "change", [{"epochs": -1}, {"window": "wide"}, {"callbacks": [3]}, {"trim_rule": 3}, {"keep": 0}, {"workers": -2}]
)
def test_arguments_that_one_rank_rejects_end_all(text: Sentences, change: Options) -> None:
    def construct(group: Any) -> Word2Vec:
        return Word2Vec(text, communicator=group, **{**QUICK, **(change if group.rank == 1 else {})})

    results = in_ranks(3, construct, timeout=10)
    assert isinstance(results[1], TypeError | ValueError)
    for other in (results[0], results[2]):
        assert isinstance(other, DistributedError)
        assert "the check of arguments ended because rank 1 failed" in str(other)


def test_arguments_of_train_that_one_rank_rejects_end_all(text: Sentences) -> None:
    def train(group: Any) -> None:
        model = Word2Vec(communicator=group, **QUICK)
        model.build_vocab(text)
        model.train(text, total_examples=len(text), epochs=1 - group.rank)

    results = in_ranks(2, train, timeout=10)
    assert isinstance(results[1], ValueError)
    assert "rank 1 failed: ValueError: epochs must" in str(results[0])


def test_synchronizations_become_rarer_to_take_a_share_of_the_time(text: Sentences) -> None:
    class Slow:
        def __init__(self, group: Any) -> None:
            self.rank, self.size = group.rank, group.size
            self.allreduce, self.broadcast, self.barrier = group.allreduce, group.broadcast, group.barrier
            self._group = group
            self.calls = 0

        def allgather(self, array: Any) -> list[Any]:
            self.calls += 1
            time.sleep(0.001)
            received: list[Any] = self._group.allgather(array)
            return received

    def work(group: Any, share: float | None) -> tuple[int, bytes]:
        slow = Slow(group)
        model = Word2Vec(text[group.rank :: 2], communicator=slow, sync_words=100, sync_share=share, **QUICK)
        return slow.calls, layers_of(model)

    often, rarely = (in_ranks(2, lambda group, share=share: work(group, share)) for share in (None, 0.1))
    assert all(isinstance(result, tuple) for result in [*often, *rarely]), rarely
    assert rarely[0][0] < often[0][0] / 3  # type: ignore[index]
    assert rarely[0][1] == rarely[1][1]  # type: ignore[index]
