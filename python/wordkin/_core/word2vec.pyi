from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

class _Options(Protocol):
    @property
    def architecture(self) -> str: ...
    @property
    def cbow_mean(self) -> bool: ...
    @property
    def window(self) -> int: ...
    @property
    def shrink_windows(self) -> bool: ...
    @property
    def negative(self) -> int: ...
    @property
    def ns_exponent(self) -> float: ...
    @property
    def hierarchical_softmax(self) -> bool: ...
    @property
    def train_output(self) -> bool: ...
    @property
    def sample(self) -> float: ...
    @property
    def seed(self) -> int: ...
    @property
    def job_words(self) -> int: ...

class _DocumentOptions(Protocol):
    @property
    def use_words(self) -> bool: ...
    @property
    def train_words(self) -> bool: ...
    @property
    def concatenate(self) -> bool: ...
    @property
    def tag_count(self) -> int: ...
    @property
    def null_word(self) -> int: ...
    @property
    def vector_size(self) -> int: ...

class _Subwords(Protocol):
    @property
    def rows(self) -> NDArray[np.float32]: ...
    @property
    def starts(self) -> NDArray[np.int64]: ...
    @property
    def buckets(self) -> NDArray[np.int32]: ...
    @property
    def update_scale(self) -> NDArray[np.float32] | None: ...

_Matrix: TypeAlias = NDArray[np.float32] | None
_Replica: TypeAlias = tuple[NDArray[np.float32], _Matrix, _Matrix, _Matrix]

class TrainingSession:
    def __init__(
        self,
        options: _Options,
        *,
        input: NDArray[np.float32],
        nodes: NDArray[np.float32] | None,
        output: NDArray[np.float32] | None,
        update_scale: NDArray[np.float32] | None,
        counts: NDArray[np.int64],
        threads: int,
        isa: str,
        start_rate: float,
        end_rate: float,
        planned_words: float,
        first_stream: int = ...,
        stream_step: int = ...,
        words_before: int = ...,
        word_weight: int = ...,
        skipped_jobs: int = ...,
        replicas: list[_Replica] = ...,
        period_jobs: int = ...,
        documents: _DocumentOptions | None = ...,
        tags: NDArray[np.float32] | None = ...,
        tag_update_scale: NDArray[np.float32] | None = ...,
        subwords: _Subwords | None = ...,
    ) -> None: ...
    def feed(
        self,
        ids: NDArray[np.int32],
        ends: NDArray[np.int64],
        raw_words: int,
        tags: NDArray[np.int32] | None = ...,
        tag_ends: NDArray[np.int64] | None = ...,
    ) -> None: ...
    def finish(self) -> None: ...
    @property
    def period_is_full(self) -> bool: ...
    def start_period(self, words: int) -> None: ...
    def combine(self, words: int) -> None: ...
    def wait(self, max_pending: int, seconds: float) -> bool: ...
    def discard_queued(self) -> None: ...
    def cancel(self) -> None: ...
    def close(self) -> None: ...
    def tally(self) -> dict[str, float]: ...
    @property
    def learning_rate(self) -> float: ...
    @property
    def words(self) -> int: ...
    @property
    def finished_jobs(self) -> int | None: ...
    @property
    def threads(self) -> int: ...

def combine_replicas(
    base: NDArray[np.float32], replicas: list[NDArray[np.float32]], *, threads: int, isa: str
) -> None: ...
def keep_thresholds(counts: NDArray[np.int64], sample: float) -> NDArray[np.uint32]: ...
def huffman_paths(counts: NDArray[np.int64]) -> list[tuple[NDArray[np.int32], NDArray[np.uint8]]]: ...

class DocumentInference:
    def __init__(
        self,
        options: _Options,
        documents: _DocumentOptions,
        *,
        input: NDArray[np.float32],
        nodes: NDArray[np.float32] | None,
        output: NDArray[np.float32] | None,
        counts: NDArray[np.int64],
        isa: str,
    ) -> None: ...
    def infer(
        self,
        ids: NDArray[np.int32],
        ends: NDArray[np.int64],
        *,
        vectors: NDArray[np.float32],
        rates: NDArray[np.float32],
        seed: int,
        threads: int,
    ) -> None: ...
