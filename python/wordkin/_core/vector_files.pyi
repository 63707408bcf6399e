from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Buffer

_Vectors = NDArray[np.float32] | NDArray[np.float64]

class Fault(TypedDict):
    what: str
    row: int
    at: int
    found: bytes
    numbers: int

class Rows(TypedDict):
    rows: int
    consumed: int
    words: list[str]
    nonfinite_rows: int
    first_nonfinite: int
    fault: Fault | None

def parse_text(
    data: Buffer,
    out: _Vectors,
    *,
    has_words: bool = ...,
    encoding: str = ...,
    errors: str = ...,
    threads: int = ...,
) -> Rows: ...
def parse_binary(
    data: Buffer, out: NDArray[np.float32], *, max_word_bytes: int, encoding: str = ..., errors: str = ...
) -> Rows: ...
def format_text(
    words: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    vectors: _Vectors,
    *,
    prefix: str = ...,
    has_words: bool = ...,
    separator: str = ...,
    threads: int = ...,
) -> bytes: ...
def format_binary(
    words: NDArray[np.uint8], offsets: NDArray[np.int64], vectors: NDArray[np.float32], *, prefix: str = ...
) -> bytes: ...
def parse_fasttext_entries(
    data: Buffer, max_entries: int, *, max_word_bytes: int
) -> tuple[int, list[bytes], list[int], list[int], bool]: ...
def subword_buckets(word: bytes, *, min_n: int, max_n: int, buckets: int, hash_count: int = ...) -> list[int]: ...
def subword_table(
    words: NDArray[np.uint8], offsets: NDArray[np.int64], *, min_n: int, max_n: int, buckets: int, hash_count: int = ...
) -> tuple[NDArray[np.int64], NDArray[np.int32]]: ...
def average_subwords(
    out: NDArray[np.float32],
    words: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    word_rows: NDArray[np.float32] | None,
    bucket_rows: NDArray[np.float32],
    *,
    min_n: int,
    max_n: int,
    hash_count: int = ...,
    threads: int = ...,
) -> None: ...
