"""Models that gensim saved, as models of wordkin: trained vectors, output rows and settings, ready to go on."""

from __future__ import annotations

from typing import Any

from ...errors import FormatError
from ...storage.paths import AnyPath
from ...vectors import KeyedVectors
from ...vectors.files import GensimModel, read_gensim
from ..model import Word2Vec

__all__ = ["NotContinuableError", "model_of_gensim", "read_gensim_model"]

_ARGUMENTS = (
    "vector_size", "alpha", "window", "min_count", "max_vocab_size", "sample", "seed", "workers", "min_alpha", "sg",
    "hs", "negative", "ns_exponent", "cbow_mean", "epochs", "null_word", "sorted_vocab", "batch_words", "compute_loss",
    "comment", "max_final_vocab", "shrink_windows",
)  # fmt: skip
_ATTRIBUTES = (
    "corpus_count", "corpus_total_words", "effective_min_count", "train_count", "total_train_time",
    "min_alpha_yet_reached", "running_training_loss",
)  # fmt: skip


class NotContinuableError(FormatError):
    """A save of gensim holds a model that training could not go on with here; its vectors can be read."""


def read_gensim_model(path: AnyPath) -> Word2Vec:
    """Read what gensim 4's ``Word2Vec.save`` wrote, without running anything in it.

    Parameters
    ----------
    path
        The file; those with arrays must lie beside it.

    Returns
    -------
    Word2Vec
        With gensim's vectors, output rows, counts and settings: training may go on.

    Raises
    ------
    NotContinuableError
        If it is a model of hierarchical softmax.
    FormatError, OSError
        If it holds vectors alone, and as `wordkin.vectors.files.read_gensim`.
    """
    return model_of_gensim(read_gensim(path))


def model_of_gensim(saved: GensimModel) -> Word2Vec:
    """Make a model of what was read; see `read_gensim_model`."""
    settings: dict[str, Any] = dict(saved.parameters)
    if not settings or saved.vectors.counts is None:
        raise FormatError(f"a {saved.class_name} of gensim: vectors without a model; read_gensim reads them")
    if settings.get("hs"):
        # Both trees are made of the same counts, but where counts are equal gensim's depends on how its heap lies.
        raise NotContinuableError("gensim's tree of hierarchical softmax is another one: its rows would not fit")
    try:
        model = Word2Vec(**{name: settings[name] for name in _ARGUMENTS if name in settings})
        model.wv = KeyedVectors.from_vocabulary(saved.vectors.words, saved.vectors.vectors, saved.vectors.counts)
        if saved.lock_factors is not None:
            model.wv.vectors_lockf = saved.lock_factors
        if saved.syn1neg is not None:
            model.syn1neg = saved.syn1neg
    except (TypeError, ValueError) as error:
        raise FormatError(f"not the settings of a Word2Vec model: {error}") from error
    for name in _ATTRIBUTES:
        value: Any = settings.get(name)
        if isinstance(value, (int, float)) and value >= 0:
            setattr(model, name, value)
    return model
