"""Files of contextual vectors, written as they come: HDF5 as the original command lays it out, or safetensors."""

from __future__ import annotations

import json
import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ...errors import FormatError
from ...runtime.options import choice_option
from ...storage.atomic import OutputFile, replaced_file, replaced_path
from ...storage.opening import open_binary
from ...storage.paths import AnyPath, local_path
from .hdf5_weights import imported_h5py

__all__ = ["OutputFormat", "VectorOutput", "format_of", "opened_output", "token_lines"]

logger = logging.getLogger(__name__)

OutputFormat = Literal["hdf5", "safetensors"]

_OF_SUFFIX: dict[str, OutputFormat] = {".hdf5": "hdf5", ".h5": "hdf5", ".safetensors": "safetensors"}
_MOST_LINE_BYTES = 64 << 20
_MOST_INDEX_BYTES = 64 << 20
_HEADER_BYTES = 1024  # kept free for what is known in the end


class VectorOutput(Protocol):
    """Takes what is wanted of sentence after sentence."""

    def add(self, sentence: list[str], vectors: NDArray[np.float32]) -> None: ...


def format_of(output: AnyPath, format_name: Any = None) -> OutputFormat:
    """Return the format that is asked for, or that of the file's name.

    Raises
    ------
    ValueError
        If there is none.
    """
    if format_name is not None:
        return choice_option("format", format_name, ("hdf5", "safetensors"))  # type: ignore[return-value]
    suffix = local_path(output).suffix.lower()
    if suffix not in _OF_SUFFIX:
        raise ValueError(f"output must end in {', '.join(_OF_SUFFIX)}, or format must be given, got {suffix!r}")
    return _OF_SUFFIX[suffix]


@contextmanager
def opened_output(
    output: AnyPath, file_format: OutputFormat, metadata: dict[str, str], axis: int | None
) -> Iterator[VectorOutput]:
    """Open a file that gets its name when the block ends without an error.

    Parameters
    ----------
    output, file_format
        Where and how.
    metadata
        For readers.
    axis
        Of tokens in what is added; in safetensors it comes first. None: a sentence is one row.
    """
    if file_format == "hdf5":
        h5py = imported_h5py()
        with replaced_path(output) as temporary, h5py.File(temporary, "w") as file:
            groups = _Hdf5Output(file)
            yield groups
            groups.finish(h5py)
        return
    with replaced_file(output) as plain:
        joined = _SafetensorsOutput(plain, axis)
        yield joined
        joined.finish(metadata)


class _Hdf5Output:
    """A data set for each sentence, named by its number from 0 on, and the numbers of sentences by their text."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._count = 0
        self._index: dict[str, str] | None = {}
        self._index_bytes = 0

    def add(self, sentence: list[str], vectors: NDArray[np.float32]) -> None:
        name = str(self._count)
        self._file.create_dataset(name, data=vectors)
        self._count += 1
        if self._index is None:
            return
        text = " ".join(sentence)
        self._index_bytes += len(text) + 100
        self._index[text] = name
        if self._index_bytes > _MOST_INDEX_BYTES:
            self._index = None
            logger.warning("the text is too long for the data set `sentence_to_index`; it is left out")

    def finish(self, h5py: Any) -> None:
        if self._index is not None:
            index = self._file.create_dataset("sentence_to_index", (1,), dtype=h5py.string_dtype())
            index[0] = json.dumps(self._index)


class _SafetensorsOutput:
    """All tokens one behind the other in `vectors`, and behind which of them each sentence `ends`."""

    def __init__(self, file: OutputFile, axis: int | None) -> None:
        self._file = file
        self._axis = axis
        self._ends: list[int] = []
        self._tokens = 0
        self._shape: tuple[int, ...] = ()
        file.write(b" " * _HEADER_BYTES)

    def add(self, sentence: list[str], vectors: NDArray[np.float32]) -> None:
        moved = vectors[np.newaxis] if self._axis is None else np.moveaxis(vectors, self._axis, 0)
        rows = np.ascontiguousarray(moved, dtype="<f4")
        self._shape = rows.shape[1:]
        self._tokens += len(rows)
        self._ends.append(self._tokens)
        if rows.size:
            self._file.write(rows)

    def finish(self, metadata: dict[str, str]) -> None:
        shape = [self._tokens, *self._shape]
        size = 4 * int(np.prod(shape, dtype=object))
        pad = -size % 8  # `ends` begin at a multiple of their size, and there are no holes
        ends = np.array(self._ends, dtype="<i8")
        self._file.write(b"\0" * pad)
        self._file.write(ends)
        table: dict[str, Any] = {
            "__metadata__": metadata,
            "vectors": {"dtype": "F32", "shape": shape, "data_offsets": [0, size]},
            "ends": {"dtype": "I64", "shape": [len(ends)], "data_offsets": [size + pad, size + pad + ends.nbytes]},
        }
        if pad:
            table["padding"] = {"dtype": "U8", "shape": [pad], "data_offsets": [size, size + pad]}
        text = json.dumps(table).encode("ascii")
        self._file.rewrite_start(struct.pack("<Q", _HEADER_BYTES - 8) + text.ljust(_HEADER_BYTES - 8))


def token_lines(path: AnyPath) -> Iterator[list[str]]:
    """Give the tokens of each line of a text, which stand apart by ASCII blanks; none of an empty line.

    Raises
    ------
    FormatError
        If a line is no UTF-8, or longer than 64 MiB.
    OSError
        If the file cannot be read.
    """
    source: Path = local_path(path)
    with open_binary(source) as file:
        number = 0
        while line := file.readline(_MOST_LINE_BYTES):
            number += 1
            if len(line) >= _MOST_LINE_BYTES:
                raise FormatError(f"{source}: line {number}: longer than {_MOST_LINE_BYTES} bytes")
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
                if line.startswith((b"\xff\xfe", b"\xfe\xff")):
                    raise FormatError(f"{source}: byte 0: looks like UTF-16; convert it to UTF-8")
            try:
                yield [token.decode("utf-8") for token in line.split()]
            except UnicodeDecodeError:
                raise FormatError(f"{source}: line {number}: invalid UTF-8") from None
