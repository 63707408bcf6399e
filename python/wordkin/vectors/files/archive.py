"""Vector tables in wordkin's own format: named tensors and metadata of one safetensors file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import FormatError, VocabularyError
from ...runtime.options import integer_option
from ...storage import Archive
from ...storage.lifecycle import events_of_metadata, metadata_of_events
from ...storage.saveable import Saveable
from ...text import PreparationOptions
from ..arrays import as_matrix
from ..key_storage import pack_keys, unpack_keys
from ..subwords import MAX_HASH_COUNT, Subwords, no_word_rows
from ..table import VectorTable

__all__ = ["FASTTEXT_VECTORS", "KEYED_VECTORS", "archive_to_fasttext_table", "archive_to_table", "table_to_archive"]

_MAX_SUBWORD_LENGTH = 2**31 - 1
_UNLOCKED = np.ones(1, np.float32)


def table_to_archive(table: VectorTable) -> Archive:
    """Return the tensors and metadata of a table.

    Parameters
    ----------
    table : VectorTable
        The table.

    Returns
    -------
    Archive
        Tensors and metadata, without the kind of the file.

    Raises
    ------
    TypeError
        If a key or an attribute has a value that cannot be represented in JSON; see `key_to_json`.
    VocabularyError
        If keys, vectors and attributes do not fit together, so that the file could not be read.
    """
    if problem := table.inconsistency(len({None, *table.index_to_key}) - 1):
        raise VocabularyError(f"{problem}; vectors like these cannot be saved")
    tensors: dict[str, NDArray[Any]] = {
        "vectors": table.vectors,
        "vectors_lockf": np.asarray(table.vectors_lockf),
        **pack_keys(table.index_to_key),
    }
    json_columns: list[str] = []
    for name, column in table.expandos.items():
        if column.dtype == object:
            json_columns.append(name)
            tensors[f"attribute.{name}"] = _json_tensor(name, column)
        else:
            tensors[f"attribute.{name}"] = column
    metadata: dict[str, Any] = {
        "vector_size": table.vector_size,
        "next_index": table.next_index,
        "json_attributes": json_columns,
        **metadata_of_events(table),
    }
    if not table.preparation.is_default:
        metadata["preparation"] = table.preparation.to_metadata()
    if table.subwords is not None:
        tensors |= _tensors_of(table.subwords, table.vectors.shape)
        metadata |= {"min_n": table.subwords.min_n, "max_n": table.subwords.max_n}
        if table.subwords.hash_count:
            metadata["hash_count"] = table.subwords.hash_count
    return Archive(tensors=tensors, metadata=metadata)


def archive_to_table(archive: Archive) -> VectorTable:
    """Return the table that `table_to_archive` stored.

    Parameters
    ----------
    archive : Archive
        Tensors and metadata.

    Returns
    -------
    VectorTable
        The table; its vectors are those of the archive, not copied.

    Raises
    ------
    FormatError
        If the archive is incomplete or inconsistent.
    """
    tensors, metadata = archive.tensors, archive.metadata
    try:
        words = unpack_keys(tensors)
        table = VectorTable(int(metadata["vector_size"]))
        table.index_to_key = words
        table.key_to_index = {word: index for index, word in enumerate(words) if word is not None}
        table.lifecycle_events = events_of_metadata(metadata)
        table.preparation = PreparationOptions.from_metadata(metadata.get("preparation", {}))
        table.next_index = integer_option("next_index", metadata["next_index"], 0, len(words))
        table.vectors = as_matrix(tensors["vectors"])
        table.vectors_lockf = np.array(tensors["vectors_lockf"])
        json_columns = set(metadata["json_attributes"])
        for name, tensor in tensors.items():
            if name.startswith("attribute."):
                attribute = name.removeprefix("attribute.")
                table.expandos[attribute] = _column_of(tensor) if attribute in json_columns else np.array(tensor)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise FormatError(f"invalid or missing content: {error}") from error
    if problem := table.inconsistency(len(table.key_to_index)):
        raise FormatError(problem)
    return table


def _tensors_of(subwords: Subwords, shape: tuple[int, ...]) -> dict[str, NDArray[Any]]:
    tensors: dict[str, NDArray[Any]] = {"vectors_ngrams": subwords.vectors}
    # After vectors were added, the rows of words are computed when they are needed.
    if not subwords.hash_count and subwords.word_rows is not None and subwords.word_rows.shape == shape:
        tensors["vectors_vocab"] = subwords.word_rows
    for name, factors in (
        ("vectors_vocab_lockf", subwords.words_lockf),
        ("vectors_ngrams_lockf", subwords.buckets_lockf),
    ):
        if not np.array_equal(factors, _UNLOCKED):
            tensors[name] = factors
    return tensors


def archive_to_fasttext_table(archive: Archive) -> VectorTable:
    """Return the table with n-gram vectors that `table_to_archive` stored.

    Parameters
    ----------
    archive : Archive
        Tensors and metadata.

    Returns
    -------
    VectorTable
        The table; its vectors are those of the archive, not copied.

    Raises
    ------
    FormatError
        If the archive is incomplete or inconsistent.
    """
    table = archive_to_table(archive)
    rows, word_rows = archive.tensors.get("vectors_ngrams"), archive.tensors.get("vectors_vocab")
    if rows is None or rows.dtype != np.float32 or rows.ndim != 2 or rows.shape[1] != table.vector_size:
        raise FormatError(f"n-gram vectors must be float32 with {table.vector_size} columns")
    if word_rows is not None and (word_rows.dtype != np.float32 or word_rows.shape != table.vectors.shape):
        raise FormatError(f"rows of words must be float32 with the shape {table.vectors.shape}")
    min_n, max_n = (integer_option(name, archive.metadata[name], 0, _MAX_SUBWORD_LENGTH) for name in ("min_n", "max_n"))
    hash_count = integer_option("hash_count", archive.metadata.get("hash_count", 0), 0, MAX_HASH_COUNT)
    if hash_count:
        word_rows = no_word_rows(*table.vectors.shape)
    table.subwords = Subwords(
        vectors=rows,
        min_n=min_n,
        max_n=max_n,
        word_rows=word_rows,
        words_lockf=_factors_of(archive, "vectors_vocab_lockf", len(table.vectors)),
        buckets_lockf=_factors_of(archive, "vectors_ngrams_lockf", len(rows)),
        hash_count=hash_count,
    )
    return table


def _factors_of(archive: Archive, name: str, rows: int) -> NDArray[np.float32]:
    factors = np.array(archive.tensors.get(name, _UNLOCKED))
    if factors.dtype != np.float32 or factors.ndim != 1 or len(factors) not in (1, rows):
        raise FormatError(f"{name} must be float32 with 1 or {rows} entries")
    return factors


def _model_to_table(archive: Archive) -> VectorTable:
    """Return the vectors of a saved Word2Vec model, which has those of a table and further tensors."""
    preparation = archive.metadata.get("preparation", {})
    metadata = {"preparation": preparation, **archive.metadata["vectors"]}
    return archive_to_table(Archive(tensors=archive.tensors, metadata=metadata))


def _model_to_fasttext_table(archive: Archive) -> VectorTable:
    """Return the vectors of a saved FastText model."""
    preparation = archive.metadata.get("preparation", {})
    metadata = {"preparation": preparation, **archive.metadata["vectors"]}
    return archive_to_fasttext_table(Archive(tensors=archive.tensors, metadata=metadata))


_HINT = "load it with the class that saved it, such as wordkin.vectors.FastTextKeyedVectors or wordkin.Word2Vec"
KEYED_VECTORS = Saveable(
    kind="keyed_vectors",
    pack=table_to_archive,
    unpack=archive_to_table,
    hint=_HINT,
    others={"word2vec": _model_to_table, "doc2vec": _model_to_table, "fasttext": _model_to_table},
)
FASTTEXT_VECTORS = Saveable(
    kind="fasttext_keyed_vectors",
    pack=table_to_archive,
    unpack=archive_to_fasttext_table,
    hint=_HINT,
    others={"fasttext": _model_to_fasttext_table},
)


def _json_tensor(name: str, column: NDArray[Any]) -> NDArray[np.uint8]:
    try:
        text = json.dumps([_as_json(value) for value in column], ensure_ascii=False)
    except TypeError as error:
        raise TypeError(
            f"attribute {name!r} must contain values that JSON can represent to be saved: {error}"
        ) from None
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)


def _as_json(value: Any) -> Any:
    if isinstance(value, np.ndarray):  # Huffman codes, for example: one array per key, of varying length
        if value.dtype.kind not in "biuf":
            raise TypeError(f"got an array of {value.dtype}")
        return {"dtype": value.dtype.str, "values": value.tolist()}
    return value.item() if isinstance(value, np.generic) else value


def _column_of(tensor: NDArray[np.uint8]) -> NDArray[Any]:
    values: Sequence[Any] = json.loads(tensor.tobytes())
    column = np.empty(len(values), dtype=object)
    for index, value in enumerate(values):
        is_array = isinstance(value, dict) and set(value) == {"dtype", "values"}
        column[index] = np.array(value["values"], dtype=value["dtype"]) if is_array else value
    return column
