"""Option classes check every field by its rule; messages name the argument, the rule and the value."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import pytest

from wordkin.runtime.options import (
    Options,
    checked_field,
    choice_field,
    choice_option,
    flag_field,
    flag_option,
    integer_field,
    integer_option,
    progress_option,
    real_field,
    real_option,
    rule_of,
    text_option,
)


@dataclass(frozen=True, kw_only=True)
class ExampleOptions(Options):
    """One field of every kind."""

    window: int = integer_field(5, low=1, high=10, help="Integer.")
    max_steps: int | None = integer_field(None, low=1, high=10, help="Optional integer.")
    sample: float = real_field(0.5, low=0.0, high=1.0, help="Real number.")
    rate: float = real_field(0.1, low=0.0, low_exclusive=True, help="Positive number.")
    norm: float | None = real_field(2.0, low=0.0, optional=True, help="Optional real number.")
    limit: float | None = real_field(None, low=0.0, help="Real number that is None by default.")
    shuffle: bool = flag_field(True, help="Flag.")
    optimizer: Literal["adagrad", "adam"] = choice_field("adagrad", Literal["adagrad", "adam"], help="Choice.")
    schedule: str | None = choice_field(None, Literal["linear"], help="Optional choice.")
    batch_size: int = integer_field(4, low=1, high=10, help="Integer under another name.", name="batch_words")
    comment: str | None = checked_field(None, text_option, help="Custom check.")
    unchecked: object = None


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        ("window", 1, 1),
        ("window", 10, 10),
        ("window", np.int64(7), 7),
        ("window", np.uint8(7), 7),
        ("max_steps", None, None),
        ("max_steps", 3, 3),
        ("sample", 0, 0.0),
        ("sample", 1, 1.0),
        ("sample", np.float32(0.25), 0.25),
        ("sample", Fraction(1, 4), 0.25),
        ("rate", 5e-324, 5e-324),
        ("norm", None, None),
        ("limit", None, None),
        ("limit", 1e308, 1e308),
        ("shuffle", False, False),
        ("shuffle", 0, False),
        ("shuffle", np.int64(1), True),
        ("optimizer", "adam", "adam"),
        ("schedule", None, None),
        ("schedule", "linear", "linear"),
        ("batch_size", 2, 2),
        ("comment", "text", "text"),
        ("unchecked", 1j, 1j),
    ],
)
def test_valid_values_are_stored_as_python_types(field: str, value: Any, stored: Any) -> None:
    result = getattr(ExampleOptions(**{field: value}), field)
    assert result == stored
    assert type(result) is type(stored)


@pytest.mark.parametrize(
    ("field", "value", "error", "message"),
    [
        ("window", 0, ValueError, "window must be from 1 to 10, got 0"),
        ("window", 11, ValueError, "window must be from 1 to 10, got 11"),
        ("window", 1 << 200, ValueError, "window must be from 1 to 10, got an integer of 201 bits"),
        ("window", True, TypeError, "window must be an integer, got True (bool)"),
        ("window", 5.0, TypeError, "window must be an integer, got 5.0 (float)"),
        ("window", "5", TypeError, "window must be an integer, got '5' (str)"),
        ("window", None, TypeError, "window must be an integer, got None (NoneType)"),
        ("max_steps", 0, ValueError, "max_steps must be from 1 to 10, got 0"),
        ("sample", -0.5, ValueError, "sample must be finite, at least 0 and at most 1, got -0.5"),
        ("sample", 1.5, ValueError, "sample must be finite, at least 0 and at most 1, got 1.5"),
        ("sample", math.nan, ValueError, "sample must be finite, at least 0 and at most 1, got nan"),
        ("sample", False, TypeError, "sample must be a real number, got False (bool)"),
        ("sample", "0.5", TypeError, "sample must be a real number, got '0.5' (str)"),
        ("sample", None, TypeError, "sample must be a real number, got None (NoneType)"),
        ("rate", 0.0, ValueError, "rate must be finite, greater than 0, got 0.0"),
        ("rate", math.inf, ValueError, "rate must be finite, greater than 0, got inf"),
        ("rate", 10**400, ValueError, "rate must be finite, greater than 0, got inf"),
        ("norm", -1.0, ValueError, "norm must be finite, at least 0, got -1.0"),
        ("shuffle", 2, ValueError, "shuffle must be True or False, got 2"),
        ("shuffle", "yes", TypeError, "shuffle must be True or False, got 'yes' (str)"),
        ("shuffle", None, TypeError, "shuffle must be True or False, got None (NoneType)"),
        ("optimizer", "sgd", ValueError, "optimizer must be one of adagrad, adam, got 'sgd'"),
        ("optimizer", 1, TypeError, "optimizer must be one of adagrad, adam, got 1 (int)"),
        ("optimizer", None, TypeError, "optimizer must be one of adagrad, adam, got None (NoneType)"),
        ("schedule", "cosine", ValueError, "schedule must be one of linear, got 'cosine'"),
        ("batch_size", 0, ValueError, "batch_words must be from 1 to 10, got 0"),
        ("comment", 1, TypeError, "comment must be a str or None, got int"),
    ],
)
def test_invalid_values_are_rejected(field: str, value: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        ExampleOptions(**{field: value})
    assert str(caught.value) == message


def test_options_are_frozen_and_checked_again_by_replace() -> None:
    options = ExampleOptions()
    with pytest.raises(dataclasses.FrozenInstanceError):
        options.window = 6  # type: ignore[misc]
    assert dataclasses.replace(options, window=6).window == 6
    with pytest.raises(ValueError, match="window must be"):
        dataclasses.replace(options, window=0)


def test_options_of_numpy_scalars_can_be_written_as_json() -> None:
    options = ExampleOptions(window=np.int32(3), sample=np.float32(0.5), shuffle=np.int8(0))  # type: ignore[arg-type]
    assert json.loads(json.dumps(dataclasses.asdict(options)))["window"] == 3


def test_rules_describe_the_fields() -> None:
    rules = {item.name: rule_of(item) for item in dataclasses.fields(ExampleOptions)}
    assert rules["unchecked"] is None
    described = {name: (rule.kind, rule.optional) for name, rule in rules.items() if rule is not None}
    assert described == {
        "window": ("integer", False),
        "max_steps": ("integer", True),
        "sample": ("real", False),
        "rate": ("real", False),
        "norm": ("real", True),
        "limit": ("real", True),
        "shuffle": ("flag", False),
        "optimizer": ("choice", False),
        "schedule": ("choice", True),
        "batch_size": ("integer", False),
        "comment": ("custom", False),
    }
    assert rules["optimizer"] is not None
    assert rules["optimizer"].choices == ("adagrad", "adam")
    assert rules["batch_size"] is not None
    assert rules["batch_size"].name == "batch_words"


def test_single_arguments_are_checked_in_the_same_way() -> None:
    assert integer_option("n", np.int16(3), 1, 5) == 3
    assert real_option("x", 3, 0.0, 5.0) == 3.0
    assert flag_option("flag", 1) is True
    assert choice_option("choice", "a", ("a", "b")) == "a"
    assert text_option("text", None) is None


@pytest.mark.parametrize("progress", [None, True, False, print])
def test_valid_progress_arguments(progress: Any) -> None:
    assert progress_option(progress) is progress


@pytest.mark.parametrize("progress", [1, "bar"])
def test_invalid_progress_arguments_are_rejected(progress: Any) -> None:
    with pytest.raises(TypeError, match=r"progress must be True, False, None or a callable, got"):
        progress_option(progress)
