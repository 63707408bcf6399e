"""Vector tables from and to the files of other programs: word2vec, GloVe and fastText."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np

from ...storage.paths import AnyPath
from ..key_storage import keys_as_words
from ..store import RowWrite, TableStore, overwriting
from ..subwords import Subwords
from ..table import VectorTable
from .fasttext_bin import read_fasttext
from .floret import read_floret
from .gensim_files import GensimModel
from .loaded import LoadedVectors
from .word2vec import read_word2vec, write_word2vec

logger = logging.getLogger(__name__)


def table_from_word2vec(path: AnyPath, **options: Any) -> VectorTable:
    """Return the vectors of a word2vec, GloVe or fastText ``.vec`` file; `options` are those of `read_word2vec`."""
    loaded = read_word2vec(path, **options)
    return VectorTable.from_vocabulary(loaded.words, loaded.vectors, loaded.counts)


def table_from_fasttext(path: AnyPath) -> VectorTable:
    """Return the word and n-gram vectors of a fastText ``.bin`` file."""
    model = read_fasttext(path)
    table = VectorTable.from_vocabulary(model.vectors.words, model.vectors.vectors, model.vectors.counts)
    table.subwords = Subwords(vectors=model.subword_vectors, min_n=model.min_n, max_n=model.max_n)
    return table


def table_from_floret(path: AnyPath) -> VectorTable:
    """Return the buckets of a ``.floret`` file, as a table without words."""
    subwords = read_floret(path)
    table = VectorTable(subwords.vectors.shape[1])
    table.subwords = subwords
    return table


def table_of_gensim(saved: GensimModel) -> VectorTable:
    """Return the vectors of an object that gensim saved."""
    vectors = saved.vectors
    table = VectorTable.from_vocabulary(vectors.words, vectors.vectors, vectors.counts)
    table.subwords = saved.subwords
    if saved.lock_factors is not None and saved.lock_factors.shape in ((1,), (len(table),)):
        table.vectors_lockf = saved.lock_factors.astype(np.float32, copy=False)
    return table


def table_to_word2vec(
    table: VectorTable, path: AnyPath, *, sort_attr: str, fvocab: AnyPath | None, **options: Any
) -> None:
    """Write a table, by descending attribute `sort_attr` if it exists; `options` are those of `write_word2vec`."""
    order = np.arange(len(table))
    counts = None
    if sort_attr in table.expandos:
        counts = table.column(sort_attr)
        order = np.argsort(-counts.astype(np.float64), kind="stable")
    elif fvocab is not None:
        raise ValueError(f"fvocab needs the attribute {sort_attr!r}, which does not exist")
    order = order[[table.index_to_key[index] is not None for index in order]]
    is_in_order = len(order) == len(table) and bool(np.all(order[1:] > order[:-1]))
    write_word2vec(
        path,
        keys_as_words([table.index_to_key[index] for index in order]),
        table.vectors if is_in_order else table.vectors[order],
        counts=None if counts is None else counts[order],
        fvocab=fvocab,
        **options,
    )


def overwrite_from_word2vec(store: TableStore, path: AnyPath, lockf: float, **options: Any) -> None:
    """Replace the vectors of keys that occur in a word2vec file, and set their `vectors_lockf`."""
    loaded = read_word2vec(path, **options)
    size = store.table.vector_size
    if loaded.vectors.shape[1] != size:
        raise ValueError(f"fname must contain vectors of {size} numbers, got vectors of {loaded.vectors.shape[1]}")
    replaced = store.change(_with_vectors_of, loaded, float(lockf)).index_of
    count = sum(replaced(word) is not None for word in loaded.words)
    logger.info("replaced %d vectors by those of %s, which has %d", count, path, len(loaded.words))


def _with_vectors_of(table: VectorTable, loaded: LoadedVectors, lockf: float) -> VectorTable:
    rows = [(table.key_to_index.get(word, -1), row) for row, word in enumerate(loaded.words)]
    shared = np.array([pair for pair in rows if pair[0] >= 0], dtype=np.intp).reshape(-1, 2)
    factors = np.array(table.vectors_lockf, dtype=np.float32)
    if len(factors) != len(table):
        factors = np.full(len(table), factors[0], dtype=np.float32)
    factors[shared[:, 0]] = lockf
    values = loaded.vectors[shared[:, 1]].astype(table.writeable_vectors().dtype, copy=False)
    return overwriting(table, RowWrite(None, shared[:, 0], values), vectors_lockf=factors)
