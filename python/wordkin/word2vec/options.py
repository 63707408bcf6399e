"""All settings of Word2Vec: their defaults, their ranges, and nothing else."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Architecture", "TrainingOptions", "VocabularyOptions", "flag_option", "integer_option", "real_option"]

Architecture = Literal["skipgram", "cbow", "touch"]  # "touch" moves rows and computes nothing: see bench/


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
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be an integer; got {value!r} ({type(value).__name__})")
    number = operator.index(value)
    if not low <= number <= high:
        raise ValueError(f"{name} must be from {low} to {high}; got {number}")
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
    if isinstance(value, (bool, str, bytes)) or not (hasattr(value, "__float__") or hasattr(value, "__index__")):
        raise TypeError(f"{name} must be a real number; got {value!r} ({type(value).__name__})")
    number = float(value)
    if not math.isfinite(number) or not (low < number if above else low <= number) or number > high:
        least = f"more than {low:g}" if above else f"at least {low:g}"
        most = "" if high == math.inf else f" and at most {high:g}"
        raise ValueError(f"{name} must be finite, {least}{most}; got {number}")
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


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """What one training needs to know; the C++ side has the same fields under the same names."""

    architecture: Architecture = "cbow"
    cbow_mean: bool = True  # else the sum, and the error divided by the number of words
    window: int = 5
    shrink_windows: bool = True  # draw each window's reach uniformly from 1 to window
    negative: int = 5
    ns_exponent: float = 0.75
    hierarchical_softmax: bool = False
    sample: float = 1e-3  # 1 and more: a count, as in gensim
    seed: int = 1
    job_words: int = 10_000  # raw words a thread takes at a time
    isa: str = "baseline"

    def __post_init__(self) -> None:
        integer_option("window", self.window, 1, 1_000_000)
        integer_option("negative", self.negative, 0, 10_000)
        real_option("ns_exponent", self.ns_exponent, -100.0, 100.0)
        real_option("sample", self.sample, 0.0, math.inf)
        integer_option("seed", self.seed, 0, 2**64 - 1)
        integer_option("batch_words", self.job_words, 1, 2**31 - 1)


@dataclass(frozen=True, kw_only=True)
class VocabularyOptions:
    """Which words of a text a model has vectors for."""

    min_count: int = 5
    max_vocab_size: int | None = None  # while counting
    max_final_vocab: int | None = None
    sorted_vocab: bool = True
    null_word: bool = False  # add the word "\\0"

    def __post_init__(self) -> None:
        integer_option("min_count", self.min_count, 0, 2**63 - 1)
        if self.max_vocab_size is not None:
            integer_option("max_vocab_size", self.max_vocab_size, 1, 2**31 - 1)
        if self.max_final_vocab is not None:
            integer_option("max_final_vocab", self.max_final_vocab, 1, 2**31 - 1)
