"""Padded matrices: every float of new memory is zero."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wordkin.word2vec import padded_rows


@pytest.mark.parametrize("at_once", [1, 7, 48, 1000])
def test_all_parts_of_the_memory_are_zero(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    def used_memory(shape: Any, dtype: Any) -> Any:
        return np.full(shape, np.nan, dtype)

    monkeypatch.setattr(padded_rows, "_FLOATS_AT_ONCE", at_once)
    monkeypatch.setattr(np, "empty", used_memory)
    matrix = padded_rows.PaddedRows(3, 10)
    assert matrix.padded.shape == (3, 16)
    assert not matrix.padded.any()
