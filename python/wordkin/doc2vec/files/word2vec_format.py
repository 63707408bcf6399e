"""Vectors of words and tags in one file of word2vec."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...errors import FormatError
from ...storage.paths import AnyPath
from ...vectors import KeyedVectors
from ...vectors.key_storage import keys_as_words
from ...vectors.table import VectorTable
from ..state import Doc2VecState

__all__ = ["save_word2vec_format"]


def save_word2vec_format(
    state: Doc2VecState,
    fname: AnyPath,
    *,
    doctag_vec: bool,
    word_vec: bool,
    prefix: str,
    fvocab: AnyPath | None,
    binary: bool,
) -> None:
    """Save vectors of words, tags, or both.

    Parameters
    ----------
    state : Doc2VecState
        The model.
    fname : path
        The file.
    doctag_vec, word_vec : bool
        Whether to save the vectors of tags and of words.
    prefix : str
        Text before each tag.
    fvocab : path or None
        File for the words, or the tags if there are no words, with their counts.
    binary : bool
        Whether to write the binary format.

    Raises
    ------
    ValueError
        If neither vectors are to be saved.
    FormatError
        If a prefixed tag is a word, too.
    """
    if not doctag_vec and not word_vec:
        raise ValueError("doctag_vec or word_vec must be true, got neither")
    if not doctag_vec:
        state.words.wv.save_word2vec_format(fname, fvocab, binary)
    elif not word_vec:
        state.dv.save_word2vec_format(fname, fvocab, binary, prefix=prefix, sort_attr="doc_count")
    else:
        # Words come before tags, unless a vocabulary file requires the order of counts.
        order = "unsorted" if fvocab is None else "count"
        _with_tags(state, prefix).save_word2vec_format(fname, fvocab, binary, sort_attr=order)


def _with_tags(state: Doc2VecState, prefix: str) -> KeyedVectors:
    words, tags = state.words.wv.store.frozen(), state.dv.store.frozen()
    known = keys_as_words(words.index_to_key)
    prefixed = [prefix + tag for tag in keys_as_words(tags.index_to_key)]
    shared = set(known).intersection(prefixed)
    if shared:
        raise FormatError(f"tags with the prefix {prefix!r} must not be words, got {min(shared)!r}; use another prefix")
    counts = np.concatenate([_counts(words, "count"), _counts(tags, "doc_count")])
    return KeyedVectors.from_vocabulary([*known, *prefixed], np.concatenate([words.vectors, tags.vectors]), counts)


def _counts(table: VectorTable, name: str) -> NDArray[np.int64]:
    column = table.expandos.get(name)
    return np.zeros(len(table), np.int64) if column is None else column.astype(np.int64)
