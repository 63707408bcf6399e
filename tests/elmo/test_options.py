"""Options of language models: types, ranges, official names and files."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin.elmo.files.official_options import official_json, read_official_options, translate_options
from wordkin.elmo.options import ELMoOptions, ELMoTrainingOptions
from wordkin.elmo.state import parameter_shapes
from wordkin.errors import FormatError

NOT_INTEGERS: list[Any] = ["5", 5.0, True, np.True_, None, math.nan, [5], b"5"]
NOT_REALS: list[Any] = ["0.1", True, np.False_, None, [0.1], b"0.1", 1j]
NOT_FINITE = [math.nan, math.inf, -math.inf, 10**400]

MODEL_INTEGERS: dict[str, list[int]] = {
    "dim": [0, -1, 2**20 + 1],
    "projection_dim": [0, -1, 2**20 + 1],
    "n_layers": [0, -1, 101],
    "char_dim": [0, -1, 2**16 + 1],
    "n_highway": [-1, 101],
    "max_characters_per_token": [2, -1, 2**16 + 1],
    "n_tokens_vocab": [-1, 2**31],
}
MODEL_REALS: dict[str, list[float]] = {
    "cell_clip": [-1.0, *NOT_FINITE],
    "proj_clip": [-1.0, *NOT_FINITE],
    "forget_bias": [101.0, *NOT_FINITE],
}
TRAINING_INTEGERS: dict[str, list[int]] = {
    "batch_size": [0, -1, 2**20 + 1],
    "unroll_steps": [0, -1, 2**20 + 1],
    "negatives": [0, -1, 2**31],
    "seed": [-1, 2**64],
}
TRAINING_REALS: dict[str, list[float]] = {
    "clip_norm": [-1.0, *NOT_FINITE],
    "dropout": [-0.1, 1.0, *NOT_FINITE],
}
CHOICES = {
    "cell": ELMoOptions,
    "activation": ELMoOptions,
    "optimizer": ELMoTrainingOptions,
    "precision": ELMoTrainingOptions,
}
FLAGS = {
    "use_skip_connections": ELMoOptions,
    "token_input": ELMoOptions,
    "shared_softmax": ELMoOptions,
    "sampled_softmax": ELMoTrainingOptions,
}


def cases() -> Iterator[tuple[type, str, Any, type[Exception]]]:
    for options, integers, reals in (
        (ELMoOptions, MODEL_INTEGERS, MODEL_REALS),
        (ELMoTrainingOptions, TRAINING_INTEGERS, TRAINING_REALS),
    ):
        for name, bad in integers.items():
            yield from ((options, name, value, ValueError) for value in bad)
            yield from ((options, name, value, TypeError) for value in NOT_INTEGERS)
        for name, bad_reals in reals.items():
            yield from ((options, name, value, ValueError) for value in bad_reals)
            yield from ((options, name, value, TypeError) for value in NOT_REALS)
    for name, options in CHOICES.items():
        yield from ((options, name, value, ValueError) for value in ("other", ""))
        yield from ((options, name, value, TypeError) for value in (5, None, True))
    for name, options in FLAGS.items():
        yield from ((options, name, value, ValueError) for value in (2, -1))
        yield from ((options, name, value, TypeError) for value in ("1", None, 1.0))


@pytest.mark.parametrize(
    ("options", "name", "value", "error"), [pytest.param(*case, id=f"{case[1]}={case[2]!r:.30}") for case in cases()]
)
def test_invalid_values_are_refused(options: type, name: str, value: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=name) as caught:
        options(**{name: value})
    assert "must" in str(caught.value)


@pytest.mark.parametrize(
    ("filters", "error"),
    [
        ((), ValueError),
        ([[1, 2]] * 1001, ValueError),
        ([[51, 4]], ValueError),
        ([[0, 4]], ValueError),
        ([[1, 0]], ValueError),
        ([[1, 2**20 + 1]], ValueError),
        ([[1, 2**20], [2, 2**20]], ValueError),
        ([[1, 2, 3]], ValueError),
        ([[1]], ValueError),
        ([[1, 2.0]], TypeError),
        ([[True, 2]], TypeError),
        (["12"], TypeError),
        ("filters", TypeError),
        ([3], TypeError),
        (None, TypeError),
    ],
)
def test_invalid_filters_are_refused(filters: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"filters.* must "):
        ELMoOptions(filters=filters)


def test_filters_must_not_be_wider_than_tokens() -> None:
    assert ELMoOptions(filters=[[5, 2]], max_characters_per_token=5).filters == ((5, 2),)
    with pytest.raises(ValueError, match=r"filters\[1\] must be no wider than .* 5, got 6"):
        ELMoOptions(filters=[[5, 2], [6, 2]], max_characters_per_token=5)


def test_projection_dim_must_not_exceed_dim() -> None:
    assert ELMoOptions(dim=16, projection_dim=16).projection_dim == 16
    with pytest.raises(ValueError, match="projection_dim must be at most dim, which is 16, got 17"):
        ELMoOptions(dim=16, projection_dim=17)


def test_the_core_accepts_the_limits_of_the_options() -> None:
    """Ranges are declared in Python only; the core's own limits must not be narrower."""
    largest = ELMoOptions(dim=1, projection_dim=1, n_layers=64, n_highway=64, filters=[[1, 1]], char_dim=1)
    names = [name for name, _ in parameter_shapes(largest)]
    assert sum(name.endswith("/W_0") for name in names) == 2 * 64
    assert sum(name.endswith("W_carry") for name in names) == 64
    assert dict(parameter_shapes(ELMoOptions(dim=2**20, projection_dim=2**20, char_dim=2**16)))["char_embed"] == (
        261,
        2**16,
    )


