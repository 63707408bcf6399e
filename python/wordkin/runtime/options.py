"""Checks of arguments: every refusal names the argument, the rule, and the value that was given."""

from __future__ import annotations

import math
import numbers
from typing import Any

__all__ = ["choice_option", "flag_option", "integer_option", "progress_option", "real_option", "text_option"]


def integer_option(name: str, value: Any, low: int, high: int) -> int:
    """Return `value` as an int from `low` to `high`.

    Raises
    ------
    TypeError
        If it is no integer; bool and str are none.
    ValueError
        If it is out of range.

    Examples
    --------
    >>> integer_option("window", 5, 1, 100)
    5
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer, got {value!r} ({type(value).__name__})")
    number = int(value)
    if not low <= number <= high:
        given = number if number.bit_length() <= 128 else f"one of {number.bit_length()} bits"
        raise ValueError(f"{name} must be from {low} to {high}, got {given}")
    return number


def real_option(name: str, value: Any, low: float, high: float, *, above: bool = False) -> float:
    """Return `value` as a finite float from `low` (or, with `above`, more than `low`) to `high`.

    Raises
    ------
    TypeError
        If it is no real number; bool and str are none.
    ValueError
        If it is out of range.

    Examples
    --------
    >>> real_option("alpha", 0.025, 0.0, math.inf, above=True)
    0.025
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a real number, got {value!r} ({type(value).__name__})")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or not (low < number if above else low <= number) or number > high:
        least = f"more than {low:g}" if above else f"at least {low:g}"
        most = "" if high == math.inf else f" and at most {high:g}"
        raise ValueError(f"{name} must be finite, {least}{most}, got {number}")
    return number


def flag_option(name: str, value: Any) -> bool:
    """Return `value`, one of 0, 1, False and True, as a bool.

    Examples
    --------
    >>> flag_option("sg", 1)
    True
    """
    if isinstance(value, bool):
        return value
    return bool(integer_option(name, value, 0, 1))


def choice_option(name: str, value: Any, choices: tuple[str, ...]) -> str:
    """Return `value`, one of some words.

    Examples
    --------
    >>> choice_option("optimizer", "adam", ("adagrad", "adam"))
    'adam'
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {', '.join(choices)}, got {value!r} ({type(value).__name__})")
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")
    return value


def text_option(name: str, value: Any) -> str | None:
    """Return a text, or None.

    Examples
    --------
    >>> text_option("comment", "a note")
    'a note'
    """
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name} must be a str or None, got {type(value).__name__}")
    return value


def progress_option(progress: Any) -> Any:
    """Return how to show progress: True, False, None, or a callable.

    Examples
    --------
    >>> progress_option(False)
    False
    """
    if progress is not None and not isinstance(progress, bool) and not callable(progress):
        raise TypeError(f"progress must be True, False, None or callable, got {progress!r}")
    return progress
