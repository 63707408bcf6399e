"""Files saved by gensim (.model, .kv): a pickle and, for large arrays, ``.npy`` files; no code in them is executed."""

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
    """The content of a file saved by gensim.

    Parameters
    ----------
    class_name : str
        Name of the saved class: ``KeyedVectors``, ``Word2Vec``, ...
    vectors : LoadedVectors
        Words, vectors and counts.
    syn1 : ndarray of float32, shape (inner nodes, vector_size), or None
        Output layer of hierarchical softmax.
    syn1neg : ndarray of float32, shape (words, vector_size), or None
        Output layer of negative sampling.
    lock_factors : ndarray of float32, shape (1,) or (words,), or None
        Value of ``vectors_lockf``.
    parameters : dict
        Scalar attributes of the model (``window``, ``sg``, ``alpha``, ...); empty for KeyedVectors.
    """

    class_name: str
    vectors: LoadedVectors
    syn1: NDArray[np.float32] | None
    syn1neg: NDArray[np.float32] | None
    lock_factors: NDArray[np.float32] | None
    parameters: dict[str, int | float | str | bool | None]


def read_gensim(path: AnyPath) -> GensimModel:
    """Read a Word2Vec or KeyedVectors object saved by gensim 4, or a class with the same attributes.

    Parameters
    ----------
    path : path
        The file that was given to gensim's ``save``; its ``.npy`` files must be in the same folder.

    Returns
    -------
    GensimModel
        The content.

    Raises
    ------
    FormatError
        If the file has another format, or refers to anything but arrays and gensim classes. Nothing is executed.
    CorruptFileError
        If the file is damaged, or an array does not have the expected shape.
    OSError
        If a file is missing or cannot be read.
    """
    local = local_path(path)
    root = read_pickle(local)
    if not isinstance(root, Record):
        raise FormatError(f"{local}: expected a gensim model, found {type(root).__name__}")
    table = root.attributes.get("wv", root)
    if not isinstance(table, Record):
        raise CorruptFileError(f"{local}: the attribute wv is not a KeyedVectors object")
    inner = "wv." if table is not root else ""
    if "vectors_ngrams" in table.attributes:
        raise FormatError(
            f"{local}: gensim saves a {root.class_name} model with n-grams without its final vectors; "
            "write it with gensim's save_facebook_model and load that .bin file"
        )
    words = _words_of(local, table)
    vectors = _matrix(local, table, inner, "vectors")
    if vectors is None or len(vectors) < len(words):
        raise CorruptFileError(f"{local}: expected vectors for {len(words)} words")
    outputs = {name: _matrix(local, root, "", name) if inner else None for name in ("syn1", "syn1neg")}
    for name, rows in outputs.items():
        if rows is not None and rows.shape[1] != vectors.shape[1]:
            raise CorruptFileError(
                f"{local}: {name} must have {vectors.shape[1]} columns, as the vectors, got {rows.shape[1]}"
            )
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
            f"{path}: found a {table.class_name} object without index_to_key; only files of gensim 4 are supported: "
            "load and save older ones with gensim 4 first"
        )
    words = [str(word) for word in words]
    if len(set(words)) != len(words):
        raise CorruptFileError(f"{path}: words must be distinct, got {len(words) - len(set(words))} repetitions")
    return words


def _counts_of(path: Path, table: Record, rows: int) -> NDArray[np.int64] | None:
    attributes = table.attributes.get("expandos")
    counts = array_of(attributes.get("count")) if isinstance(attributes, dict) else None
    if counts is None:
        return None
    if counts.shape != (rows,) or counts.dtype.kind not in "iu":
        raise CorruptFileError(
            f"{path}: counts must be integers of shape {(rows,)}, got {counts.dtype} of shape {counts.shape}"
        )
    return counts.astype(np.int64)


def _matrix(path: Path, record: Record, inner: str, name: str) -> NDArray[Any] | None:
    array = _array(path, record, inner, name)
    if array is not None and (array.ndim != 2 or array.shape[1] == 0):
        raise CorruptFileError(f"{path}: {name} must be a matrix, got shape {array.shape}")
    return array


def _array(path: Path, record: Record, inner: str, name: str) -> NDArray[Any] | None:
    """Return an array of floats, from the pickle or from the ``.npy`` file that the pickle refers to."""
    separate = record.attributes.get("__numpys", [])
    if isinstance(separate, list) and name in separate:
        array: NDArray[Any] | None = _read_side_file(path, f"{path.name}.{inner}{name}.npy")
    else:
        array = array_of(record.attributes.get(name))
    if array is not None and array.dtype not in (np.float16, np.float32, np.float64):
        raise CorruptFileError(f"{path}: {name} must be an array of floats, got {array.dtype}")
    return array


def _read_side_file(path: Path, name: str) -> NDArray[Any]:
    side = path.with_name(name)
    if not side.exists():
        raise FileNotFoundError(f"{side}: gensim stores large arrays in such files beside {path.name}")
    if side.resolve().parent != path.resolve().parent:
        raise FormatError(f"{side}: refusing a link out of the folder of {path.name}")
    try:
        # When mapping a file, NumPy compares the header with the size of the file before it allocates memory.
        return np.array(np.load(side, mmap_mode="r", allow_pickle=False))
    except (ValueError, TypeError, EOFError, SyntaxError, OverflowError) as error:
        raise CorruptFileError(f"{side}: damaged, or not an array of numbers ({error!s:.200})") from None


def _parameters_of(model: Record) -> dict[str, int | float | str | bool | None]:
    return {
        name: value
        for name, value in model.attributes.items()
        if isinstance(name, str)
        and _ATTRIBUTE.fullmatch(name)
        and not name.startswith("__")
        and isinstance(value, (int, float, str, bool, type(None)))
    }