def test_numpy_numbers_become_python_numbers() -> None:
    options = ELMoOptions(
        dim=np.int64(8), projection_dim=np.uint8(4), cell_clip=np.float32(2), filters=np.array([[1, 2]])
    )
    assert json.loads(json.dumps(asdict(options)))["filters"] == [[1, 2]]
    assert type(options.dim) is int


def test_published_options_are_read(data: Path) -> None:
    small = ELMoOptions(
        dim=64, projection_dim=16, char_dim=4, filters=((1, 4), (2, 8), (3, 16), (4, 32), (5, 64)), n_highway=2,
        use_skip_connections=False,
    )  # fmt: skip
    assert read_official_options(data / "elmo-fixture-bilm" / "options.json").model == small


TRAINING = {
    "bidirectional": True, "dropout": 0.2, "all_clip_norm_val": 5.0, "n_epochs": 3, "n_train_tokens": 768648884,
    "batch_size": 64, "n_tokens_vocab": 793471, "unroll_steps": 10, "n_negative_samples_batch": 100,
    "learning_rate": 0.1, "sample_softmax": False, "reverse": False, "share_embedding_softmax": False,
}  # fmt: skip
LSTM = {"dim": 32, "projection_dim": 8}
CHARACTERS = {"embedding": {"dim": 4}, "filters": [[1, 4]], "activation": "tanh", "max_characters_per_token": 20}


def test_official_training_options_are_translated() -> None:
    options = translate_options(
        {"lstm": LSTM, "char_cnn": {**CHARACTERS, "projection_after_highway": True}, **TRAINING}
    )
    assert options.training == {
        "dropout": 0.2, "clip_norm": 5.0, "epochs": 3, "batch_size": 64, "max_vocabulary_size": 793471,
        "unroll_steps": 10, "negatives": 100, "learning_rate": 0.1, "sampled_softmax": False,
        "optimizer": "adagrad", "schedule": "constant",
    }  # fmt: skip
    assert (options.model.char_dim, options.model.activation, options.model.filters) == (4, "tanh", ((1, 4),))
    assert options.model.n_tokens_vocab == 0
    assert not options.model.token_input


