"""Options: defaults in one place, and invalid values rejected before the corpus is read or a thread starts."""

from __future__ import annotations

import dataclasses
import inspect
import math
import threading
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from reference.word2vec import keep_probabilities
from wordkin import Word2Vec
from wordkin.errors import VocabularyError
from wordkin.runtime.options import rule_of
from wordkin.word2vec import CallbackAny2Vec
from wordkin.word2vec.options import CheckpointOptions, ModelOptions, TrainingOptions, VocabularyOptions

NOT_INTEGERS: list[Any] = ["5", 5.0, True, np.True_, None, math.nan, [5], np.array([5, 6]), b"5", 5j]
NOT_REALS: list[Any] = ["0.1", True, np.False_, None, [0.1], np.array([0.1, 0.2]), b"0.1", 1j]
NOT_FINITE = [math.nan, math.inf, -math.inf, 10**400]
HUGE = 10**5000  # Python refuses to print it in decimal

INTEGERS: dict[str, list[Any]] = {
    "vector_size": [0, -1, 2**20 + 1, HUGE],
    "window": [0, -1, 2**31],
    "min_count": [-1, 2**63],
    "max_vocab_size": [0, -5],
    "max_final_vocab": [0, -5],
    "seed": [-1, 2**64],
    "workers": [0, -1, 10**6],
    "negative": [-1, 10**4 + 1],
    "epochs": [-1, 2**31],
    "batch_words": [0, -1, 2**31],
}
REALS: dict[str, list[Any]] = {
    "alpha": [0, -0.1, *NOT_FINITE],
    "min_alpha": [-1e-9, *NOT_FINITE],
    "sample": [-1e-9, *NOT_FINITE],
    "ns_exponent": [-101, 101, *NOT_FINITE],
}
FLAGS = ("sg", "hs", "cbow_mean", "null_word", "sorted_vocab", "shrink_windows", "compute_loss")
MAY_BE_NONE = ("max_vocab_size", "max_final_vocab", "workers")


class UnreadCorpus:
    """A corpus that must not be read."""

    def __iter__(self) -> Iterator[list[str]]:
        raise AssertionError("read before the arguments were checked")


def cases() -> Iterator[tuple[str, Any, type[Exception]]]:
    for name, values in INTEGERS.items():
        yield from ((name, value, ValueError) for value in values)
        yield from ((name, value, TypeError) for value in NOT_INTEGERS if value is not None or name not in MAY_BE_NONE)
    for name, values in REALS.items():
        yield from ((name, value, ValueError) for value in values)
        yield from ((name, value, TypeError) for value in NOT_REALS)
    for name in FLAGS:
        yield from ((name, value, ValueError) for value in (2, -1))
        yield from ((name, value, TypeError) for value in ("1", 1.0, None, [1]))
    yield from (("callbacks", value, TypeError) for value in (5, CallbackAny2Vec(), [5], "hook", [None], None))
    yield from (("progress", value, TypeError) for value in ("yes", 1, 0.5))
    yield from (("trim_rule", value, TypeError) for value in (5, "rule"))
    yield from (("comment", value, TypeError) for value in (5, b"text"))
    yield from (("max_isa", value, ValueError) for value in ("sse9", 5, "AVX2"))


def short(value: Any) -> str:
    """Return a test id that is the same in every process: no address of an object."""
    if isinstance(value, CallbackAny2Vec):
        return type(value).__name__
    return "huge" if isinstance(value, int) and value > 2**64 else repr(value)


@pytest.mark.parametrize(
    ("name", "value", "error"), [pytest.param(*case, id=f"{case[0]}={short(case[1])}") for case in cases() if case]
)
def test_invalid_arguments_are_rejected(name: str, value: Any, error: type[Exception]) -> None:
    threads = threading.active_count()
    with pytest.raises(error, match=name) as caught:
        Word2Vec(UnreadCorpus(), **{name: value})
    assert threading.active_count() == threads
    message = str(caught.value)
    assert "must" in message
    if error is ValueError and name in INTEGERS and abs(value) < 2**65:
        assert str(value) in message


@pytest.mark.parametrize("name", [*INTEGERS, *REALS, *FLAGS])
def test_numpy_scalars_are_accepted_and_can_be_saved(name: str, sentences: list[list[str]], tmp_path: Any) -> None:
    value = np.float32(0.5) if name in REALS else np.int64(1)
    model = Word2Vec(sentences[:20], **{"min_count": 1, "vector_size": 4, "epochs": 1, name: value})
    model.save(tmp_path / "model")
    assert len(Word2Vec.load(tmp_path / "model").wv) == len(model.wv)


