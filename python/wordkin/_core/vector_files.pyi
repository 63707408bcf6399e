from typing import Any, TypedDict

from numpy.typing import NDArray
from typing_extensions import Buffer

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
    out: NDArray[Any],
    *,
    has_words: bool = ...,
    encoding: str = ...,
    errors: str = ...,
    threads: int = ...,
) -> Rows: ...
def parse_binary(
    data: Buffer, out: NDArray[Any], *, most_word_bytes: int, encoding: str = ..., errors: str = ...
) -> Rows: ...
def format_text(
    words: NDArray[Any],
    offsets: NDArray[Any],
    vectors: NDArray[Any],
    *,
    prefix: str = ...,
    has_words: bool = ...,
    separator: str = ...,
    threads: int = ...,
) -> bytes: ...
def format_binary(words: NDArray[Any], offsets: NDArray[Any], vectors: NDArray[Any], *, prefix: str = ...) -> bytes: ...
def parse_fasttext_entries(
    data: Buffer, most_entries: int, *, most_word_bytes: int
) -> tuple[int, list[bytes], list[int], list[int], bool]: ...
def subword_buckets(word: bytes, *, min_n: int, max_n: int, buckets: int) -> list[int]: ...
def average_subwords(
    out: NDArray[Any],
    words: NDArray[Any],
    offsets: NDArray[Any],
    word_rows: NDArray[Any] | None,
    bucket_rows: NDArray[Any],
    *,
    min_n: int,
    max_n: int,
    threads: int = ...,
) -> None: ...