def write(path: Path, values: Any) -> Path:
    path.write_text(values if isinstance(values, str) else json.dumps(values), encoding="utf-8")
    return path


def test_missing_keys_have_the_original_defaults(tmp_path: Path) -> None:
    model = read_official_options(write(tmp_path / "o.json", {"lstm": LSTM, "char_cnn": CHARACTERS})).model
    assert (model.n_layers, model.cell_clip, model.proj_clip) == (1, 0.0, 0.0)
    assert (model.use_skip_connections, model.n_highway) == (False, 0)
    assert read_official_options(write(tmp_path / "o.json", {"lstm": LSTM})).model.token_input


@pytest.mark.parametrize("count", [261, 262])
def test_both_character_counts_are_accepted(tmp_path: Path, count: int) -> None:
    values = {"lstm": LSTM, "char_cnn": {**CHARACTERS, "n_characters": count}}
    assert read_official_options(write(tmp_path / "o.json", values)).model.char_dim == 4


@pytest.mark.parametrize(
    "options",
    [
        ELMoOptions(),
        ELMoOptions(cell="rnn", cell_clip=0, proj_clip=0, shared_softmax=False, forget_bias=0.5, n_tokens_vocab=10),
        ELMoOptions(token_input=True, n_layers=1, use_skip_connections=False),
        ELMoOptions(n_characters=300, word_dim=4, n_input_words=9),
        ELMoOptions(filters=((3, 5),), activation="tanh", n_highway=0, max_characters_per_token=7, char_dim=3),
    ],
)
def test_options_round_trip_through_json(options: ELMoOptions, tmp_path: Path) -> None:
    path = write(tmp_path / "options.json", official_json(options, {"epochs": 3, "clip_norm": 5.0, "patience": 2}))
    read = read_official_options(path)
    assert read.model == ELMoOptions(**{**asdict(options), "n_tokens_vocab": 0})
    assert read.training["epochs"] == 3
    assert json.loads(path.read_text(encoding="utf-8"))["all_clip_norm_val"] == 5.0


BAD = {
    "not JSON": "{",
    "a list": "[]",
    "a constant": '{"lstm": {"dim": NaN, "projection_dim": 8}}',
    "nested": "[" * 100_000,
    "no lstm": {"char_cnn": CHARACTERS},
    "no dim": {"lstm": {"projection_dim": 8}},
    "lstm is a number": {"lstm": 5},
    "no filters": {"lstm": LSTM, "char_cnn": {**CHARACTERS, "filters": None}},
    "filters missing": {"lstm": LSTM, "char_cnn": {"embedding": {"dim": 4}}},
    "embedding is a number": {"lstm": LSTM, "char_cnn": {**CHARACTERS, "embedding": 4}},
    "many filters": {"lstm": LSTM, "char_cnn": {**CHARACTERS, "filters": [[1, 10**9]]}},
    "text for a number": {"lstm": {**LSTM, "dim": "32"}},
    "n_characters": {"lstm": LSTM, "char_cnn": {**CHARACTERS, "n_characters": 260}},
    "one direction": {"lstm": LSTM, "bidirectional": False},
    "shared embedding": {"lstm": LSTM, "share_embedding_softmax": True},
    "all_clip_norm_val": {"lstm": LSTM, "all_clip_norm_val": -1},
    "n_negative_samples_batch": {"lstm": LSTM, "n_negative_samples_batch": "8192"},
    "huge": " " * (1 << 20) + "{}",
}


@pytest.mark.parametrize("name", BAD)
def test_errors_name_the_key(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "options.json", BAD[name])
    with pytest.raises(FormatError, match=r"options\.json: ") as caught:
        read_official_options(path)
    for key in ("dim", "filters", "n_characters", "all_clip_norm_val", "n_negative_samples_batch"):
        if key in name:
            assert key in str(caught.value)


def test_missing_file_raises_file_not_found_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_official_options(tmp_path / "options.json")