def test_other_number_types_are_converted() -> None:
    model = Word2Vec(alpha=Fraction(1, 4), sample=3, seed=2**64 - 1, min_alpha=0, negative=np.uint8(7))
    assert (model.alpha, model.options.sample, model.options.seed) == (0.25, 3.0, 2**64 - 1)
    assert type(model.options.negative) is int


def test_sample_from_one_on_is_a_count(sentences: list[list[str]]) -> None:
    """As in gensim."""
    model = Word2Vec(min_count=1, vector_size=4, workers=1, sample=50)
    model.build_vocab(sentences)
    counts = model.wv.expandos["count"]
    kept = model.wv.expandos["sample_int"] / 2.0**32
    np.testing.assert_allclose(kept, keep_probabilities(counts, 50), atol=2**-31)  # thresholds have 32 bits
    assert kept[0] < 0.9
    assert kept[-1] > 0.999


@pytest.mark.parametrize(
    ("name", "advice"), [("size", "vector_size"), ("iter", "epochs"), ("cbow", "sg"), ("no_such", "no_such")]
)
def test_unknown_and_old_argument_names(name: str, advice: str) -> None:
    with pytest.raises(TypeError, match=f"{name}.*{advice}" if name != advice else name):
        Word2Vec(UnreadCorpus(), **{name: 5})


@pytest.mark.parametrize("options", [{"hs": 0, "negative": 0}])
def test_training_without_an_objective_is_rejected(options: dict[str, int], sentences: list[list[str]]) -> None:
    with pytest.raises(ValueError, match=r"hs.*negative"):
        Word2Vec(UnreadCorpus(), **options)
    model = Word2Vec(min_count=1, **options)
    model.build_vocab(sentences)  # needs no objective
    with pytest.raises(ValueError, match=r"hs.*negative"):
        model.train(UnreadCorpus(), total_examples=1, epochs=1)


TRAIN: dict[str, list[Any]] = {
    "epochs": [0, -1, 1.5, "1", True],
    "total_examples": [-1, 1.5, "1"],
    "total_words": [-1, 1.5, "1"],
    "start_alpha": [0, -1, math.nan, "0.1"],
    "end_alpha": [-1, math.inf, "0.1"],
    "word_count": [-1, 1.5, None],
    "compute_loss": [2, "yes"],
    "callbacks": [5, [5]],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in TRAIN.items() for value in values])
def test_invalid_arguments_of_train_change_nothing(name: str, value: Any, sentences: list[list[str]]) -> None:
    model = Word2Vec(min_count=1, vector_size=4)
    model.build_vocab(sentences)
    before = model.alpha, model.min_alpha, model.compute_loss, model.train_count
    with pytest.raises((ValueError, TypeError), match=name):
        model.train(UnreadCorpus(), **{"total_examples": 1, "epochs": 1, name: value})
    assert (model.alpha, model.min_alpha, model.compute_loss, model.train_count) == before


def test_training_needs_a_vocabulary(sentences: list[list[str]]) -> None:
    with pytest.raises(VocabularyError, match="first build vocabulary"):
        Word2Vec().train(sentences, total_examples=1, epochs=1)
    with pytest.raises(VocabularyError, match="build one without update first"):
        Word2Vec().build_vocab(sentences, update=True)


# Arguments of gensim's constructor whose options have another name or type.
GENSIM_ARGUMENTS = {"architecture": "sg", "hierarchical_softmax": "hs", "job_words": "batch_words"}
# Attributes only: a new model has no output layer that training could leave as it is.
NOT_IN_THE_CONSTRUCTOR = {"train_output"}


@pytest.mark.parametrize("options", [ModelOptions, TrainingOptions, VocabularyOptions, CheckpointOptions])
def test_defaults_of_the_constructor_are_those_of_the_options(options: type) -> None:
    parameters = inspect.signature(Word2Vec).parameters
    for field in dataclasses.fields(options):
        if field.name in NOT_IN_THE_CONSTRUCTOR:
            continue
        default = parameters[GENSIM_ARGUMENTS.get(field.name, field.name)].default
        expected = field.default == "skipgram" if field.name == "architecture" else field.default
        assert default == expected, field.name


@pytest.mark.parametrize("options", [ModelOptions, TrainingOptions, VocabularyOptions, CheckpointOptions])
def test_every_option_has_a_help_text_for_the_command_line(options: type) -> None:
    for field in dataclasses.fields(options):
        rule = rule_of(field)
        assert rule is not None, field.name
        assert rule.help.endswith(".")
