"""Files of contextual vectors, written sentence by sentence: HDF5 in the layout of bilm-tf, or safetensors."""

from __future__ import annotations

import json
import logging
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ...runtime.options import choice_option
from ...storage.atomic import OutputFile, replaced_file
from ...storage.decoding import OTHER_ENCODING, TextOptions
from ...storage.lines import read_lines
from ...storage.paths import AnyPath, local_path
from ...text.tokenization import Tokenizer
from .hdf5_output import Hdf5Writer

__all__ = ["OutputFormat", "output_format", "token_lines", "write_vectors"]

logger = logging.getLogger(__name__)

OutputFormat = Literal["hdf5", "safetensors"]

_FORMAT_OF_SUFFIX: dict[str, OutputFormat] = {".hdf5": "hdf5", ".h5": "hdf5", ".safetensors": "safetensors"}
_MAX_INDEX_BYTES = 64 << 20
_HEADER_BYTES = 1024  # reserved for the header, whose content is known only at the end


class _VectorFile(Protocol):
    def add(self, sentence: list[str], vectors: NDArray[np.float32]) -> None: ...
    def finish(self) -> None: ...


def output_format(output: AnyPath, format_name: OutputFormat | None = None) -> OutputFormat:
    """Return the format of an output file.

    Parameters
    ----------
    output : path
        The file; its suffix decides if no format is given.
    format_name : {"hdf5", "safetensors"}, optional
        The format.

    Returns
    -------
    {"hdf5", "safetensors"}
        The format.

    Raises
    ------
    ValueError
        If the format is unknown, or the suffix of the file belongs to none.
    """
    if format_name is not None:
        return choice_option("format", format_name, ("hdf5", "safetensors"))  # type: ignore[return-value]
    suffix = local_path(output).suffix.lower()
    if suffix not in _FORMAT_OF_SUFFIX:
        raise ValueError(f"output must end in {', '.join(_FORMAT_OF_SUFFIX)}, got {suffix!r}; or pass format=")
    return _FORMAT_OF_SUFFIX[suffix]


def write_vectors(
    output: AnyPath,
    file_format: OutputFormat,
    encoded: Iterable[tuple[list[str], NDArray[np.float32]]],
    *,
    token_axis: int | None,
    metadata: dict[str, str],
    show: Callable[[int], object] | None = None,
) -> int:
    """Write the vectors of sentences to a file, which appears under its name once it is complete.

    Parameters
    ----------
    output : path
        The file to write.
    file_format : {"hdf5", "safetensors"}
        Its format.
    encoded : iterable of (list of str, ndarray of float32)
        Tokens and vectors of each sentence.
    token_axis : int or None
        Axis of the vectors that counts tokens; None if a sentence has one row. It comes first in safetensors files.
    metadata : dict of str to str
        Metadata for safetensors files.
    show : callable, optional
        Called with the number of tokens written so far.

    Returns
    -------
    int
        Number of sentences written.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    sentences = tokens = 0
    with _opened(output, file_format, metadata, token_axis) as file:
        for sentence, vectors in encoded:
            file.add(sentence, vectors)
            sentences += 1
            tokens += len(sentence)
            if show is not None:
                show(tokens)
    return sentences


@contextmanager
def _opened(
    output: AnyPath, file_format: OutputFormat, metadata: dict[str, str], token_axis: int | None
) -> Iterator[_VectorFile]:
    with replaced_file(output) as file:
        vectors = _Hdf5File(file) if file_format == "hdf5" else _SafetensorsFile(file, token_axis, metadata)
        yield vectors
        vectors.finish()


class _Hdf5File:
    """One dataset per sentence, named by its index from 0, and a dataset that maps each text to its index."""

    def __init__(self, file: OutputFile) -> None:
        self._writer = Hdf5Writer(file)
        self._count = 0
        self._index: dict[str, str] | None = {}
        self._index_bytes = 0

    def add(self, sentence: list[str], vectors: NDArray[np.float32]) -> None:
        name = str(self._count)
        self._writer.add(name, vectors)
        self._count += 1
        if self._index is None:
            return
        text = " ".join(sentence)
        self._index_bytes += len(text) + 100
        self._index[text] = name
        if self._index_bytes > _MAX_INDEX_BYTES:
            self._index = None
            logger.warning("the text is too long for the dataset sentence_to_index, which is not written")

    def finish(self) -> None:
        if self._index is not None:
            self._writer.add_text("sentence_to_index", json.dumps(self._index))
        self._writer.finish()


class _SafetensorsFile:
    """All tokens concatenated in the tensor `vectors`; the tensor `ends` has the index after each sentence's last."""

    def __init__(self, file: OutputFile, token_axis: int | None, metadata: dict[str, str]) -> None:
        self._file = file
        self._metadata = metadata
        self._token_axis = token_axis
        self._ends: list[int] = []
        self._tokens = 0
        self._shape: tuple[int, ...] = ()
        file.write(b" " * _HEADER_BYTES)

    def add(self, sentence: list[str], vectors: NDArray[np.float32]) -> None:
        moved = vectors[np.newaxis] if self._token_axis is None else np.moveaxis(vectors, self._token_axis, 0)
        rows = np.ascontiguousarray(moved, dtype="<f4")
        self._shape = rows.shape[1:]
        self._tokens += len(rows)
        self._ends.append(self._tokens)
        if rows.size:
            self._file.write(rows)

    def finish(self) -> None:
        shape = [self._tokens, *self._shape]
        size = 4 * int(np.prod(shape, dtype=object))
        pad = -size % 8  # aligns `ends` to its item size; safetensors allows no gaps, so the padding is a tensor too
        ends = np.array(self._ends, dtype="<i8")
        self._file.write(b"\0" * pad)
        self._file.write(ends)
        table: dict[str, Any] = {
            "__metadata__": self._metadata,
            "vectors": {"dtype": "F32", "shape": shape, "data_offsets": [0, size]},
            "ends": {"dtype": "I64", "shape": [len(ends)], "data_offsets": [size + pad, size + pad + ends.nbytes]},
        }
        if pad:
            table["padding"] = {"dtype": "U8", "shape": [pad], "data_offsets": [size, size + pad]}
        text = json.dumps(table).encode("ascii")
        self._file.rewrite_start(struct.pack("<Q", _HEADER_BYTES - 8) + text.ljust(_HEADER_BYTES - 8))


def token_lines(path: AnyPath, options: TextOptions | None = None, split: Tokenizer = str.split) -> Iterator[list[str]]:
    """Yield the tokens of each line of a text file; an empty line has none.

    Parameters
    ----------
    path : path
        A text file, optionally compressed.
    options : TextOptions or None, default None
        How the text is decoded; None for UTF-8.
    split : callable, default str.split
        Function from a line to its tokens.

    Yields
    ------
    list of str
        Tokens of a line.

    Raises
    ------
    FormatError
        If the text cannot be decoded, or a line is longer than 64 MiB.
    OSError
        If the file cannot be read.
    """
    for _, line in read_lines(path, options, advice=OTHER_ENCODING):
        yield list(split(line))
