"""gensim's attributes for what a model is set to: read from its options, and written into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..runtime.options import flag_option
from .options import TrainingOptions, VocabularyOptions

__all__ = ["Settings"]


def _same(value: Any) -> Any:
    return value


class _Setting:
    """One field of the options of a model, in gensim's terms. Setting it checks it as the constructor does."""

    def __init__(
        self, group: str, field: str, shown: Callable[[Any], Any] = _same, taken: Callable[[Any], Any] = _same
    ) -> None:
        self._group = group
        self._field = field
        self._shown = shown
        self._taken = taken

    def __get__(self, model: Any, owner: type | None = None) -> Any:
        return self if model is None else self._shown(getattr(getattr(model, self._group), self._field))

    def __set__(self, model: Any, value: Any) -> None:
        changed = replace(getattr(model, self._group), **{self._field: self._taken(value)})
        setattr(model, self._group, changed)


class Settings:
    """The settings of a model under gensim's names; training uses them as they are when it begins."""

    options: TrainingOptions
    vocabulary_options: VocabularyOptions
    vector_size: int

    sg = _Setting(
        "options",
        "architecture",
        lambda architecture: int(architecture == "skipgram"),
        lambda sg: "skipgram" if flag_option("sg", sg) else "cbow",
    )
    hs = _Setting("options", "hierarchical_softmax", int)
    negative = _Setting("options", "negative")
    ns_exponent = _Setting("options", "ns_exponent")
    cbow_mean = _Setting("options", "cbow_mean", int)
    window = _Setting("options", "window")
    shrink_windows = _Setting("options", "shrink_windows")
    sample = _Setting("options", "sample")
    seed = _Setting("options", "seed")
    batch_words = _Setting("options", "job_words")
    min_count = _Setting("vocabulary_options", "min_count")
    max_vocab_size = _Setting("vocabulary_options", "max_vocab_size")
    max_final_vocab = _Setting("vocabulary_options", "max_final_vocab")
    sorted_vocab = _Setting("vocabulary_options", "sorted_vocab", int)
    null_word = _Setting("vocabulary_options", "null_word", int)

    @property
    def layer1_size(self) -> int:
        """`vector_size`, under the name of gensim's past."""
        return self.vector_size

    @property
    def random(self) -> np.random.RandomState:
        """A new generator of the model's seed; training draws from streams of its own."""
        return np.random.RandomState(self.options.seed % 2**32)
