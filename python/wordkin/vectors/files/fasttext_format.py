"""The whole content of fastText's model files, ``.bin`` and ``.ftz``: parameters, dictionary and both matrices."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..._core import vector_files
from ...errors import CorruptFileError, FormatError, ResourceError, TruncatedFileError
from ...storage.paths import AnyPath, local_path
from ...storage.signatures import FASTTEXT_MAGIC, FASTTEXT_START_BYTES, is_old_fasttext
from .blocks import BLOCK_BYTES, MAX_WORD_BYTES, BlockSource, open_blocks

__all__ = [
    "CENTROIDS",
    "FastTextArguments",
    "FastTextFile",
    "Matrix",
    "ProductQuantizer",
    "QuantizedMatrix",
    "read_fasttext_arguments",
    "read_fasttext_file",
]

MAGIC = struct.Struct("<4si")
ARGUMENTS = struct.Struct("<12id")
DICTIONARY = struct.Struct("<3iq")
PRUNED_COUNT = struct.Struct("<q")
FLAG = struct.Struct("<?")
MATRIX = struct.Struct("<2q")
CODE_BYTES = struct.Struct("<i")
QUANTIZER = struct.Struct("<4i")
COUNT_AND_KIND = struct.Struct("<qb")  # after the zero byte that ends a word

CENTROIDS = 256  # for each part of a quantised row, one for each code
VERSIONS = (11, 12)
LOSSES = {1: "hs", 2: "ns", 3: "softmax", 4: "ova"}
MODELS = {1: "cbow", 2: "skipgram", 3: "supervised"}
_MAX_VECTOR_SIZE = 1_000_000
_MAX_SUBWORD_LENGTH = 1_000
_MAX_ROWS = 2**31 - 1
_MAX_PRUNED_BUCKET = 1_000_000_000  # a bit for each bucket is kept in memory


@dataclass(frozen=True, kw_only=True)
class FastTextArguments:
    """The parameters in a model file, under fastText's names.

    Parameters
    ----------
    dim : int
        Dimensionality of the vectors.
    ws : int
        Window size.
    epoch, min_count, neg : int
        Parameters of the training.
    word_ngrams : int
        Maximum length of n-grams of words.
    loss : {"hs", "ns", "softmax", "ova"}
        Loss function.
    model : {"cbow", "skipgram", "supervised"}
        Kind of model.
    bucket : int
        Number of hash buckets of n-grams.
    minn, maxn : int
        Lengths of character n-grams.
    lr_update_rate : int
        Number of words between updates of the learning rate.
    t : float
        Threshold of sub-sampling.
    hash_count : int, default 0
        Number of hash buckets of each word and n-gram, as in floret; files cannot hold it, and it is 0 for fastText.
    """

    dim: int
    ws: int
    epoch: int
    min_count: int
    neg: int
    word_ngrams: int
    loss: Literal["hs", "ns", "softmax", "ova"]
    model: Literal["cbow", "skipgram", "supervised"]
    bucket: int
    minn: int
    maxn: int
    lr_update_rate: int
    t: float
    hash_count: int = 0


@dataclass(frozen=True, kw_only=True)
class ProductQuantizer:
    """The centroids of the parts that rows are divided into.

    Parameters
    ----------
    columns : int
        Length of a row.
    part_columns : int
        Length of a part; the last part may be shorter.
    centroids : ndarray of float32, shape (256 * columns,)
        256 centroids of each part, part after part.
    """

    columns: int
    part_columns: int
    centroids: NDArray[np.float32]

    @property
    def parts(self) -> int:
        """Number of parts of a row."""
        return -(-self.columns // self.part_columns)

    def row(self, codes: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the row that codes stand for.

        Parameters
        ----------
        codes : ndarray of uint8, shape (parts,)
            The centroid of each part.

        Returns
        -------
        ndarray of float32, shape (columns,)
            The centroids, one after another.
        """
        row = np.empty(self.columns, np.float32)
        for first, code in zip(range(0, self.columns, self.part_columns), codes.tolist(), strict=True):
            part = row[first : first + self.part_columns]
            start = first * CENTROIDS + code * len(part)
            part[:] = self.centroids[start : start + len(part)]
        return row


