"""All settings of Word2Vec: their defaults, their ranges, and nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ..runtime.options import flag_option, integer_option, real_option

__all__ = ["Architecture", "TrainingOptions", "VocabularyOptions"]

Architecture = Literal["skipgram", "cbow", "touch"]  # "touch" moves rows and computes nothing: see bench/


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
        if self.architecture not in get_args(Architecture):
            raise ValueError(f"architecture must be one of {get_args(Architecture)}, got {self.architecture!r}")
        _set(
            self,
            cbow_mean=flag_option("cbow_mean", self.cbow_mean),
            window=integer_option("window", self.window, 1, 1_000_000),
            shrink_windows=flag_option("shrink_windows", self.shrink_windows),
            negative=integer_option("negative", self.negative, 0, 10_000),
            ns_exponent=real_option("ns_exponent", self.ns_exponent, -100.0, 100.0),
            hierarchical_softmax=flag_option("hs", self.hierarchical_softmax),
            sample=real_option("sample", self.sample, 0.0, math.inf),
            seed=integer_option("seed", self.seed, 0, 2**64 - 1),
            job_words=integer_option("batch_words", self.job_words, 1, 2**31 - 1),
        )


@dataclass(frozen=True, kw_only=True)
class VocabularyOptions:
    """Which words of a text a model has vectors for."""

    min_count: int = 5
    max_vocab_size: int | None = None  # while counting
    max_final_vocab: int | None = None
    sorted_vocab: bool = True
    null_word: bool = False  # add the word "\\0"

    def __post_init__(self) -> None:
        _set(
            self,
            min_count=integer_option("min_count", self.min_count, 0, 2**63 - 1),
            sorted_vocab=flag_option("sorted_vocab", self.sorted_vocab),
            null_word=flag_option("null_word", self.null_word),
        )
        for name in ("max_vocab_size", "max_final_vocab"):
            if getattr(self, name) is not None:
                _set(self, **{name: integer_option(name, getattr(self, name), 1, 2**31 - 1)})


def _set(options: Any, **values: Any) -> None:
    # Numbers of NumPy become Python's own, so that options can be written as JSON.
    for name, value in values.items():
        object.__setattr__(options, name, value)
