"""Attributes of a facade read and write the fields of its state."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from wordkin.runtime.attributes import StateAttribute
from wordkin.runtime.options import Options, integer_field


@dataclass(frozen=True, kw_only=True)
class ModelOptions(Options):
    window: int = integer_field(5, low=1, high=10, help="Window.")


@dataclass
class ModelState:
    options: ModelOptions
    alpha: float = 0.025


class Model:
    window = StateAttribute[int]("options.window")
    alpha = StateAttribute[float]("alpha")
    alpha_text = StateAttribute[str]("alpha", read=str, write=float)

    def __init__(self) -> None:
        self._state = ModelState(ModelOptions())


def test_fields_of_the_state_are_read_and_written() -> None:
    model = Model()
    assert model.alpha == 0.025
    model.alpha = 0.05
    assert model._state.alpha == 0.05


def test_setting_an_option_replaces_the_frozen_options() -> None:
    model = Model()
    before = model._state.options
    model.window = 7
    assert model.window == model._state.options.window == 7
    assert before.window == 5


def test_setting_an_option_checks_its_range() -> None:
    model = Model()
    with pytest.raises(ValueError, match="window must be from 1 to 10, got 0"):
        model.window = 0
    assert model.window == 5


def test_values_are_converted_in_both_directions() -> None:
    model = Model()
    assert model.alpha_text == "0.025"
    model.alpha_text = "0.5"
    assert model._state.alpha == 0.5


def test_instances_have_separate_values() -> None:
    first, second = Model(), Model()
    first.window = 9
    assert second.window == 5


def test_the_class_attribute_is_the_descriptor() -> None:
    assert isinstance(Model.window, StateAttribute)
