import numpy as np
from numpy.typing import NDArray

# Rows that `round_rows` has rounded, and the index of the first one that is searched: bytes, per_unit, bounds, first.
Rounded = tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32], int]

# `vectors`: float32, or float16 as its bits. `indices` and `cosines` are written.
def nearest(
    indices: NDArray[np.int32],
    cosines: NDArray[np.float32],
    queries: NDArray[np.float32],
    vectors: NDArray[np.float32] | NDArray[np.uint16],
    divisors: NDArray[np.float32],
    *,
    isa: str,
    threads: int,
    rounded: Rounded | None = None,
) -> None: ...

# Also finds the queries nearest to each row. `query_indices` and `query_cosines` hold those of the first `first_query`
# queries, which earlier calls have found, and are updated; -1 and -inf where there are none.
def mutual(
    indices: NDArray[np.int32],
    cosines: NDArray[np.float32],
    query_indices: NDArray[np.int32],
    query_cosines: NDArray[np.float32],
    queries: NDArray[np.float32],
    vectors: NDArray[np.float32] | NDArray[np.uint16],
    divisors: NDArray[np.float32],
    first_query: int,
    *,
    isa: str,
    threads: int,
    rounded: Rounded | None = None,
) -> None: ...
def cosines(
    cosines: NDArray[np.float32],
    queries: NDArray[np.float32],
    vectors: NDArray[np.float32] | NDArray[np.uint16],
    divisors: NDArray[np.float32],
    *,
    isa: str,
    threads: int,
) -> None: ...

# Fewer or longer rows are not searched in bytes.
MIN_ROUNDED_ROWS: int
MAX_ROUNDED_COLUMNS: int

# Sizes of `bytes` and `per_unit`, and number of rows of `bounds`.
def rounded_sizes(rows: int, columns: int) -> tuple[int, int, int]: ...
def round_rows(
    bytes: NDArray[np.uint8],
    per_unit: NDArray[np.float32],
    bounds: NDArray[np.float32],
    vectors: NDArray[np.float32] | NDArray[np.uint16],
    divisors: NDArray[np.float32],
    *,
    isa: str,
    threads: int,
) -> None: ...

# `lower` and `upper`, shape (queries, rows), are written: bounds of what `cosines` gives.
def bounds(
    lower: NDArray[np.float32],
    upper: NDArray[np.float32],
    queries: NDArray[np.float32],
    vectors: NDArray[np.float32] | NDArray[np.uint16],
    divisors: NDArray[np.float32],
    rounded: Rounded,
    *,
    isa: str,
    threads: int,
) -> None: ...
