"""The rows of words in tables of vectors."""

from __future__ import annotations

import numpy as np

from wordkin import KeyedVectors
from wordkin.downstream.data.word_rows import frequent_words, lookup_rows, lookup_vectors


def test_frozen_tables_hold_only_the_vectors_that_occur() -> None:
    kv = KeyedVectors(2, dtype=np.float16)
    kv.add_vectors(["the", "End"], [[1, 2], [3, 4]])
    table, rows = lookup_vectors(kv, ["End", "The", "end", "the"], lowercase=False)
    assert rows.tolist() == [0, 1, -1, 1]
    assert (table.dtype, table.tolist()) == (np.float32, [[3, 4], [1, 2]])
    table, rows = lookup_vectors(kv, ["x"], lowercase=True)
    assert (table.shape, rows.tolist()) == ((1, 2), [-1])


def test_learned_tables_hold_frequent_words() -> None:
    words = frequent_words(["b", "a", "A", "c"], np.array([2, 2, 1, 1]), min_count=2, lowercase=False)
    assert words == ["a", "b"]
    assert frequent_words(["a", "A"], np.array([1, 1]), min_count=2, lowercase=True) == ["a"]


def test_unknown_words_share_row_0() -> None:
    index = {"the": 1, "end": 2}
    assert lookup_rows(["The", "End", "x"], index, lowercase=False).tolist() == [1, 2, 0]
