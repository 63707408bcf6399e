from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

class Predictor:
    def __init__(
        self,
        options: Any,
        *,
        entries: bytes,
        offsets: NDArray[np.int64],
        pruned: NDArray[np.int32] | None,
        input: Any,
        output: Any,
        label_counts: NDArray[np.int64],
    ) -> None: ...
    def predict(
        self, texts: tuple[str, ...], *, labels: int, threshold: float, threads: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]: ...
    def predict_one(
        self, text: str, names: tuple[str, ...], labels: int, threshold: float
    ) -> tuple[tuple[str, ...], NDArray[np.float32]] | None: ...
    def gold(self, texts: tuple[str, ...]) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.bool_]]: ...
    def line_vectors(self, out: NDArray[np.float32], texts: tuple[str, ...], *, threads: int) -> None: ...
    def word_vectors(self, out: NDArray[np.float32], words: tuple[str, ...], *, threads: int) -> None: ...
    def find(self, entry: str) -> int: ...
    def subword_row(self, subword: str) -> int: ...

def subword_spans(word: str, *, min_n: int, max_n: int) -> list[tuple[int, int]]: ...

class _LineTally(TypedDict):
    tokens: int
    lines: int
    trained_lines: int
    loss: float

class LineEncoder:
    def __init__(self, label_prefix: bytes) -> None: ...
    def add(self, block: bytes) -> None: ...
    def finish(self) -> None: ...
    def take(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]: ...
    def choose(
        self, *, min_count: int, min_count_label: int, extra: list[bytes]
    ) -> tuple[list[bytes], NDArray[np.int64], list[bytes], NDArray[np.int64]]: ...
    @property
    def tokens(self) -> int: ...
    @property
    def lines(self) -> int: ...

class SupervisedSession:
    def __init__(
        self,
        options: Any,
        *,
        encoder: LineEncoder,
        entries: bytes,
        offsets: NDArray[np.int64],
        pruned: NDArray[np.int32] | None,
        input: NDArray[np.float32],
        output: NDArray[np.float32],
        label_counts: NDArray[np.int64],
        threads: int,
        isa: str,
        start_rate: float,
        planned_tokens: float,
        first_job: int,
        tokens_before: int,
    ) -> None: ...
    def feed(self, ids: NDArray[np.int32], ends: NDArray[np.int64]) -> None: ...
    def finish(self) -> None: ...
    def wait(self, max_pending: int, seconds: float) -> bool: ...
    def close(self) -> None: ...
    def tally(self) -> _LineTally: ...
    @property
    def learning_rate(self) -> float: ...
    @property
    def tokens(self) -> int: ...
    @property
    def threads(self) -> int: ...
    @property
    def jobs(self) -> int: ...

def fill_uniform(rows: NDArray[np.float32], *, limit: float, seed: int, threads: int) -> None: ...
def quantize(
    codes: NDArray[np.uint8],
    centroids: NDArray[np.float32],
    rows: NDArray[np.float32],
    *,
    norms: NDArray[np.float32] | None,
    part_columns: int,
    seed: int,
    threads: int,
    isa: str,
) -> None: ...
