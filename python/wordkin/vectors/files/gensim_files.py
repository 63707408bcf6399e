"""gensim's own saves (.model, .kv): a pickle and, for large arrays, .npy files beside it. Nothing in them is run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import CorruptFileError, FormatError
from ...storage.paths import AnyPath, local_path
from .loaded import LoadedVectors
from .restricted_pickle import Record, array_of, read_pickle

__all__ = ["GensimModel", "read_gensim"]

_ATTRIBUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class GensimModel:
    """What a save of gensim holds.

    Attributes
    ----------
    class_name
        ``KeyedVectors``, ``Word2Vec``, ...
    vectors
        Words, vectors and counts.
    syn1, syn1neg
        Output rows of hierarchical softmax and of negative sampling, where the model has them.
    lock_factors
        ``vectors_lockf``: one factor for all words or one for each.
    parameters
        The model's plain attributes (``window``, ``sg``, ``alpha``, ...); empty for KeyedVectors.
    """

    class_name: str
    vectors: LoadedVectors
    syn1: NDArray[np.float32] | None
    syn1neg: NDArray[np.float32] | None
    lock_factors: NDArray[np.float32] | None
    parameters: dict[str, int | float | str | bool | None]


def read_gensim(path: AnyPath) -> GensimModel:
    """Read a save of gensim 4's Word2Vec or KeyedVectors (or a class with the same attributes).

    Parameters
    ----------
    path
        The file given to gensim's ``save``; its ``.npy`` files must lie in the same folder.

    Raises
    ------
    FormatError
        If it is no such save, or names anything that is not read; nothing is executed.
    CorruptFileError
        If it is damaged or an array beside it does not fit.
    OSError
        If a file cannot be read or is missing.
    """
    local = local_path(path)
    root = read_pickle(local)
    if not isinstance(root, Record):
        raise FormatError(f"{local}: holds {type(root).__name__}, expected a model of gensim")
    table = root.attributes.get("wv", root)
    if not isinstance(table, Record):
        raise CorruptFileError(f"{local}: the attribute wv is no KeyedVectors")
    inner = "wv." if table is not root else ""
    if "vectors_ngrams" in table.attributes:
        raise FormatError(
            f"{local}: a {root.class_name} with subwords, which gensim saves without its final vectors; "
            "write it with gensim's save_facebook_model and read that .bin"
        )
    words = _words_of(local, table)
    vectors = _matrix(local, table, inner, "vectors")
    if vectors is None or len(vectors) < len(words):
        raise CorruptFileError(f"{local}: no vectors for {len(words)} words")
    outputs = {name: _matrix(local, root, "", name) if inner else None for name in ("syn1", "syn1neg")}
    for name, rows in outputs.items():
        if rows is not None and rows.shape[1] != vectors.shape[1]:
            raise CorruptFileError(f"{local}: {name} has {rows.shape[1]} columns, the vectors have {vectors.shape[1]}")
    return GensimModel(
        class_name=root.class_name,
        vectors=LoadedVectors(words=words, vectors=vectors[: len(words)], counts=_counts_of(local, table, len(words))),
        lock_factors=_array(local, table, inner, "vectors_lockf"),
        parameters=_parameters_of(root) if inner else {},
        **outputs,
    )


def _words_of(path: Path, table: Record) -> list[str]:
    words = table.attributes.get("index_to_key")
    if not isinstance(words, list) or not all(isinstance(word, (str, int)) for word in words):
        raise FormatError(
            f"{path}: a {table.class_name} without index_to_key; saves of gensim 4 are read: "
            "older ones have to be loaded and saved by gensim 4 first"
        )
    words = [str(word) for word in words]
    if len(set(words)) != len(words):
        raise CorruptFileError(f"{path}: {len(words) - len(set(words))} words are repeated")
    return words


def _counts_of(path: Path, table: Record, rows: int) -> NDArray[np.int64] | None:
    attributes = table.attributes.get("expandos")
    counts = array_of(attributes.get("count")) if isinstance(attributes, dict) else None
    if counts is None:
        return None
    if counts.shape != (rows,) or counts.dtype.kind not in "iu":
        raise CorruptFileError(f"{path}: counts of shape {counts.shape} and dtype {counts.dtype} for {rows} words")
    return counts.astype(np.int64)


def _matrix(path: Path, record: Record, inner: str, name: str) -> NDArray[Any] | None:
    array = _array(path, record, inner, name)
    if array is not None and (array.ndim != 2 or array.shape[1] == 0):
        raise CorruptFileError(f"{path}: {name} has the shape {array.shape}, expected a matrix")
    return array


def _array(path: Path, record: Record, inner: str, name: str) -> NDArray[Any] | None:
    """An array of floats, from the pickle or from the file beside it that the pickle tells of."""
    beside = record.attributes.get("__numpys", [])
    if isinstance(beside, list) and name in beside:
        array: NDArray[Any] | None = _read_side_file(path, f"{path.name}.{inner}{name}.npy")
    else:
        array = array_of(record.attributes.get(name))
    if array is not None and array.dtype not in (np.float16, np.float32, np.float64):
        raise CorruptFileError(f"{path}: {name} has dtype {array.dtype}, expected floats")
    return array


def _read_side_file(path: Path, name: str) -> NDArray[Any]:
    side = path.with_name(name)
    if not side.exists():
        raise FileNotFoundError(f"{side}: gensim keeps large arrays in such files; it belongs beside {path.name}")
    if side.resolve().parent != path.resolve().parent:
        raise FormatError(f"{side}: a link out of the folder of {path.name}, which is not followed")
    try:
        # Mapped first: NumPy then holds the header against the size of the file before it takes memory.
        return np.array(np.load(side, mmap_mode="r", allow_pickle=False))
    except (ValueError, TypeError, EOFError, SyntaxError, OverflowError) as error:
        raise CorruptFileError(f"{side}: no array of numbers, or damaged ({error!s:.200})") from None


def _parameters_of(model: Record) -> dict[str, int | float | str | bool | None]:
    return {
        name: value
        for name, value in model.attributes.items()
        if isinstance(name, str)
        and _ATTRIBUTE.fullmatch(name)
        and not name.startswith("__")
        and isinstance(value, (int, float, str, bool, type(None)))
    }
