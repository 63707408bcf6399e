from typing import Any

from numpy.typing import NDArray

def update(
    optimizer: str,
    dense: list[tuple[NDArray[Any] | None, ...]],
    sparse: list[tuple[NDArray[Any] | None, ...]],
    *,
    rate: float,
    step: int = ...,
    clip_norm: float = ...,
    isa: str,
    threads: int = ...,
) -> float: ...
def merge_shared_rows(
    kept: tuple[NDArray[Any] | None, ...], other: tuple[NDArray[Any] | None, ...], *, threads: int = ...
) -> tuple[tuple[NDArray[Any], ...], tuple[NDArray[Any], ...]]: ...
