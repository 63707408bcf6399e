"""An append-only list of arrays that moves to a temporary file above a limit."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordkin.text.spill_buffer import SpillBuffer


@settings(deadline=None)
@given(lengths=st.lists(st.integers(0, 100), max_size=12), limit=st.integers(0, 2000))
def test_arrays_are_the_same_in_memory_and_on_disk(lengths: list[int], limit: int) -> None:
    arrays = [np.arange(length, dtype=[np.int32, np.int64, np.uint8][length % 3]) for length in lengths]
    buffer = SpillBuffer(limit)
    for array in arrays:
        buffer.append(array)
    # Each array takes a multiple of 64 bytes.
    assert buffer.is_on_disk == (sum(-(-array.nbytes // 64) * 64 for array in arrays) > limit)
    assert len(buffer) == len(arrays)
    for position, array in enumerate(arrays):
        assert buffer[position].dtype == array.dtype
        np.testing.assert_array_equal(buffer[position], array)
    buffer.close()


def test_arrays_move_when_the_limit_is_exceeded() -> None:
    buffer = SpillBuffer(128)
    buffer.append(np.zeros(16, np.int32))
    buffer.append(np.zeros(1, np.int32))
    assert not buffer.is_on_disk
    buffer.append(np.zeros(1, np.int32))
    assert buffer.is_on_disk
    buffer.close()


def test_arrays_on_disk_are_read_only_and_aligned() -> None:
    buffer = SpillBuffer(0)
    for length in (1, 17, 3):
        buffer.append(np.arange(length, dtype=np.int32))
    for position in range(3):
        assert not buffer[position].flags.writeable
        assert buffer[position].ctypes.data % 64 == 0
    buffer.close()


@pytest.mark.parametrize("limit", [0, 1 << 20])
def test_pop_all_yields_writable_arrays_in_order_and_closes(limit: int) -> None:
    buffer = SpillBuffer(limit)
    for value in range(3):
        buffer.append(np.full(20, value, np.int32))
    popped = list(buffer.pop_all())
    assert [array[0] for array in popped] == [0, 1, 2]
    assert all(array.flags.writeable for array in popped)
    with pytest.raises(ValueError, match="the array was removed, or the buffer is closed"):
        buffer[0]


def test_pop_all_drops_each_array_that_it_yields() -> None:
    buffer = SpillBuffer(1 << 20)
    buffer.append(np.zeros(2))
    buffer.append(np.ones(2))
    arrays = buffer.pop_all()
    next(arrays)
    with pytest.raises(ValueError, match="the array was removed"):
        buffer[0]
    np.testing.assert_array_equal(buffer[1], np.ones(2))


def test_arrays_in_use_remain_valid_after_closing() -> None:
    buffer = SpillBuffer(0)
    buffer.append(np.arange(1000))
    array = buffer[0]
    buffer.close()
    np.testing.assert_array_equal(array, np.arange(1000))


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files in /proc")
@pytest.mark.parametrize("is_closed", [False, True])
def test_the_file_disappears_with_the_buffer(tmp_path: Path, is_closed: bool) -> None:
    before = open_files()
    buffer = SpillBuffer(0, tmp_path)
    buffer.append(np.arange(1000))
    assert open_files() == before + 1
    if is_closed:
        buffer.close()
    else:
        del buffer
        gc.collect()
    assert open_files() == before
    assert list(tmp_path.iterdir()) == []
