"""Attributes of a facade whose values live in its state."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from wordkin.runtime.attributes import StateAttribute
from wordkin.runtime.options import Options, integer_field


@dataclass(frozen=True, kw_only=True)
class WindowOptions(Options):
    window: int = integer_field(5, low=1, high=10, help="Window size.")


@dataclass
class State:
    alpha: float = 0.5
    options: WindowOptions = field(default_factory=WindowOptions)


class Model:
    alpha = StateAttribute[float]("alpha")
    window = StateAttribute[int]("options.window")
    is_wide = StateAttribute[bool](
        "options.window", read=lambda window: window > 5, write=lambda wide: 10 if wide else 5
    )

    def __init__(self) -> None:
        self._state = State()


def test_values_are_read_from_and_written_to_the_state() -> None:
    model = Model()
    assert (model.alpha, model.window) == (0.5, 5)
    model.alpha, model.window = 0.1, 7
    assert (model._state.alpha, model._state.options) == (0.1, WindowOptions(window=7))
    assert isinstance(Model.alpha, StateAttribute)


def test_options_check_new_values() -> None:
    model = Model()
    with pytest.raises(ValueError, match="window must be from 1 to 10, got 11"):
        model.window = 11
    assert model.window == 5


def test_values_are_converted() -> None:
    model = Model()
    assert model.is_wide is False
    model.is_wide = True
    assert (model.is_wide, model.window) == (True, 10)
