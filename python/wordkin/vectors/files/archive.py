"""A table of vectors as named tensors and metadata: what a saved file, and a pickle, consist of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...errors import FormatError, WrongKindError
from ...storage import Archive, pack_words, read_archive, unpack_words
from ...storage.archive_bytes import pack_archive, save_archive, unpack_archive
from ...storage.lifecycle import events_of_metadata, metadata_of_events
from ...storage.paths import AnyPath

if TYPE_CHECKING:
    from ..keyed_vectors import KeyedVectors

__all__ = ["KIND", "from_archive", "from_bytes", "load", "save", "to_archive", "to_bytes"]

KIND = "keyed_vectors"

Table = TypeVar("Table", bound="KeyedVectors")


def save(table: KeyedVectors, target: AnyPath | BinaryIO) -> None:
    """Write `table` to a file."""
    archive = to_archive(table)
    save_archive(target, archive.tensors, archive.metadata)


def load(cls: type[Table], path: AnyPath, *, mmap: bool) -> Table:
    """Read a table of class `cls` from a file of `save`."""
    return from_archive(cls, read_archive(path, mmap=mmap))


def to_bytes(table: KeyedVectors) -> bytes:
    """The content of the file that `save` would write."""
    archive = to_archive(table)
    return pack_archive(archive.tensors, archive.metadata)


def from_bytes(cls: type[Table], data: bytes) -> Table:
    """The table that `to_bytes` made bytes of."""
    return from_archive(cls, unpack_archive(data))


def to_archive(table: KeyedVectors) -> Archive:
    """Tensors and metadata of `table`.

    Raises
    ------
    TypeError
        If a key is neither text nor a whole number, or an attribute's values are nothing that JSON can say.
    """
    words, offsets = pack_words([_key_as_text(key) for key in table.index_to_key])
    tensors: dict[str, NDArray[Any]] = {
        "vectors": table.vectors,
        "vectors_lockf": np.asarray(table.vectors_lockf),
        "words": words,
        "word_offsets": offsets,
    }
    json_columns: list[str] = []
    for name, column in table.expandos.items():
        if column.dtype == object:
            json_columns.append(name)
            tensors[f"attribute.{name}"] = _json_tensor(name, column)
        else:
            tensors[f"attribute.{name}"] = column
    metadata: dict[str, Any] = {
        "kind": KIND,
        "vector_size": table.vector_size,
        "next_index": table.next_index,
        "json_attributes": json_columns,
        **metadata_of_events(table),
    }
    kinds = np.array([_KEY_KINDS[_kind_of(key)] for key in table.index_to_key], dtype=np.uint8)
    if kinds.any():
        tensors["key_kinds"] = kinds
    return Archive(tensors=tensors, metadata=metadata)


def from_archive(cls: type[Table], archive: Archive) -> Table:
    """The table that `to_archive` took apart.

    Raises
    ------
    FormatError
        If the archive holds something else.
    """
    tensors, metadata = archive.tensors, archive.metadata
    if metadata.get("kind") != KIND:
        raise WrongKindError(
            f"this file holds {metadata.get('kind')!r}, not {KIND!r}: load it with the class that saved it"
        )
    try:
        words: list[Any] = unpack_words(tensors["words"], tensors["word_offsets"])
        if "key_kinds" in tensors:
            words = [
                _key_from_text(word, kind) for word, kind in zip(words, tensors["key_kinds"].tolist(), strict=True)
            ]
        table = cls(int(metadata["vector_size"]))
        table.index_to_key = words
        table.key_to_index = {word: index for index, word in enumerate(words) if word is not None}
        table.lifecycle_events = events_of_metadata(metadata)
        table.next_index = int(metadata["next_index"])
        table.vectors = tensors["vectors"]
        table.vectors_lockf = np.array(tensors["vectors_lockf"])
        json_columns = set(metadata["json_attributes"])
        for name, tensor in tensors.items():
            if name.startswith("attribute."):
                attribute = name.removeprefix("attribute.")
                table.expandos[attribute] = _column_of(tensor) if attribute in json_columns else np.array(tensor)
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"this file is no whole {KIND!r}: {error}") from error
    if len(table.key_to_index) != sum(word is not None for word in words):
        raise FormatError("a key stands in this file more than once")
    if any(len(column) != len(words) for column in table.expandos.values()):
        raise FormatError(f"an attribute has not one entry for each of {len(words)} keys")
    if table.vectors.shape != (len(words), table.vector_size):
        raise FormatError(f"{len(words)} keys of {table.vector_size} numbers, but vectors of {table.vectors.shape}")
    return table


_KEY_KINDS = {"text": 0, "number": 1, "empty": 2}


def _kind_of(key: object) -> str:
    if isinstance(key, str):
        return "text"
    if key is None:
        return "empty"
    if isinstance(key, (int, np.integer)) and not isinstance(key, bool):
        return "number"
    raise TypeError(f"only text and whole numbers can be saved as keys, got {key!r}")


def _key_as_text(key: object) -> str:
    return "" if key is None else str(key)


def _key_from_text(text: str, kind: int) -> str | int | None:
    if kind == _KEY_KINDS["number"]:
        return int(text)
    return None if kind == _KEY_KINDS["empty"] else text


def _json_tensor(name: str, column: NDArray[Any]) -> NDArray[np.uint8]:
    try:
        text = json.dumps([_as_json(value) for value in column], ensure_ascii=False)
    except TypeError as error:
        raise TypeError(f"attribute {name!r} has a value that cannot be saved: {error}") from None
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)


def _as_json(value: Any) -> Any:
    if isinstance(value, np.ndarray):  # Huffman codes and the like: of another length for each key
        if value.dtype.kind not in "biuf":
            raise TypeError(f"an array of {value.dtype}")
        return {"dtype": value.dtype.str, "values": value.tolist()}
    return value.item() if isinstance(value, np.generic) else value


def _column_of(tensor: NDArray[np.uint8]) -> NDArray[Any]:
    values: Sequence[Any] = json.loads(tensor.tobytes())
    column = np.empty(len(values), dtype=object)
    for index, value in enumerate(values):
        is_array = isinstance(value, dict) and set(value) == {"dtype", "values"}
        column[index] = np.array(value["values"], dtype=value["dtype"]) if is_array else value
    return column
