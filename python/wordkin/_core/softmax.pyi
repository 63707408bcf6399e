from typing import Any

from numpy.typing import NDArray

def log_uniform(vocabulary: int, negatives: int, *, seed: int, stream: int) -> tuple[NDArray[Any], int]: ...
def log_expected_counts(vocabulary: int, ids: list[int], tries: int) -> list[float]: ...
def sampled(
    hidden: NDArray[Any],
    targets: NDArray[Any],
    weights: NDArray[Any],
    bias: NDArray[Any],
    *,
    negatives: int,
    seed: int,
    stream: int,
    scale: float = ...,
    isa: str,
    precision: str = ...,
    threads: int = ...,
    repeats: int = ...,
) -> dict[str, Any]: ...
def full(
    hidden: NDArray[Any],
    targets: NDArray[Any],
    weights: NDArray[Any],
    bias: NDArray[Any],
    *,
    scale: float = ...,
    isa: str,
    precision: str = ...,
    threads: int = ...,
    repeats: int = ...,
) -> dict[str, Any]: ...
def log_probabilities(
    hidden: NDArray[Any],
    weights: NDArray[Any],
    bias: NDArray[Any],
    *,
    targets: NDArray[Any] | None = ...,
    isa: str,
    precision: str = ...,
    threads: int = ...,
) -> NDArray[Any]: ...
def softmax_row(
    isa: str, row: NDArray[Any], offsets: NDArray[Any], sums: NDArray[Any], *, factor: float
) -> tuple[float, float]: ...
