"""State of a Doc2Vec model: a Word2Vec model, the vectors of tags, and how they are combined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import VocabularyError
from ..runtime.compute import require_available_memory
from ..vectors import KeyedVectors
from ..vectors.table import Hold, VectorTable
from ..word2vec.options import TrainingOptions
from ..word2vec.padded_rows import PaddedRows, bytes_of_rows, fill_initial_vectors
from ..word2vec.state import Word2VecState
from .documents import Tag
from .options import CoreDocumentOptions, DocumentOptions

__all__ = ["NULL_WORD", "Doc2VecState", "core_options", "new_tag_rows", "table_of_tags"]

NULL_WORD = "\0"  # gensim's padding word


@dataclass(kw_only=True, eq=False)
class Doc2VecState:
    """Everything that a model consists of.

    Parameters
    ----------
    words : Word2VecState
        Words, output layers, settings and counters; its lock is that of the model.
    options : DocumentOptions
        How tags and words are combined.
    dv : KeyedVectors
        The vectors of tags.
    tag_rows : PaddedRows or None, default None
        The memory of ``dv.vectors``, once it is padded for training.
    mapfile : Path or None, default None
        File in which this memory is mapped; not saved.
    inference : object, default None
        What `infer_vectors` prepares once for the current weights; not saved.
    """

    words: Word2VecState
    options: DocumentOptions
    dv: KeyedVectors
    tag_rows: PaddedRows | None = None
    mapfile: Path | None = None
    inference: Any = None

    @property
    def training(self) -> TrainingOptions:
        """The options of training."""
        return self.words.options

    @property
    def lifecycle_events(self) -> list[dict[str, Any]] | None:
        """Events that the user added."""
        return self.words.lifecycle_events

    @property
    def tag_count(self) -> int | None:
        """Number of tags that each document must have; None for any."""
        return self.options.dm_tag_count if self.options.concatenates(self.training) else None


def core_options(state: Doc2VecState, *, train_words: bool = True) -> CoreDocumentOptions:
    """Return the options of documents for the core.

    Parameters
    ----------
    state : Doc2VecState
        The model.
    train_words : bool, default True
        Whether the vectors of words are trained.

    Returns
    -------
    CoreDocumentOptions
        The options.

    Raises
    ------
    VocabularyError
        If inputs are concatenated and the vocabulary lacks the padding word.
    """
    concatenates = state.options.concatenates(state.training)
    is_dbow = state.training.architecture == "skipgram"
    null_word = 0
    if concatenates:
        index = state.words.wv.key_to_index.get(NULL_WORD)
        if index is None:
            raise VocabularyError(
                "dm_concat=1 needs the padding word, a NUL character: call build_vocab, or add_null_word"
            )
        null_word = index
    return CoreDocumentOptions(
        use_words=not is_dbow or (state.options.dbow_words and train_words),
        train_words=train_words,
        concatenate=concatenates,
        tag_count=state.options.dm_tag_count,
        null_word=null_word,
        vector_size=state.words.vector_size,
    )


def new_tag_rows(state: Doc2VecState, rows: int, first_new: int) -> PaddedRows:
    """Return memory for the vectors of tags, with initial vectors for new ones.

    Parameters
    ----------
    state : Doc2VecState
        The model, whose vectors before `first_new` are kept.
    rows : int
        Number of tags.
    first_new : int
        First row to initialise.

    Returns
    -------
    PaddedRows
        The memory, in the file that the user chose if there is one.

    Raises
    ------
    ResourceError
        If they exceed the available memory.
    OSError
        If the file cannot be written.
    """
    size = state.words.vector_size
    before = state.dv.store.table.vectors[:first_new]
    if state.mapfile is None:
        what = f"{rows} vectors of tags of dimensionality {size}"
        require_available_memory(bytes_of_rows(rows, size), what, "use a smaller vector_size, or dv_mapfile")
        memory = PaddedRows(rows, size)
    else:
        memory = PaddedRows.mapped(state.mapfile, rows, size, keep=first_new > 0)
    memory.view[:first_new] = before
    # The vectors of words have the same seed and must begin with other numbers.
    fill_initial_vectors(memory.view, state.training.seed + (1 << 64), first_new)
    return memory


def table_of_tags(
    state: Doc2VecState, keys: list[Tag], rows: PaddedRows, columns: Mapping[str, NDArray[Any]]
) -> VectorTable:
    """Return the table of `dv` with other tags.

    Parameters
    ----------
    state : Doc2VecState
        The model.
    keys : list of str or int
        The tag of each row.
    rows : PaddedRows
        Their vectors.
    columns : mapping of str to ndarray
        Attributes of tags.

    Returns
    -------
    VectorTable
        The table.
    """
    table = state.dv.store.table
    factors = table.vectors_lockf
    if len(factors) not in (1, len(keys)):
        known = factors[: len(keys)]
        factors = np.append(known, np.ones(len(keys) - len(known), np.float32))
    return table.successor(
        index_to_key=keys,
        key_to_index={key: row for row, key in enumerate(keys)},
        shares_keys=True,
        next_index=len(keys),
        vectors=rows.view,
        known_norms=None,
        hold=Hold(),
        vectors_lockf=factors,
        expandos=dict(columns),
        reserve=None,
        column_reserves={},
        column_holds={},
    )
