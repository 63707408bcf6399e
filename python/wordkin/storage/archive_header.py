"""The header of a model file: the JSON table of tensors, which is checked completely before any data is used.

Layout (https://github.com/huggingface/safetensors): the length of the header in 8 bytes, little-endian; the header in
JSON; the tensors without gaps. wordkin's own entries are in ``__metadata__``: ``format``, ``version``, ``metadata``
(JSON), ``crc32`` (JSON: tensor name -> checksum of its bytes) and, since version 1.1, ``header_crc32``: the checksum of
these entries and of the names, types and shapes of the tensors.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import CorruptFileError, FormatError, TruncatedFileError
from .signatures import FASTTEXT_MAGIC, ZIP_SIGNATURE, binary_format_of, is_pickle, pickle_advice

__all__ = [
    "DTYPES",
    "FORMAT",
    "LENGTH_BYTES",
    "VERSION",
    "Header",
    "TensorEntry",
    "header_length",
    "pack_header",
    "parse_header",
    "refuse_constant",
]

FORMAT = "wordkin"
VERSION = (1, 1)
LENGTH_BYTES = 8

# Limits for untrusted headers; real ones have a few dozen tensors and a few kilobytes.
MAX_HEADER_BYTES = 16 << 20
MAX_TENSORS = 10_000
MAX_NAME_CHARACTERS = 1_000
MAX_DIMENSIONS = 8

# Tensors begin at a multiple of the cache-line size, so that vector loads from a mapped file are aligned.
_ALIGNMENT = 64

DTYPES: Mapping[str, np.dtype[Any]] = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
    "I16": np.dtype("<i2"),
    "I8": np.dtype("i1"),
    "U64": np.dtype("<u8"),
    "U32": np.dtype("<u4"),
    "U16": np.dtype("<u2"),
    "U8": np.dtype("u1"),
    "BOOL": np.dtype("?"),
}


@dataclass(frozen=True, kw_only=True)
class TensorEntry:
    """Position of a tensor in the file.

    Parameters
    ----------
    name : str
        Name of the tensor.
    dtype : str
        Key of `DTYPES`.
    shape : tuple of int
        Shape.
    begin, end : int
        The tensor is bytes [begin, end) after the header.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Header:
    """Content of a header.

    Parameters
    ----------
    tensors : tuple of TensorEntry
        Tensors in the order of the file.
    metadata : dict
        Metadata of the caller.
    checksums : dict of str to int
        CRC-32 of the bytes of each tensor.
    """

    tensors: tuple[TensorEntry, ...]
    metadata: dict[str, Any]
    checksums: dict[str, int]


def pack_header(header: Header) -> bytes:
    """Return the first bytes of a file, including the length; equal headers give equal bytes.

    Parameters
    ----------
    header : Header
        The header.

    Returns
    -------
    bytes
        Length and JSON text, padded with spaces to the alignment of the tensors.

    Raises
    ------
    FormatError
        If the header is larger than the reader accepts.
    """
    own = {
        "crc32": _canonical({name: f"{crc:08x}" for name, crc in header.checksums.items()}),
        "format": FORMAT,
        "metadata": _canonical(header.metadata),
        "version": f"{VERSION[0]}.{VERSION[1]}",
    }
    own["header_crc32"] = _header_checksum(own, header.tensors)
    table: dict[str, Any] = {"__metadata__": own}
    for entry in header.tensors:
        table[entry.name] = {
            "dtype": entry.dtype,
            "shape": list(entry.shape),
            "data_offsets": [entry.begin, entry.end],
        }
    text = json.dumps(table, separators=(",", ":")).encode("ascii")
    text += b" " * (-(LENGTH_BYTES + len(text)) % _ALIGNMENT)
    if len(text) > MAX_HEADER_BYTES:
        raise FormatError(
            f"the header of a model file must have at most {MAX_HEADER_BYTES} bytes, got {len(text)}: store large "
            "data in tensors rather than in metadata"
        )
    return struct.pack("<Q", len(text)) + text


