"""Invalid arguments and texts are refused by name, and leave the model unchanged."""

from __future__ import annotations

import gzip
import math
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo
from wordkin.errors import CorpusError, CorruptFileError, FormatError, NotFittedError, ResourceError, VocabularyError

Sentences = list[list[str]]
MakeModel = Callable[..., ELMo]
Options = dict[str, Any]

NOT_INTEGERS: list[Any] = ["5", 5.0, True, math.nan, [5]]
NOT_REALS: list[Any] = ["0.1", True, [0.1]]
NOT_FINITE = [math.nan, math.inf, 10**400]

INTEGERS: dict[str, list[int]] = {
    "min_count": [-1, 2**63],
    "max_vocabulary_size": [3, 0, -1],
    "epochs": [0, -1, 2**31],
    "batch_size": [0, 2**20 + 1],
    "unroll_steps": [0, 2**20 + 1],
    "negatives": [0, 2**31],
    "warmup_steps": [-1],
    "decay_steps": [0, -3],
    "seed": [-1, 2**64],
    "max_steps": [0, -1],
    "validation_steps": [0],
    "patience": [0],
    "checkpoint_steps": [0],
    "keep": [0],
    "workers": [0, -1, 10**6],
}
REALS: dict[str, list[float]] = {
    "learning_rate": [0, -0.1, *NOT_FINITE],
    "decay": [0, 1.1, *NOT_FINITE],
    "clip_norm": [-1, *NOT_FINITE],
    "dropout": [-0.1, 1.0, *NOT_FINITE],
    "state_reset_rate": [-0.1, 1.1, *NOT_FINITE],
    "max_seconds": [0, *NOT_FINITE],
    "decay_seconds": [0, *NOT_FINITE],
    "checkpoint_seconds": [0, *NOT_FINITE],
}
CHOICES = ("precision", "optimizer", "schedule", "vocabulary_change")
FLAGS = ("sampled_softmax", "shuffle", "resume")


class Untouched:
    """Corpus that fails when it is read."""

    def __iter__(self) -> Iterator[list[str]]:
        raise AssertionError("read before the arguments were checked")


def cases() -> Iterator[tuple[str, Any, type[Exception]]]:
    for name, integers in INTEGERS.items():
        yield from ((name, value, ValueError) for value in integers)
        yield from ((name, value, TypeError) for value in NOT_INTEGERS)
    for name, reals in REALS.items():
        yield from ((name, value, ValueError) for value in reals)
        yield from ((name, value, TypeError) for value in NOT_REALS)
    for name in CHOICES:
        yield from ((name, value, error) for value, error in (("other", ValueError), (5, TypeError), (None, TypeError)))
    for name in FLAGS:
        yield from ((name, value, error) for value, error in ((2, ValueError), ("yes", TypeError), (None, TypeError)))
    yield from (("callbacks", value, TypeError) for value in (5, [5], None))
    yield from (("progress", value, TypeError) for value in ("yes", 1))
    yield ("max_isa", "sse9", ValueError)
    yield ("vocabulary", 5, TypeError)
    yield ("vocabulary", ["a", "a"], VocabularyError)


@pytest.mark.parametrize(
    ("name", "value", "error"), [pytest.param(*case, id=f"{case[0]}={case[1]!r:.30}") for case in cases()]
)
def test_invalid_arguments_are_refused_before_reading(
    small_model: MakeModel, name: str, value: Any, error: type[Exception]
) -> None:
    model = small_model()
    threads = threading.active_count()
    with pytest.raises(error, match=name):
        model.train(Untouched(), **{name: value})
    assert threading.active_count() == threads
    with pytest.raises(NotFittedError):
        _ = model.parameters


@pytest.mark.parametrize("name", ["learning_rate", "max_steps", "patience", "max_seconds", "checkpoint_seconds"])
def test_none_is_accepted(small_model: MakeModel, sentences: Sentences, quick: Options, name: str) -> None:
    report = small_model().train(sentences, **{**quick, "epochs": 1, name: None})
    assert report.stopped_by == "epochs"


def test_numpy_numbers_are_accepted(
    small_model: MakeModel, sentences: Sentences, quick: Options, tmp_path: Path
) -> None:
    model = small_model(dim=np.int64(16))
    numbers = {
        "batch_size": np.int32(3),
        "learning_rate": np.float32(0.1),
        "seed": np.uint64(5),
        "patience": np.int8(9),
    }
    model.train(sentences, **{**quick, **numbers}, checkpoint=tmp_path / "c", max_steps=np.int64(3))
    model.save_pretrained(tmp_path / "model")  # would fail for NumPy numbers, which JSON cannot represent
    assert model.training_report is not None
    assert model.training_report.steps == 3
    assert ELMo.from_pretrained(tmp_path / "model").options.dim == 16