@dataclass(frozen=True, kw_only=True)
class QuantizedMatrix:
    """A matrix compressed by product quantisation.

    Parameters
    ----------
    codes : ndarray of uint8, shape (rows, parts)
        The centroid of each part of each row.
    quantizer : ProductQuantizer
        The centroids.
    norm_codes : ndarray of uint8, shape (rows,), or None
        The centroid of each row's norm; None if the rows are not scaled.
    norm_quantizer : ProductQuantizer or None
        The norms' centroids.
    """

    codes: NDArray[np.uint8]
    quantizer: ProductQuantizer
    norm_codes: NDArray[np.uint8] | None
    norm_quantizer: ProductQuantizer | None

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of the matrix."""
        return len(self.codes), self.quantizer.columns

    def row(self, index: int) -> NDArray[np.float32]:
        """Return a row, decompressed.

        Parameters
        ----------
        index : int
            The row.

        Returns
        -------
        ndarray of float32, shape (columns,)
            Its values.
        """
        row = self.quantizer.row(self.codes[index])
        if self.norm_codes is not None and self.norm_quantizer is not None:
            row *= self.norm_quantizer.row(self.norm_codes[index : index + 1])
        return row


Matrix = NDArray[np.float32] | QuantizedMatrix


@dataclass(frozen=True, kw_only=True)
class FastTextFile:
    """Content of a fastText model file.

    Parameters
    ----------
    arguments : FastTextArguments
        Parameters.
    words : list of bytes
        The words in UTF-8, in the order of rows.
    counts : ndarray of int64
        How often each word occurred.
    labels : list of bytes
        The labels in UTF-8, in the order of rows.
    label_counts : ndarray of int64
        How often each label occurred.
    tokens : int
        Number of tokens in the text.
    pruned : ndarray of int32, shape (n, 2), or None
        Hash buckets that a pruned model has kept, and their rows after those of words; None if it has all buckets.
    input : ndarray of float32 or QuantizedMatrix
        Rows of words and buckets.
    output : ndarray of float32, QuantizedMatrix or None
        Rows of labels, or of words in unsupervised models; None if it was not read.
    """

    arguments: FastTextArguments
    words: list[bytes]
    counts: NDArray[np.int64]
    labels: list[bytes]
    label_counts: NDArray[np.int64]
    tokens: int
    pruned: NDArray[np.int32] | None
    input: Matrix
    output: Matrix | None


def read_fasttext_file(
    path: AnyPath, *, with_output: bool = True, quantized: bool = True, mmap: bool = False
) -> FastTextFile:
    """Read a model of fastText, also one from before May 2017.

    Parameters
    ----------
    path : path
        File to read, compressed or not.
    with_output : bool, default True
        Read the output matrix. Otherwise only its size is checked.
    quantized : bool, default True
        Accept quantised and pruned models (``.ftz``).
    mmap : bool, default False
        Map dense matrices into memory instead of reading them. Their values are not checked then.

    Returns
    -------
    FastTextFile
        The content.

    Raises
    ------
    FormatError
        If the file has another format, holds NaN or infinite values, is quantised although `quantized` is false, or is
        compressed although `mmap` is true.
    CorruptFileError
        If the file is damaged; `TruncatedFileError` if it ends too early.
    OSError
        If the file cannot be read.
    """
    with open_blocks(path) as source:
        if mmap and source.content_bytes is None:
            raise FormatError(f"{source.name}: mmap needs a file that is not compressed")
        reader = _Reader(source, mapped=local_path(path) if mmap else None)
        arguments = reader.arguments()
        words, labels, counts, tokens, pruned = reader.dictionary(quantized)
        rows = len(words) + (arguments.bucket if pruned is None else 0)
        input_matrix = reader.input_matrix(arguments, rows, pruned, len(words), quantized)
        output = reader.output_matrix(
            arguments.dim, len(labels) if arguments.model == "supervised" else len(words), with_output
        )
    every_count = np.asarray(counts, np.int64)
    return FastTextFile(
        arguments=arguments,
        words=words,
        counts=every_count[: len(words)],
        labels=labels,
        label_counts=every_count[len(words) :],
        tokens=tokens,
        pruned=pruned,
        input=input_matrix,
        output=output,
    )


def read_fasttext_arguments(path: AnyPath) -> FastTextArguments:
    """Read only the parameters of a model of fastText.

    Parameters
    ----------
    path : path
        File to read, compressed or not.

    Returns
    -------
    FastTextArguments
        The parameters.

    Raises
    ------
    FormatError
        If the file has another format.
    OSError
        If the file cannot be read.
    """
    with open_blocks(path) as source:
        return _Reader(source, mapped=None).arguments()


class _Reader:
    """Reads the parts of a file in their order."""

    def __init__(self, source: BlockSource, mapped: Path | None) -> None:
        self._source = source
        self._mapped = mapped
        self._is_old = False  # without magic number, version, pruned words and quantisation: before May 2017
        self._input_is_quantized = False

    def _unpack(self, layout: struct.Struct) -> tuple[Any, ...]:
        source = self._source
        if len(source.fill(layout.size)) < layout.size:
            raise self._truncated()
        values = layout.unpack_from(source.held)
        source.consume(layout.size)
        return values

    def _truncated(self) -> TruncatedFileError:
        source = self._source
        return TruncatedFileError(
            f"{source.name}: byte {source.position + len(source.held)}: unexpected end of file within the model"
        )

    def _corrupt(self, at: int, what: str) -> CorruptFileError:
        return CorruptFileError(f"{self._source.name}: byte {at}: {what}")

    def arguments(self) -> FastTextArguments:
        source = self._source
        start = bytes(source.fill(FASTTEXT_START_BYTES)[:FASTTEXT_START_BYTES])
        self._is_old = not start.startswith(FASTTEXT_MAGIC)
        if self._is_old and not is_old_fasttext(start):
            raise FormatError(
                f"{source.name}: byte 0: expected a fastText model ({FASTTEXT_MAGIC!r}), found {start[:4]!r}; "
                "KeyedVectors.load_word2vec_format reads text files"
            )
        version = 0 if self._is_old else self._unpack(MAGIC)[1]
        if not self._is_old and version not in VERSIONS:
            raise FormatError(f"{source.name}: byte 4: expected format version 11 or 12, found version {version}")
        values = self._unpack(ARGUMENTS)
        dim, ws, epoch, min_count, neg, word_ngrams, loss, model, bucket, minn, maxn, lr_update_rate, t = values
        if version == 11 and MODELS.get(model) == "supervised":
            maxn = 0  # supervised models of this version have no n-grams, even if the field is set
        if not (0 < dim <= _MAX_VECTOR_SIZE and bucket >= 0 and minn >= 0 and 0 <= maxn <= _MAX_SUBWORD_LENGTH):
            raise self._corrupt(
                8,
                f"invalid model parameters: vector size {dim}, {bucket} buckets, n-grams of {minn} to {maxn} "
                "characters",
            )
        if loss not in LOSSES or model not in MODELS:
            raise self._corrupt(8, f"invalid model parameters: loss {loss}, model {model}")
        return FastTextArguments(
            dim=dim,
            ws=ws,
            epoch=epoch,
            min_count=min_count,
            neg=neg,
            word_ngrams=word_ngrams,
            loss=LOSSES[loss],  # type: ignore[arg-type]  # the values of the table
            model=MODELS[model],  # type: ignore[arg-type]
            bucket=bucket,
            minn=minn,
            maxn=maxn,
            lr_update_rate=lr_update_rate,
            t=t,
        )

    def dictionary(self, quantized: bool) -> tuple[list[bytes], list[bytes], list[int], int, NDArray[np.int32] | None]:
        """Return words, labels, the counts of both, the number of tokens, and pruned buckets."""
        source = self._source
        at = source.position
        size, words, labels, tokens = self._unpack(DICTIONARY)
        pruned_count = -1 if self._is_old else self._unpack(PRUNED_COUNT)[0]
        if pruned_count > 0 and not quantized:
            raise FormatError(f"{source.name}: byte {at}: pruned models (.ftz) have no word vectors; {_USE_MODEL}")
        if not (0 <= words <= size and 0 <= labels == size - words):
            raise self._corrupt(at, f"invalid dictionary of {words} words and {labels} labels in {size} entries")
        entries: list[bytes] = []
        counts: list[int] = []
        kinds: list[int] = []
        while len(entries) < size:
            consumed, more, more_counts, more_kinds, too_long = vector_files.parse_fasttext_entries(
                source.fill(BLOCK_BYTES), size - len(entries), max_word_bytes=MAX_WORD_BYTES
            )
            if too_long:
                raise self._corrupt(source.position + consumed, f"found a word of more than {MAX_WORD_BYTES} bytes")
            if not more:
                raise self._truncated()
            entries += more
            counts += more_counts
            kinds += more_kinds
            source.consume(consumed)
        if any(kinds[:words]) or not all(kind == 1 for kind in kinds[words:]) or any(count < 0 for count in counts):
            raise self._corrupt(source.position, "entries must be words or labels")
        return entries[:words], entries[words:], counts, tokens, self._pruned(pruned_count)

    def _pruned(self, count: int) -> NDArray[np.int32] | None:
        if count < 0:
            return None
        at = self._source.position
        pairs = self._numbers(np.dtype("<i4"), 2 * count).astype(np.int32, copy=False).reshape(count, 2)
        if count and (pairs.min() < 0 or pairs[:, 0].max() > _MAX_PRUNED_BUCKET):
            raise self._corrupt(at, f"pruned buckets must be from 0 to {_MAX_PRUNED_BUCKET}, and their rows from 0")
        return pairs

    def input_matrix(
        self,
        arguments: FastTextArguments,
        rows: int,
        pruned: NDArray[np.int32] | None,
        words: int,
        quantized: bool,
    ) -> Matrix:
        """Return the input matrix, which must have `rows` rows, or enough rows for the pruned buckets."""
        at = self._source.position
        self._input_is_quantized = not self._is_old and self._unpack(FLAG)[0]
        if self._input_is_quantized and not quantized:
            raise FormatError(
                f"{self._source.name}: byte {at}: quantised models (.ftz) have no word vectors; {_USE_MODEL}"
            )
        matrix = (
            self._quantized_matrix()
            if self._input_is_quantized
            else self._dense_matrix(lambda shape: self._check_input_shape(at, shape, arguments, rows, pruned, words))
        )
        self._check_input_shape(at, matrix.shape, arguments, rows, pruned, words)
        return matrix

    def _check_input_shape(
        self,
        at: int,
        shape: tuple[int, ...],
        arguments: FastTextArguments,
        rows: int,
        pruned: NDArray[np.int32] | None,
        words: int,
    ) -> None:
        if pruned is None:
            is_valid = shape == (rows, arguments.dim)
        else:
            needed = words + (int(pruned[:, 1].max()) + 1 if len(pruned) else 0)
            is_valid = shape[0] >= needed and shape[1] == arguments.dim
        if not is_valid or shape[0] > _MAX_ROWS:
            raise self._corrupt(
                at,
                f"found a matrix of shape {shape[0]} x {shape[1]}, expected {words} words and "
                f"{arguments.bucket if pruned is None else len(pruned)} buckets x {arguments.dim}",
            )

    def output_matrix(self, dim: int, rows: int, with_output: bool) -> Matrix | None:
        """Return the output matrix; or None, after its size was checked, which detects truncated files."""
        source = self._source
        at = source.position
        is_quantized = (not self._is_old and self._unpack(FLAG)[0]) and self._input_is_quantized
        if not with_output:
            self._skip_dense_matrix()
            return None

        def check(shape: tuple[int, ...]) -> None:
            if shape != (rows, dim):
                raise self._corrupt(
                    at, f"found an output matrix of shape {shape[0]} x {shape[1]}, expected {rows} x {dim}"
                )

        matrix = self._quantized_matrix() if is_quantized else self._dense_matrix(check)
        check(matrix.shape)
        if self._mapped is None and source.fill(1):
            raise self._corrupt(source.position, "more content after the last matrix")
        return matrix

    def _skip_dense_matrix(self) -> None:
        source = self._source
        rows, columns = self._unpack(MATRIX)
        if rows < 0 or columns < 0:
            raise self._corrupt(source.position, f"found an output matrix of shape {rows} x {columns}")
        if source.content_bytes is None:
            return
        left = source.content_bytes - source.position
        needed = math.prod((rows, columns, 4))
        if left < needed:
            raise self._truncated()
        if left > needed:
            raise self._corrupt(source.position + needed, "more content after the last matrix")

    def _dense_matrix(self, check: Any) -> NDArray[np.float32]:
        """Return a dense matrix; `check` is called with its shape before memory is allocated."""
        source = self._source
        rows, columns = self._unpack(MATRIX)
        if rows < 0 or columns < 0:
            raise self._corrupt(source.position, f"found a matrix of shape {rows} x {columns}")
        check((rows, columns))
        size = math.prod((rows, columns))
        if self._mapped is not None and size:
            return self._mapped_matrix(self._mapped, rows, columns)
        matrix = self._numbers(np.dtype("<f4"), size).astype(np.float32, copy=False)
        if not np.isfinite(matrix).all():
            raise FormatError(f"{source.name}: byte {source.position}: NaN or infinite values in the preceding vectors")
        return matrix.reshape(rows, columns)

    def _mapped_matrix(self, path: Path, rows: int, columns: int) -> NDArray[np.float32]:
        source = self._source
        assert source.content_bytes is not None  # files that are mapped are not compressed
        if math.prod((rows, columns, 4)) > source.content_bytes - source.position:
            raise self._truncated()
        mapped = np.memmap(path, np.dtype("<f4"), "r", source.position, (rows, columns))
        source.skip(rows * columns * 4)
        return np.asarray(mapped)

    def _quantized_matrix(self) -> QuantizedMatrix:
        at = self._source.position
        has_norms = self._unpack(FLAG)[0]
        rows, columns = self._unpack(MATRIX)
        (code_bytes,) = self._unpack(CODE_BYTES)
        if rows < 0 or not 0 < columns <= _MAX_VECTOR_SIZE or code_bytes < 0:
            raise self._corrupt(at, f"found a quantised matrix of shape {rows} x {columns} in {code_bytes} bytes")
        codes = self._numbers(np.dtype(np.uint8), code_bytes)
        quantizer = self._quantizer(columns)
        if code_bytes != rows * quantizer.parts:
            raise self._corrupt(at, f"found {code_bytes} codes, expected {rows} rows of {quantizer.parts} codes")
        norm_codes = norm_quantizer = None
        if has_norms:
            norm_codes = self._numbers(np.dtype(np.uint8), rows)
            norm_quantizer = self._quantizer(1)
        return QuantizedMatrix(
            codes=codes.reshape(rows, quantizer.parts),
            quantizer=quantizer,
            norm_codes=norm_codes,
            norm_quantizer=norm_quantizer,
        )

    def _quantizer(self, columns: int) -> ProductQuantizer:
        at = self._source.position
        dim, parts, part_columns, last_columns = self._unpack(QUANTIZER)
        is_valid = (
            dim == columns
            and 0 < part_columns <= dim
            and parts == -(-dim // part_columns)
            and last_columns == dim - (parts - 1) * part_columns
        )
        if not is_valid:
            raise self._corrupt(
                at,
                f"found a quantiser of {dim} columns in {parts} parts of {part_columns}, the last of {last_columns}, "
                f"for rows of {columns}",
            )
        centroids = self._numbers(np.dtype("<f4"), dim * CENTROIDS).astype(np.float32, copy=False)
        if not np.isfinite(centroids).all():
            raise FormatError(f"{self._source.name}: byte {at}: NaN or infinite values in the centroids")
        return ProductQuantizer(columns=columns, part_columns=part_columns, centroids=centroids)

    def _numbers(self, dtype: np.dtype[Any], count: int) -> NDArray[Any]:
        source = self._source
        if count * dtype.itemsize > source.max_bytes - source.position:
            raise self._truncated()
        try:
            numbers = np.empty(count, dtype)
        except MemoryError:
            raise ResourceError(f"{source.name}: {count} numbers need {count * dtype.itemsize} bytes") from None
        target = numbers.view(np.uint8).data if count else memoryview(b"")
        while len(target):
            block = source.fill(min(BLOCK_BYTES, len(target)))[: len(target)]
            if not block:
                raise self._truncated()
            target[: len(block)] = block
            target = target[len(block) :]
            source.consume(len(block))
        return numbers


_USE_MODEL = "wordkin.fasttext.load_model predicts labels with them, the .bin file has word vectors"
