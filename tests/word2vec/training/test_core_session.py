"""The training session of the C++ core: invalid ids and arrays are rejected before a thread uses them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from wordkin import _core
from wordkin.word2vec.options import TrainingOptions


def padded(rows: int, columns: int) -> np.ndarray:
    """Return aligned zeros."""
    buffer = np.zeros(rows * columns + 16, dtype=np.float32)
    start = -buffer.ctypes.data % 64 // 4
    return buffer[start : start + rows * columns].reshape(rows, columns)


def session(**changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "options": TrainingOptions(architecture="skipgram"), "input": padded(3, 16), "output": padded(3, 16),
        "nodes": None, "update_scale": None, "counts": np.array([3, 2, 1]), "threads": 2, "isa": "baseline",
        "start_rate": 0.1, "end_rate": 0.1, "planned_words": 10,
    }  # fmt: skip
    arguments |= changes
    return _core.word2vec.TrainingSession(arguments.pop("options"), **arguments)


@pytest.mark.parametrize(
    ("ids", "ends", "message"),
    [
        ([0, 3], [2], "ids must be from 0 to 2, got 3"),
        ([0, -1], [2], "ids must be from 0 to 2, got -1"),
        ([0, 1], [1], "last entry of ends must be the number of ids, 2, got 1"),
        ([0, 1], [2, 1, 2], "must not decrease"),
        ([0, 1], [-1, 2], "must not decrease"),
        ([0, 1], [], "got 0"),
    ],
)
def test_invalid_ids_and_ends_are_rejected(ids: list[int], ends: list[int], message: str) -> None:
    running = session()
    with pytest.raises(ValueError, match=message):
        running.feed(np.array(ids, dtype=np.int32), np.array(ends, dtype=np.int64), 2)
    running.finish()
    assert running.wait(0, 60.0)
    assert running.tally()["trained_words"] == 0


def test_ids_of_rows_without_a_word_are_rejected() -> None:
    running = session(input=padded(9, 16), output=padded(9, 16))
    with pytest.raises(ValueError, match="ids must be from 0 to 2, got 3"):
        running.feed(np.array([3], dtype=np.int32), np.array([1], dtype=np.int64), 1)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"input": padded(2, 16)}, ValueError, "input must have 3 rows"),
        ({"output": padded(3, 32)}, ValueError, "output must have 3 rows of 16"),
        ({"output": None}, ValueError, "output must have"),
        ({"input": np.zeros((3, 20), np.float32), "output": np.zeros((3, 20), np.float32)}, ValueError, "padded to 16"),
        ({"input": padded(3, 16).astype(np.float64)}, TypeError, "input must be float32, got float64"),
        ({"input": padded(6, 16)[::-2]}, TypeError, "input must be row-major"),
        ({"input": padded(3, 16).T}, TypeError, "input must be row-major"),
        ({"input": [[0.0] * 16] * 3}, TypeError, "input must be a NumPy array"),
        ({"counts": np.array([0, 0, 0])}, ValueError, "positive count"),
        ({"counts": np.array([1.0, 2.0, 3.0])}, TypeError, "counts must be int64"),
        ({"update_scale": np.ones(2, np.float32)}, ValueError, "update_scale"),
        ({"options": SimpleNamespace()}, AttributeError, "architecture"),
    ],
)
def test_arrays_of_wrong_shape_or_type_are_rejected(
    changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        session(**changes)


def test_read_only_arrays_are_rejected() -> None:
    matrix = padded(3, 16)
    matrix.setflags(write=False)
    with pytest.raises(TypeError, match="input must be writeable"):
        session(input=matrix)
