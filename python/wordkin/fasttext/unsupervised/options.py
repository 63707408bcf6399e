"""Options of `train_unsupervised`, under fastText's names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ...runtime.options import Options, checked_field, choice_field, integer_field, real_field
from ...vectors.subwords import MAX_HASH_COUNT
from ...word2vec.options import ModelOptions, SubwordOptions, TrainingOptions, VocabularyOptions

__all__ = ["UnsupervisedOptions"]

_MAX_INT = 2**31 - 1
_MAX_BUCKETS = 1_000_000_000  # as the reader of files accepts
NOISE_EXPONENT = 0.5  # of counts, as in fastText; word2vec has 0.75


def _checked_label(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, got {type(value).__name__}")
    return value


@dataclass(frozen=True, kw_only=True)
class UnsupervisedOptions(Options):
    """Options of `train_unsupervised`, whose documentation describes them in full.

    Parameters
    ----------
    model : {"skipgram", "cbow"}, default "skipgram"
        Architecture.
    lr : float, default 0.05
        Learning rate at the start (> 0).
    dim, ws, epoch : int, default 100, 5 and 5
        Dimensionality, window size and number of epochs (>= 1).
    min_count : int, default 5
        Minimum number of occurrences of a word (>= 0).
    minn, maxn : int, default 3 and 6
        Lengths of character n-grams (0 to 1,000).
    neg : int, default 5
        Number of negative samples (>= 1).
    word_ngrams : int, default 1
        Stored in the model.
    loss : {"ns", "hs"}, default "ns"
        Loss.
    bucket : int, default 2000000
        Number of hash buckets.
    lr_update_rate : int, default 100
        Stored in the model.
    t : float, default 1e-4
        Subsampling threshold (0 to 1).
    label : str, default "__label__"
        Words that begin like this are left out.
    seed : int, default 0
        Random seed.
    mode : {"fasttext", "floret"}, default "fasttext"
        Whether each word has a row, or words share the hash buckets of n-grams as in floret.
    hash_count : int, default 1
        Number of buckets of each word and n-gram in the mode "floret" (1 to 4).
    """

    model: Literal["skipgram", "cbow"] = choice_field(
        "skipgram", Literal["skipgram", "cbow"], help="Skip-gram or CBOW."
    )
    lr: float = real_field(0.05, low=0.0, low_exclusive=True, help="Learning rate at the start; it decays to 0.")
    dim: int = integer_field(100, low=1, high=2**20, help="Dimensionality of the vectors.")
    ws: int = integer_field(5, low=1, high=_MAX_INT, help="Maximum distance between a word and a context word.")
    epoch: int = integer_field(5, low=1, high=_MAX_INT, help="Number of passes over the text.")
    min_count: int = integer_field(
        5, low=0, high=_MAX_INT, name="minCount", help="Minimum number of occurrences of a word."
    )
    minn: int = integer_field(3, low=0, high=1000, help="Minimum length of n-grams of characters.")
    maxn: int = integer_field(6, low=0, high=1000, help="Maximum length of n-grams of characters; 0 for none.")
    neg: int = integer_field(5, low=1, high=10_000, help="Number of negative samples of the loss ns.")
    word_ngrams: int = integer_field(
        1, low=1, high=1000, name="wordNgrams", help="Maximum length of n-grams of words; only stored in the model."
    )
    loss: Literal["ns", "hs"] = choice_field(
        "ns", Literal["ns", "hs"], help="Loss: negative sampling or hierarchical softmax."
    )
    bucket: int = integer_field(2_000_000, low=0, high=_MAX_BUCKETS, help="Number of hash buckets of n-grams.")
    lr_update_rate: int = integer_field(
        100, low=1, high=_MAX_INT, name="lrUpdateRate", help="Accepted for compatibility; only stored in the model."
    )
    t: float = real_field(1e-4, low=0.0, high=1.0, help="Subsampling threshold for frequent words; 0 disables it.")
    label: str = checked_field("__label__", _checked_label, help="Words that begin like this are left out.")
    seed: int = integer_field(0, low=0, high=2**64 - 1, help="Random seed.")
    mode: Literal["fasttext", "floret"] = choice_field(
        "fasttext",
        Literal["fasttext", "floret"],
        help="A row for each word, or a compact table of hash buckets for words and n-grams, as in floret.",
    )
    hash_count: int = integer_field(
        1,
        low=1,
        high=MAX_HASH_COUNT,
        name="hashCount",
        help="Number of buckets of each word and n-gram in the mode floret.",
    )

    def __post_init__(self) -> None:
        if self.loss in ("softmax", "ova"):  # losses of classifiers
            raise ValueError(
                f"loss must be 'ns' or 'hs' for word vectors, got {self.loss!r}, for which each step scores every word "
                f"of the vocabulary; 'hs' computes the probabilities of a softmax along a tree of the words"
            )
        super().__post_init__()
        if self.minn > self.maxn > 0:
            raise ValueError(f"maxn must be at least minn, or 0 for no n-grams, got minn={self.minn}, maxn={self.maxn}")
        if self.mode == "floret" and not self.bucket:
            raise ValueError("bucket must be at least 1 in the mode 'floret', got 0")
        if self.mode != "floret" and self.hash_count != 1:
            raise ValueError(f"hashCount must be 1 unless mode is 'floret', got {self.hash_count}")
        if self.maxn and not self.bucket:
            raise ValueError(f"bucket must be at least 1 with n-grams of {self.minn} to {self.maxn} characters, got 0")

    @property
    def of_model(self) -> ModelOptions:
        """The options of a model."""
        return ModelOptions(vector_size=self.dim, alpha=self.lr, min_alpha=0.0, epochs=self.epoch)

    @property
    def of_training(self) -> TrainingOptions:
        """The options of the training sessions."""
        return TrainingOptions(
            architecture=self.model,
            window=self.ws,
            negative=self.neg if self.loss == "ns" else 0,
            hierarchical_softmax=self.loss == "hs",
            ns_exponent=NOISE_EXPONENT,
            sample=0.0 if self.t == 1.0 else self.t,  # from 1 on it would be a count
            seed=self.seed,
        )

    @property
    def of_vocabulary(self) -> VocabularyOptions:
        """The options of the vocabulary."""
        return VocabularyOptions(min_count=self.min_count)

    @property
    def of_subwords(self) -> SubwordOptions:
        """The options of n-grams."""
        is_floret = self.mode == "floret"
        return SubwordOptions(
            min_n=self.minn,
            max_n=self.maxn,
            bucket=self.bucket if self.maxn or is_floret else 0,
            hash_count=self.hash_count if is_floret else 0,
        )
