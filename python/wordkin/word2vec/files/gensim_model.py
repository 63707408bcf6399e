"""Models saved by gensim, converted to the state of a Word2Vec model without executing any pickled code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from ...errors import FormatError
from ...runtime.compute import Compute, requested_workers
from ...vectors import FastTextKeyedVectors, KeyedVectors
from ...vectors.files import GensimModel
from ...vectors.subwords import Subwords
from ..arguments import architecture_of
from ..gensim import OPTION_FIELDS
from ..options import ModelOptions, SubwordOptions, TrainingOptions, VocabularyOptions
from ..state import UNCHOSEN_ISA, Word2VecState, checked_layer, checked_vectors, new_state

__all__ = ["NotContinuableError", "require_own_tree", "restored_state", "state_of_gensim"]

_MODEL_OPTIONS = tuple(field.name for field in fields(ModelOptions))
_OTHER_MODELS = ("Doc2Vec", "FastText")
_COUNTERS = (
    "corpus_count", "corpus_total_words", "effective_min_count", "train_count", "total_train_time",
    "min_alpha_yet_reached",
)  # fmt: skip


class NotContinuableError(FormatError):
    """A file of gensim holds a model whose training cannot be continued; its vectors can still be read."""


def state_of_gensim(saved: GensimModel, *, with_subwords: bool = False) -> Word2VecState:
    """Convert a model that gensim saved.

    Parameters
    ----------
    saved : GensimModel
        The content of the file, from `wordkin.vectors.files.read_gensim`.
    with_subwords : bool, default False
        Whether the model must be a FastText model, instead of a Word2Vec model.

    Returns
    -------
    Word2VecState
        Vectors, output layer, counts and settings; training can continue.

    Raises
    ------
    NotContinuableError
        If the model was trained with hierarchical softmax, or is a FastText or Doc2Vec model.
    FormatError
        If the file holds only vectors, or settings that are not those of a Word2Vec model.
    """
    settings: dict[str, Any] = dict(saved.parameters)
    if not settings or saved.vectors.counts is None:
        raise FormatError(f"the file holds a {saved.class_name} of gensim: vectors without a model")
    if with_subwords and saved.subwords is None:
        raise FormatError(f"found a {saved.class_name} object without usable n-gram vectors")
    if saved.class_name in _OTHER_MODELS and not with_subwords:
        raise NotContinuableError(f"the model is a {saved.class_name} model, whose training wordkin cannot continue")
    require_own_tree(settings)
    return restored_state(saved, subwords=saved.subwords if with_subwords else None)


def restored_state(saved: GensimModel, layer_size: int = 0, subwords: Subwords | None = None) -> Word2VecState:
    """Return the state of a model of gensim, whatever its class.

    Parameters
    ----------
    saved : GensimModel
        The content of the file.
    layer_size : int, default 0
        Number of columns of the output layers; 0 for the dimensionality of the vectors.
    subwords : Subwords or None, default None
        N-grams that words are composed of.

    Returns
    -------
    Word2VecState
        Vectors, output layer, counts and settings.

    Raises
    ------
    FormatError
        If the settings are not those of a model.
    """
    settings: dict[str, Any] = dict(saved.parameters)
    try:
        state = _state_of_settings(settings, subwords)
        state.layer_size = layer_size or state.vector_size
        wv = KeyedVectors.from_vocabulary(saved.vectors.words, saved.vectors.vectors, saved.vectors.counts)
        if subwords is not None:
            wv = FastTextKeyedVectors.from_table(wv.store.table.successor(subwords=subwords))
        state.wv = checked_vectors(wv, state.vector_size)
        if saved.lock_factors is not None:
            wv.vectors_lockf = saved.lock_factors
        if saved.syn1neg is not None:
            state.output = checked_layer(state, "syn1neg", saved.syn1neg)
    except (TypeError, ValueError) as error:
        raise FormatError(f"the settings are not those of a Word2Vec model: {error}") from error
    for name in _COUNTERS:
        value: Any = settings.get(name)
        if isinstance(value, (int, float)) and value >= 0:
            setattr(state, name, value)
    loss: Any = settings.get("running_training_loss")
    if isinstance(loss, (int, float)) and loss >= 0:
        state.running_loss = loss
    return state


def require_own_tree(settings: Mapping[str, Any]) -> None:
    """Raise an error about models with hierarchical softmax.

    Parameters
    ----------
    settings : mapping of str to object
        Settings of the model.

    Raises
    ------
    NotContinuableError
        If the output layer belongs to a tree of gensim.
    """
    if settings.get("hs"):
        # gensim breaks ties between equal counts in the order of its heap; the Huffman tree would be another one.
        raise NotContinuableError(
            "the model was trained with hierarchical softmax: gensim's Huffman tree differs from wordkin's, so that "
            "its output layer cannot be used"
        )


def _state_of_settings(settings: dict[str, Any], subwords: Subwords | None) -> Word2VecState:
    values: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, path in OPTION_FIELDS.items():
        if name in settings:
            group, _, field = path.rpartition(".")
            values[group][field] = architecture_of(settings[name]) if name == "sg" else settings[name]
    return new_state(
        ModelOptions(**{name: settings[name] for name in _MODEL_OPTIONS if name in settings}),
        TrainingOptions(**values["options"]),
        VocabularyOptions(**values["vocabulary_options"]),
        Compute(threads=requested_workers(values["compute"].get("threads")), isa=UNCHOSEN_ISA),
        None if subwords is None else _options_of(subwords),
    )


def _options_of(subwords: Subwords) -> SubwordOptions:
    return SubwordOptions(min_n=subwords.min_n, max_n=subwords.max_n, bucket=len(subwords.vectors))