def header_length(source: str, start: bytes, file_size: int) -> int:
    """Return the length of the JSON text of a file.

    Parameters
    ----------
    source : str
        Name of the file in error messages.
    start : bytes
        The first 9 or more bytes of the file.
    file_size : int
        Size of the file in bytes.

    Returns
    -------
    int
        Length in bytes.

    Raises
    ------
    FormatError
        If the file has another format.
    CorruptFileError
        If the file is truncated, or the length is impossible.
    """
    _refuse_other_formats(source, start)
    if len(start) <= LENGTH_BYTES:
        raise TruncatedFileError(f"{source}: byte {file_size}: the file ends within the header")
    length = int(struct.unpack("<Q", start[:LENGTH_BYTES])[0])
    if start[LENGTH_BYTES : LENGTH_BYTES + 1] != b"{":
        raise FormatError(
            f"{source}: byte {LENGTH_BYTES}: expected the '{{' of a safetensors header, found "
            f"{start[LENGTH_BYTES : LENGTH_BYTES + 1]!r}; use KeyedVectors.load_word2vec_format for files of word2vec, "
            "GloVe and fastText"
        )
    if length > file_size - LENGTH_BYTES:
        raise CorruptFileError(
            f"{source}: byte 0: the header has {length} bytes, but the file only {file_size}; is it truncated?"
        )
    if length > MAX_HEADER_BYTES:
        raise CorruptFileError(f"{source}: byte 0: the header has {length} bytes; the limit is {MAX_HEADER_BYTES}")
    return length


def parse_header(source: str, text: bytes, data_bytes: int) -> Header:
    """Check and parse the JSON text of a header.

    Parameters
    ----------
    source : str
        Name of the file in error messages.
    text : bytes
        The JSON text.
    data_bytes : int
        Size of the data after the header.

    Returns
    -------
    Header
        The header.

    Raises
    ------
    FormatError
        If the file was not written by wordkin, or has a later format version.
    CorruptFileError
        If the header is inconsistent or does not match the size of the file.
    """
    table = _parse_json(source, text, "the header")
    own = table.pop("__metadata__", None)
    if not isinstance(own, dict) or own.get("format") != FORMAT:
        raise FormatError(
            f'{source}: byte {LENGTH_BYTES}: expected a safetensors file with "format": "{FORMAT}" in its '
            "__metadata__; was it saved by another program?"
        )
    _check_version(source, own.get("version"))
    entries = _parse_entries(source, table, data_bytes)
    _check_header(source, own, entries)
    metadata = _parse_json(source, _text_of(source, own, "metadata"), "the metadata")
    checksums = _parse_checksums(source, _text_of(source, own, "crc32"), [entry.name for entry in entries])
    return Header(tensors=entries, metadata=metadata, checksums=checksums)


def _refuse_other_formats(source: str, start: bytes) -> None:
    if len(start) == 0:
        raise FormatError(f"{source}: byte 0: expected a model saved by wordkin, found an empty file")
    looks_like_header = start[LENGTH_BYTES : LENGTH_BYTES + 1] == b"{"
    if is_pickle(start) and not looks_like_header:
        raise FormatError(
            f"{source}: byte 0: refusing to load a pickle, which can execute code; {pickle_advice(start)}"
        )
    if start.startswith(ZIP_SIGNATURE) and not looks_like_header:
        raise FormatError(
            f"{source}: byte 0: expected a model saved by wordkin, found a zip archive (npz, PyTorch, ...)"
        )
    found = None if looks_like_header else binary_format_of(start)
    if found is not None:
        is_fasttext = start.startswith(FASTTEXT_MAGIC)
        advice = "; wordkin.vectors.FastTextKeyedVectors.load_fasttext_format reads it" if is_fasttext else ""
        raise FormatError(f"{source}: byte 0: expected a model saved by wordkin, found {found[0]}{advice}")


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _parse_json(source: str, text: str | bytes, what: str) -> dict[str, Any]:
    try:
        value = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise CorruptFileError(f"{source}: byte {LENGTH_BYTES}: {what} is not valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise CorruptFileError(f"{source}: byte {LENGTH_BYTES}: {what} must be an object, got {type(value).__name__}")
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        duplicate = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"duplicate key {duplicate[:100]!r}")
    return result


def refuse_constant(name: str) -> Any:
    """Raise a ValueError for NaN and infinity, which JSON does not have but `json` accepts.

    Parameters
    ----------
    name : str
        The constant.

    Raises
    ------
    ValueError
        Always.
    """
    raise ValueError(f"{name} is not JSON")


def _header_checksum(own: Mapping[str, Any], entries: Sequence[TensorEntry]) -> str:
    """Return the checksum of the content of a header: another program may write the same content in other words."""
    tensors = {entry.name: [entry.dtype, entry.shape] for entry in entries}
    content = {name: value for name, value in own.items() if name != "header_crc32"}
    return f"{zlib.crc32(_canonical([content, tensors]).encode('ascii')):08x}"


