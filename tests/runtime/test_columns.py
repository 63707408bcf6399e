"""One-dimensional input: lists, arrays, and columns of data frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wordkin.runtime.columns import as_list

TEXTS = ["one", "two words"]
LISTS = [["one"], ["two", "words"]]


def pandas_frame(**columns: list[Any]) -> Any:
    return pytest.importorskip("pandas").DataFrame(columns)


def polars_frame(**columns: list[Any]) -> Any:
    return pytest.importorskip("polars").DataFrame(columns)


def pyarrow_table(**columns: list[Any]) -> Any:
    return pytest.importorskip("pyarrow").table(columns)


FRAMES = [pandas_frame, polars_frame, pyarrow_table]


@pytest.mark.parametrize("values", [TEXTS, tuple(TEXTS), iter(TEXTS), dict.fromkeys(TEXTS).keys(), np.array(TEXTS)])
def test_iterables_are_lists(values: Any) -> None:
    assert as_list(values, "X", "texts") == TEXTS


def test_one_column_arrays_are_one_dimensional() -> None:
    assert as_list(np.array(TEXTS)[:, None], "X", "texts") == TEXTS
    assert as_list(np.empty((0, 1), object), "X", "texts") == []


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("values", [TEXTS, LISTS, [1, 0]])
def test_columns_and_frames_with_one_column_are_lists(frame: Callable[..., Any], values: list[Any]) -> None:
    data = frame(values=values)
    for given in (data, data["values"]):
        found = as_list(given, "X", "texts")
        assert [list(own) if isinstance(own, np.ndarray) else own for own in found] == values
        assert not isinstance(found[0], np.ndarray | np.generic)


@pytest.mark.parametrize("frame", FRAMES)
def test_frames_with_several_columns_are_rejected(frame: Callable[..., Any]) -> None:
    with pytest.raises(
        TypeError, match=r"X must be texts, or one column, got (Table|DataFrame) of shape \(2, 2\)"
    ) as caught:
        as_list(frame(text=TEXTS, label=[0, 1]), "X", "texts")
    assert "with the columns 'text', 'label'; select one column" in str(caught.value)


def test_pyarrow_arrays_are_lists() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    for values in (TEXTS, LISTS):
        assert as_list(pyarrow.array(values), "X", "texts") == values
        assert as_list(pyarrow.chunked_array([values, values]), "X", "texts") == values + values


@pytest.mark.parametrize(
    "values", ["text", b"text", {"a": 1}, 5, None, np.zeros((2, 2)), np.zeros((2, 1, 1)), np.array(1)]
)
def test_other_input_is_rejected(values: Any) -> None:
    with pytest.raises(TypeError, match="X must be texts"):
        as_list(values, "X", "texts")
