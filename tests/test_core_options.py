"""Every value of an option dataclass reaches the C++ core, which defines neither defaults nor ranges."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from typing import Any

import pytest

from wordkin import ELMo, _core_testing
from wordkin.downstream.options import NetworkOptions
from wordkin.elmo.options import ELMoOptions, ELMoTrainingOptions
from wordkin.word2vec.options import TrainingOptions

CPP = Path(__file__).resolve().parent.parent / "cpp"
read_back = _core_testing.options

WORD2VEC = TrainingOptions(
    architecture="skipgram", cbow_mean=False, window=7, shrink_windows=False, negative=11, ns_exponent=-0.25,
    hierarchical_softmax=True, train_output=False, sample=0.125, seed=2**63 + 1, job_words=123_457,
)  # fmt: skip
ELMO = ELMoOptions(
    cell="rnn", dim=48, projection_dim=24, n_layers=64, cell_clip=1.25, proj_clip=0.0, use_skip_connections=False,
    forget_bias=-0.5, char_dim=5, filters=((1, 3), (6, 9)), activation="tanh", n_highway=3, max_characters_per_token=6,
    token_input=True, n_tokens_vocab=77, shared_softmax=False,
)  # fmt: skip
# A model with token input has neither an alphabet nor word vectors beside characters.
ELMO_WORDS = ELMoOptions(n_characters=300, word_dim=19, n_input_words=2**31 - 1)
ELMO_TRAINING = ELMoTrainingOptions(
    batch_size=3, unroll_steps=9, sampled_softmax=False, negatives=12, optimizer="adagrad", clip_norm=0.0,
    dropout=0.375, train_word_vectors=False,
    seed=2**64 - 1, precision="bfloat16",
)  # fmt: skip
NETWORK = NetworkOptions(
    task="tags", outputs=9, tables=((10, 4, True), (6, 5, False)), contexts=((3, 8, True), (1, 2, False)), char_dim=7,
    filters=((2, 5),), max_characters=9, encoder="rnn", n_layers=100, hidden_dim=13, bidirectional=False,
    pooling="last+mean", attention_dim=17, dense_dim=19, crf=False, input_dropout=0.25, dropout=0.5, clip_norm=7.5,
    mix_l2=0.001, concatenate_layers=True, projection_dim=23, word_dropout=0.125, weight_decay=0.0625, seed=99,
)  # fmt: skip
CASES: list[tuple[Any, Callable[[Any], dict[str, Any]]]] = [
    (WORD2VEC, read_back.word2vec_training),
    (ELMO, read_back.elmo_model),
    (ELMO_WORDS, read_back.elmo_model),
    (ELMO_TRAINING, read_back.elmo_training),
    (NETWORK, read_back.network),
]


@pytest.mark.parametrize(("options", "read"), CASES, ids=[type(options).__name__ for options, _ in CASES])
def test_every_value_reaches_the_core(options: Any, read: Callable[[Any], dict[str, Any]]) -> None:
    defaults = {field.name: field.default for field in fields(options) if field.default is not MISSING}
    given = [other for other, _ in CASES if type(other) is type(options)]
    unchanged = [name for name, value in defaults.items() if all(getattr(other, name) == value for other in given)]
    assert not unchanged, "a test value must differ from the default"
    assert read(options) == asdict(options)


@pytest.mark.parametrize(
    ("options", "read"),
    [
        (TrainingOptions(), read_back.word2vec_training),
        (ELMoOptions(), read_back.elmo_model),
        (ELMoTrainingOptions(), read_back.elmo_training),
        (NetworkOptions(task="classes", outputs=1, tables=((1, 1, False),), encoder=None), read_back.network),
    ],
    ids=lambda value: type(value).__name__,
)
def test_default_values_reach_the_core(options: Any, read: Callable[[Any], dict[str, Any]]) -> None:
    assert read(options) == asdict(options)


@pytest.mark.parametrize(("name", "value"), [("task", "tasks"), ("pooling", "median"), ("encoder", "gru")])
def test_unknown_names_are_refused(name: str, value: str) -> None:
    options = NetworkOptions(task="classes", outputs=1, tables=((1, 1, False),))
    object.__setattr__(options, name, value)
    with pytest.raises(ValueError, match=f"{name} must be .*, got {value}"):
        read_back.network(options)


def test_structs_of_options_have_no_defaults() -> None:
    for header in ("word2vec/training_context.h", "elmo/options.h", "tasks/options.h"):
        for struct in re.findall(
            r"struct \w*Options \{(.*?)\n\};", (CPP / header).read_text(encoding="utf-8"), flags=re.DOTALL
        ):
            members = re.sub(r"//.*", "", struct)
            assert "=" not in members, header


def test_the_number_of_layers_is_limited_by_python_alone() -> None:
    model = ELMo(n_layers=100, dim=4, projection_dim=2, filters=[[1, 2]], char_dim=2)
    model.initialize(["a", "b"])
    assert model.encode([["a"]], layers="all")[0].shape == (101, 1, 4)
    with pytest.raises(ValueError, match="n_layers must be from 1 to 100, got 101"):
        ELMo(n_layers=101)
