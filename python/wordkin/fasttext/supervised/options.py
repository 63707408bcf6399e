"""Options of supervised training, under fastText's names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ...runtime.options import Options, checked_field, choice_field, flag_field, integer_field, real_field
from ..state import LABEL_PREFIX

__all__ = ["Loss", "QuantizationOptions", "SupervisedOptions"]

Loss = Literal["softmax", "hs", "ns", "ova"]

_MAX_INT = 2**31 - 1
_MAX_BUCKETS = 1_000_000_000  # as the reader of files accepts
_MAX_SUBWORD_LENGTH = 1_000


def _checked_label(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, got {type(value).__name__}")
    if not value or value != "".join(value.split()) or "\0" in value:
        raise ValueError(f"{name} must be text without whitespace that labels begin with, got {value!r}")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name} must be text that UTF-8 can encode, got {value!r}") from None
    return value


@dataclass(frozen=True, kw_only=True)
class SupervisedOptions(Options):
    """Options of supervised training.

    Parameters
    ----------
    lr : float, default 0.1
        Learning rate at the start (> 0); it decays linearly to 0.
    dim : int, default 100
        Dimensionality of the vectors (1 to 2**20).
    ws : int, default 5
        Window size; only stored in the model.
    epoch : int, default 5
        Number of passes over the text (>= 1).
    min_count, min_count_label : int, default 1 and 0
        Minimum number of occurrences of a word and of a label.
    minn, maxn : int, default 0
        Minimum and maximum length of character n-grams; `maxn` 0 for none.
    neg : int, default 5
        Number of negative samples of the loss "ns".
    word_ngrams : int, default 1
        Maximum length of n-grams of words (>= 1).
    loss : {"softmax", "hs", "ns", "ova"}, default "softmax"
        Loss.
    bucket : int, default 2000000
        Number of hash buckets; becomes 0 if there are no n-grams.
    lr_update_rate : int, default 100
        Number of tokens between updates of the learning rate (>= 1).
    t : float, default 1e-4
        Sub-sampling threshold; only stored in the model.
    label : str, default "__label__"
        Prefix of labels.
    seed : int, default 0
        Random seed (>= 0).
    """

    lr: float = real_field(0.1, low=0.0, low_exclusive=True, help="Learning rate at the start; it decays to 0.")
    dim: int = integer_field(100, low=1, high=2**20, help="Dimensionality of the vectors.")
    ws: int = integer_field(5, low=1, high=_MAX_INT, help="Window size; only stored in the model.")
    epoch: int = integer_field(5, low=1, high=_MAX_INT, help="Number of passes over the text.")
    min_count: int = integer_field(
        1, low=0, high=_MAX_INT, name="minCount", help="Minimum number of occurrences of a word."
    )
    min_count_label: int = integer_field(
        0, low=0, high=_MAX_INT, name="minCountLabel", help="Minimum number of occurrences of a label."
    )
    minn: int = integer_field(0, low=0, high=_MAX_SUBWORD_LENGTH, help="Minimum length of n-grams of characters.")
    maxn: int = integer_field(
        0, low=0, high=_MAX_SUBWORD_LENGTH, help="Maximum length of n-grams of characters; 0 for none."
    )
    neg: int = integer_field(5, low=0, high=10_000, help="Number of negative samples of the loss ns.")
    word_ngrams: int = integer_field(
        1, low=1, high=1_000, name="wordNgrams", help="Maximum length of n-grams of words."
    )
    loss: Loss = choice_field(
        "softmax",
        Loss,
        help="Loss: softmax, hierarchical softmax, negative sampling, or one versus all for lines with several labels.",
    )
    bucket: int = integer_field(2_000_000, low=0, high=_MAX_BUCKETS, help="Number of hash buckets of n-grams.")
    lr_update_rate: int = integer_field(
        100, low=1, high=_MAX_INT, name="lrUpdateRate", help="Number of tokens between updates of the learning rate."
    )
    t: float = real_field(1e-4, low=0.0, help="Sub-sampling threshold; only stored in the model.")
    label: str = checked_field(LABEL_PREFIX, _checked_label, help="What labels begin with.")
    seed: int = integer_field(0, low=0, high=2**63 - 1, help="Random seed.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.minn > self.maxn:
            raise ValueError(f"maxn must be at least minn, got minn={self.minn} and maxn={self.maxn}")
        has_ngrams = self.word_ngrams > 1 or self.maxn > 0
        if has_ngrams and self.bucket == 0:
            raise ValueError("bucket must be at least 1 with n-grams of words or characters, got 0")
        if not has_ngrams:
            object.__setattr__(self, "bucket", 0)


@dataclass(frozen=True, kw_only=True)
class QuantizationOptions(Options):
    """Options of quantisation.

    Parameters
    ----------
    cutoff : int, default 0
        Number of words and n-grams to keep; 0 for all.
    retrain : bool, default False
        Whether to train the vectors that are kept again.
    qnorm : bool, default False
        Whether to quantise the norms of the vectors separately.
    qout : bool, default False
        Whether to quantise the output matrix as well.
    dsub : int, default 2
        Number of columns of each part of a vector (>= 1).
    """

    cutoff: int = integer_field(0, low=0, high=_MAX_INT, help="Number of words and n-grams to keep; 0 for all.")
    retrain: bool = flag_field(False, help="Train the vectors that are kept again.")
    qnorm: bool = flag_field(False, help="Quantise the norms of the vectors separately.")
    qout: bool = flag_field(False, help="Quantise the output matrix as well.")
    dsub: int = integer_field(2, low=1, high=2**20, help="Number of columns of each part of a vector.")
