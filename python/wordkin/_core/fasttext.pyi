from typing import Any

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
    def gold(self, texts: tuple[str, ...]) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.bool_]]: ...
    def line_vectors(self, out: NDArray[np.float32], texts: tuple[str, ...], *, threads: int) -> None: ...
    def word_vectors(self, out: NDArray[np.float32], words: tuple[str, ...], *, threads: int) -> None: ...
    def find(self, entry: str) -> int: ...
    def subword_row(self, subword: str) -> int: ...

def subword_spans(word: str, *, min_n: int, max_n: int) -> list[tuple[int, int]]: ...
