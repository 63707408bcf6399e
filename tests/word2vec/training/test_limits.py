"""Limits: layers larger than the memory, matrices of more than 2**31 elements, counts beyond 2**53."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wordkin import Word2Vec, _core
from wordkin.errors import ResourceError
from wordkin.word2vec.options import TrainingOptions
from wordkin.word2vec.padded_rows import PaddedRows

Sentences = list[list[str]]


def state_of(model: Word2Vec) -> tuple[Any, ...]:
    return model.wv, model.wv.vectors.tobytes(), model.corpus_count, model.corpus_total_words, model._state.output


def test_layers_larger_than_the_memory_are_rejected_without_changes(
    sentences: Sentences, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Word2Vec(sentences, min_count=1, vector_size=16, epochs=1)
    before = state_of(model)
    monkeypatch.setattr("wordkin.runtime.compute.memory_limit", lambda: model.estimate_memory()["vectors"] * 2 - 1)
    for change in (
        lambda: model.build_vocab(sentences),
        lambda: model.build_vocab([["new"] * 9], update=True),
        lambda: model.reset_from(model),
    ):
        with pytest.raises(ResourceError, match=r"2 layers of \d+ vectors of dimensionality 16 need .* GiB"):
            change()
        after = state_of(model)
        assert all(new is old or new == old for new, old in zip(after, before, strict=True))
    monkeypatch.setattr("wordkin.runtime.compute.memory_limit", lambda: None)  # unknown on this system
    model.build_vocab(sentences)


def test_layers_larger_than_any_memory() -> None:
    model = Word2Vec(vector_size=2**20, min_count=1)
    with pytest.raises(ResourceError, match="GiB"):
        model.build_vocab_from_freq(dict.fromkeys(map(str, range(10**6)), 1))  # 8 TiB
    assert len(model.wv) == 0
    with pytest.raises(ResourceError, match="GiB"):
        PaddedRows(2**40, 2**30)


def test_estimated_memory() -> None:
    model = Word2Vec(vector_size=100, hs=1)
    estimate = model.estimate_memory(2**31 - 1)
    assert estimate["vectors"] == estimate["syn1"] == estimate["syn1neg"] == (2**31 - 1) * 112 * 4
    assert estimate["total"] == sum(size for name, size in estimate.items() if name != "total")
    assert "syn1" not in Word2Vec().estimate_memory(10)
    assert "syn1neg" not in Word2Vec(hs=1, negative=0).estimate_memory(10)
    with pytest.raises(ValueError, match="vocab_size"):
        model.estimate_memory(2**31)


def padded(rows: int, columns: int) -> np.ndarray:
    """Return aligned zeros, in memory that the system provides page by page when it is written."""
    buffer = np.zeros(rows * columns + 16, dtype=np.float32)
    start = -buffer.ctypes.data % 64 // 4
    return buffer[start : start + rows * columns].reshape(rows, columns)


@pytest.mark.parametrize("objective", [{"architecture": "skipgram"}, {"architecture": "cbow"}])
def test_matrices_of_more_than_2_to_the_31_elements(objective: dict[str, Any]) -> None:
    """Rows are long, and only few of them are written: those of the last two words and the root of the tree."""
    width, words = 2**20, 2**11 + 8
    try:
        matrices = {name: padded(words, width) for name in ("input", "output", "nodes")}
    except MemoryError:
        pytest.skip("the system does not overcommit three times 8.6 GB of memory")
    counts = np.zeros(words, dtype=np.int64)
    counts[-2:] = 5, 1
    matrices["input"][-2:] = 1 / np.sqrt(width)
    matrices["output"][-2:] = -1 / np.sqrt(width)
    options = TrainingOptions(negative=2, hierarchical_softmax=True, sample=0, window=1, **objective)
    session = _core.word2vec.TrainingSession(
        options,
        update_scale=None,
        counts=counts,
        threads=1,
        isa="baseline",
        start_rate=0.1,
        end_rate=0.1,
        planned_words=2,
        **matrices,
    )
    session.feed(np.array([words - 1, words - 2], dtype=np.int32), np.array([2], dtype=np.int64), 2)
    session.finish()
    assert session.wait(0, 60.0)
    last, before = np.array([words - 1, words - 2])
    for matrix in (matrices["input"], matrices["output"]):
        for row in (last, before):
            assert len(np.unique(matrix[row])) == 1  # the whole row was updated, with one value
            assert abs(matrix[row, 0]) != np.float32(1 / np.sqrt(width))
    assert matrices["nodes"][words - 2].any()  # the root
    # An index that overflowed at 2**31 elements would have changed one of the first rows.
    assert not matrices["input"][:8].any()
    assert not matrices["output"][:8].any()
    assert session.tally()["pairs"] == 2


def test_counts_up_to_2_to_the_62() -> None:
    model = Word2Vec(min_count=1, vector_size=8, hs=1, workers=1)
    model.build_vocab_from_freq({"a": 2**62, "b": 2**40, "c": 1})
    assert model.wv.get_vecattr("a", "count") == 2**62
    assert model.train([["a", "b", "c"]] * 5, total_examples=5, epochs=1)[1] == 15
    assert np.isfinite(model.wv.vectors).all()
    with pytest.raises(ValueError, match=r"2\*\*63"):
        model.build_vocab_from_freq({"a": 2**62, "b": 2**62})


def test_corpora_of_more_than_2_to_the_32_words() -> None:
    model = Word2Vec(min_count=1, vector_size=8, workers=1)
    model.build_vocab_from_freq({"a": 2**33, "b": 2**33}, corpus_count=2**33)
    assert model.corpus_total_words == 2**34
    rate = model.alpha
    # The corpus is a tiny part of the given total, so that the learning rate hardly decreases.
    model.train(iter([["a", "b"]]), total_words=2**40, epochs=1)
    assert model.training_report.epochs[0].learning_rate == pytest.approx(rate)
