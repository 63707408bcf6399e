"""Models saved by gensim, converted to the state of a Doc2Vec model without executing any pickled code."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import FormatError
from ...vectors import KeyedVectors
from ...vectors.files import GensimModel
from ...vectors.table import VectorTable
from ...word2vec.files.gensim_model import require_own_tree, restored_state
from ...word2vec.options import TrainingOptions
from ...word2vec.state import checked_vectors
from ..options import DocumentOptions
from ..state import Doc2VecState

__all__ = ["state_of_gensim"]


def state_of_gensim(saved: GensimModel) -> Doc2VecState:
    """Convert a model that gensim saved.

    Parameters
    ----------
    saved : GensimModel
        The content of the file, from `wordkin.vectors.files.read_gensim`.

    Returns
    -------
    Doc2VecState
        Vectors, output layer, tags, counts and settings; training can continue.

    Raises
    ------
    NotContinuableError
        If the model was trained with hierarchical softmax.
    FormatError
        If the file holds no Doc2Vec model of gensim 4, or settings that are not those of such a model.
    """
    settings: dict[str, Any] = dict(saved.parameters)
    if saved.class_name == "Doc2Vec" and saved.tags is None:
        raise FormatError(
            "the Doc2Vec model was saved by gensim before 4.0, whose document vectors are not read: load and save it "
            "with gensim 4, or read its word vectors with KeyedVectors.from_gensim"
        )
    if saved.class_name != "Doc2Vec" or saved.tags is None:
        raise FormatError(f"the file must hold a Doc2Vec model of gensim 4, got a {saved.class_name}")
    require_own_tree(settings)
    try:
        options = DocumentOptions(
            dbow_words=bool(settings.get("dbow_words", 0)),
            dm_concat=bool(settings.get("dm_concat", 0)),
            dm_tag_count=settings.get("dm_tag_count", 1),
        )
        size: Any = settings.get("vector_size")
        training = TrainingOptions(
            architecture="skipgram" if settings.get("sg") else "cbow", window=settings.get("window", 5)
        )
        layer_size = options.layer_size(training, size)
        words = restored_state(saved, layer_size)
        dv = checked_vectors(KeyedVectors.from_table(_table_of_tags(saved)), words.vector_size, name="dv")
    except (TypeError, ValueError) as error:
        raise FormatError(f"the settings are not those of a Doc2Vec model: {error}") from error
    return Doc2VecState(words=words, options=options, dv=dv)


def _table_of_tags(saved: GensimModel) -> VectorTable:
    if saved.tags is None:
        raise AssertionError("checked before")
    table = VectorTable.from_vocabulary(saved.tags.keys, saved.tags.vectors)
    table.expandos = dict(saved.tags.columns)
    if saved.tags.lock_factors is not None and len(saved.tags.lock_factors) in (1, len(table)):
        table.vectors_lockf = np.asarray(saved.tags.lock_factors, np.float32)
    return table