def test_text_too_short_for_one_step_is_refused(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    model = small_model()
    with pytest.raises(CorpusError, match=r"give 154 predictions.* batch_size 31 x unroll_steps 5 = 155"):
        model.train(sentences, **{**quick, "batch_size": 31, "unroll_steps": 5})
    with pytest.raises(NotFittedError):
        _ = model.parameters
    assert model.train(sentences, **{**quick, "batch_size": 14, "unroll_steps": 11, "epochs": 2}).steps == 2


@pytest.mark.parametrize("corpus", [[], [[]], [[""], []]])
@pytest.mark.parametrize("vocabulary", [None, ["a"]])
def test_texts_without_words_are_refused(small_model: MakeModel, quick: Options, corpus: Any, vocabulary: Any) -> None:
    with pytest.raises((CorpusError, VocabularyError), match="no words"):
        small_model().train(corpus, **quick, vocabulary=vocabulary)
    with pytest.raises(CorpusError, match="no words; read 0 tokens from validation"):
        small_model().train([["a"] * 50], **quick, validation=corpus)


@pytest.mark.parametrize(
    ("corpus", "error", "message"),
    [
        ("no such file", TypeError, "not an existing file"),
        (5, TypeError, "token lists or a path"),
        (["a sentence", "another"], TypeError, "corpus"),
        ([["a", 5]], TypeError, "corpus"),
        ([["a", None]], TypeError, "corpus"),
        ([["a", b"b"]], TypeError, "corpus"),
        (Path("nowhere"), FileNotFoundError, "nowhere"),
    ],
)
def test_other_types_of_corpora_are_refused(
    small_model: MakeModel, quick: Options, corpus: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        small_model().train(corpus, **quick)
    with pytest.raises(error, match=message.replace("corpus", "validation")):
        small_model().train([["a"] * 50], **quick, validation=corpus)


def test_generators_are_refused(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    with pytest.raises(TypeError, match="corpus must allow several passes"):
        small_model().train((sentence for sentence in sentences), **quick)


def test_invalid_text_files_are_refused(small_model: MakeModel, quick: Options, tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(FormatError, match="this is a PDF document"):
        small_model().train(path, **quick)
    path.write_bytes(b"a b\n\xff\n")
    with pytest.raises(CorpusError, match="byte 4"):
        small_model().train(path, **quick)
    path.write_bytes(gzip.compress(b"a b\n" * 1000)[:-20])
    with pytest.raises(CorruptFileError):
        small_model().train(path, **quick)
    path.write_bytes(b"\n\n\n")
    with pytest.raises(VocabularyError, match=f"no words; read 0 tokens from {path}"):
        small_model().train(path, **quick)


def test_line_ends_marks_and_compression_change_nothing(
    small_model: MakeModel, sentences: Sentences, quick: Options, tmp_path: Path
) -> None:
    lines = [" ".join(sentence) for sentence in sentences]
    texts = [
        "\n".join(lines).encode(),
        b"\xef\xbb\xbf" + "\r\n".join(lines).encode(),
        gzip.compress("\n\n".join(lines).encode()),
    ]
    losses = [small_model().train(sentences, **quick).losses.tolist()]
    for number, text in enumerate(texts):
        path = tmp_path / str(number)
        path.write_bytes(text)
        losses.append(small_model().train(path, **quick).losses.tolist())
    assert losses[1:] == losses[:1] * len(texts)


def test_unusual_words_are_learned(small_model: MakeModel, quick: Options) -> None:
    """Words of any length and script, with spaces, line breaks and boundary markers."""
    odd = ["x" * 10_000, "漢字" * 40, "new york", "line\nend", "nul\0byte", "<S>", "</S>", "<UNK>", "e\u0301", "\u2028"]
    model = small_model()
    model.train([odd, ["and", "so", "on"]] * 5, **quick)
    assert model.vocabulary is not None
    assert "line\nend" not in model.vocabulary  # a vocabulary file could not contain it
    assert {"x" * 10_000, "new york", "nul\0byte"} < set(model.vocabulary)
    assert model.perplexity([odd], workers=1).unknown_tokens == 2


def test_filters_wider_than_tokens_are_refused(small_model: MakeModel) -> None:
    with pytest.raises(ValueError, match=r"filters\[1\] must be no wider than max_characters_per_token, which is 10"):
        small_model(filters=[[1, 6], [11, 8]])


def test_too_large_models_raise_resource_error(
    small_model: MakeModel, sentences: Sentences, quick: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = small_model()
    monkeypatch.setattr("wordkin.runtime.compute.memory_limit", lambda: 10_000)
    with pytest.raises(ResourceError, match=r"need .* GiB"):
        model.train(sentences, **quick)
    with pytest.raises(NotFittedError):
        _ = model.parameters


def test_invalid_perplexity_arguments_are_refused(trained: ELMo) -> None:
    with pytest.raises(CorpusError, match="no words"):
        trained.perplexity([[]])
    with pytest.raises(ValueError, match="batch_size"):
        trained.perplexity([["a"]], batch_size=0)