def _check_header(source: str, own: Mapping[str, Any], entries: Sequence[TensorEntry]) -> None:
    expected = own.get("header_crc32")
    if expected is None:  # written before version 1.1
        return
    actual = _header_checksum(own, entries)
    if actual != expected:
        raise CorruptFileError(
            f"{source}: byte {LENGTH_BYTES}: the header has the checksum {actual}, but says {expected!r:.20}: the file "
            "was damaged after it was written"
        )


def _check_version(source: str, version: Any) -> None:
    major, _, minor = version.partition(".") if isinstance(version, str) else ("", "", "")
    if not (major.isascii() and major.isdigit() and minor.isascii() and minor.isdigit() and len(version) < 20):
        raise CorruptFileError(f"{source}: byte {LENGTH_BYTES}: version must be like '1.0', got {version!r:.50}")
    if not 1 <= int(major) <= VERSION[0]:
        raise FormatError(
            f"{source}: the file has format version {version}; this version of wordkin reads 1.0 to {VERSION[0]}.x: "
            "upgrade wordkin"
        )


def _text_of(source: str, own: dict[str, Any], key: str) -> str:
    text = own.get(key)
    if not isinstance(text, str):
        raise CorruptFileError(f"{source}: byte {LENGTH_BYTES}: __metadata__ has no str {key!r}")
    return text


def _parse_checksums(source: str, text: str, names: list[str]) -> dict[str, int]:
    checksums = _parse_json(source, text, "the table of checksums")
    if sorted(checksums) != sorted(names):
        raise CorruptFileError(f"{source}: byte {LENGTH_BYTES}: the checksums do not belong to the tensors")
    try:
        return {name: int(checksums[name], 16) for name in names}
    except (TypeError, ValueError):
        raise CorruptFileError(f"{source}: byte {LENGTH_BYTES}: a checksum is not a hexadecimal number") from None


def _parse_entries(source: str, table: dict[str, Any], data_bytes: int) -> tuple[TensorEntry, ...]:
    if len(table) > MAX_TENSORS:
        raise CorruptFileError(f"{source}: byte {LENGTH_BYTES}: {len(table)} tensors; the limit is {MAX_TENSORS}")
    entries = sorted(
        (_parse_entry(source, name, value) for name, value in table.items()), key=lambda entry: (entry.begin, entry.end)
    )
    expected = 0
    for entry in entries:
        if entry.begin != expected:
            raise CorruptFileError(
                f"{source}: tensor {entry.name!r} begins at byte {entry.begin} of the data, expected {expected}: "
                "tensors must neither overlap nor leave gaps"
            )
        expected = entry.end
    if expected > data_bytes:
        raise TruncatedFileError(
            f"{source}: the tensors need {expected} bytes, but the file has {data_bytes}; is it truncated?"
        )
    if expected < data_bytes:
        raise CorruptFileError(
            f"{source}: expected the file to end after the last tensor, found {data_bytes - expected} more bytes"
        )
    return tuple(entries)


def _parse_entry(source: str, name: str, value: Any) -> TensorEntry:
    if len(name) > MAX_NAME_CHARACTERS:
        raise CorruptFileError(
            f"{source}: a tensor name has {len(name)} characters, the limit is {MAX_NAME_CHARACTERS}"
        )
    if not isinstance(value, dict) or set(value) != {"dtype", "shape", "data_offsets"}:
        raise CorruptFileError(f"{source}: tensor {name!r} must have exactly dtype, shape and data_offsets")
    dtype, shape, offsets = value["dtype"], value["shape"], value["data_offsets"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise CorruptFileError(f"{source}: tensor {name!r} has the unknown dtype {dtype!r:.50}")
    if not _are_sizes(shape) or len(shape) > MAX_DIMENSIONS:
        raise CorruptFileError(f"{source}: tensor {name!r} has the shape {shape!r:.100}")
    if not _are_sizes(offsets) or len(offsets) != 2:
        raise CorruptFileError(f"{source}: tensor {name!r} has the offsets {offsets!r:.100}")
    begin, end = offsets
    needed = math.prod(shape) * DTYPES[dtype].itemsize
    if end - begin != needed:
        raise CorruptFileError(
            f"{source}: tensor {name!r} of shape {shape} and dtype {dtype} needs {needed} bytes, has {end - begin}"
        )
    return TensorEntry(name=name, dtype=dtype, shape=tuple(shape), begin=begin, end=end)


def _are_sizes(values: Any) -> bool:
    """Return whether `values` is a list of integers that are valid file offsets."""
    return isinstance(values, list) and all(type(value) is int and 0 <= value < 1 << 62 for value in values)
