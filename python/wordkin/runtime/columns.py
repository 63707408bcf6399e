"""One-dimensional input, such as texts and labels: lists, arrays, and columns of data frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

__all__ = ["as_iterable", "as_list", "as_rows", "one_column", "plain_value", "plain_values"]


def as_list(values: object, name: str, expected: str) -> list[Any]:
    """Return one-dimensional input as a list.

    Parameters
    ----------
    values : iterable, ndarray, or Series, Array or data frame with one column
        The input: any iterable that is neither a str nor a mapping, an array of shape (n,) or (n, 1), a column of
        pandas, Polars or PyArrow, or a data frame of them with one column.
    name : str
        Name of the argument in error messages.
    expected : str
        What the argument must be, for error messages.

    Returns
    -------
    list
        The elements. Those of PyArrow are converted to Python objects.

    Raises
    ------
    TypeError
        If the input is not iterable, or has another shape.

    Examples
    --------
    >>> as_list(np.array([["a text"], ["another"]], dtype=object), "X", "a list of texts")
    ['a text', 'another']
    """
    if isinstance(values, str | bytes | Mapping) or not (isinstance(values, Iterable) or hasattr(values, "__array__")):
        raise TypeError(f"{name} must be {expected}, got {type(values).__name__}")
    column: Any = one_column(values)
    shape = _shape(column)
    if shape is not None and len(shape) != 1:
        names = getattr(column, "column_names", getattr(column, "columns", None))
        columns = f" with the columns {', '.join(repr(str(own)) for own in names)[:100]}" if names is not None else ""
        raise TypeError(
            f"{name} must be {expected}, or one column, got {type(column).__name__} of shape {shape}{columns}; "
            "select one column, or pass lists"
        )
    for convert in ("to_pylist", "to_list"):  # PyArrow; pandas and Polars
        if not isinstance(column, type) and callable(getattr(column, convert, None)):
            return list(getattr(column, convert)())
    return plain_values(column if isinstance(column, Iterable) else np.asarray(column))


def as_iterable(values: Any, name: str, expected: str) -> Iterable[Any]:
    """Return input of any length as an iterable; only arrays, columns, data frames and PyArrow objects become lists.

    Parameters
    ----------
    values : iterable
        The input, as for `as_list`.
    name, expected : str
        For error messages, as for `as_list`.

    Returns
    -------
    iterable
        The elements.

    Raises
    ------
    TypeError
        If an array or a data frame has several columns.

    Examples
    --------
    >>> next(iter(as_iterable((str(number) for number in range(10**9)), "X", "texts")))
    '0'
    """
    if _shape(values) is not None or hasattr(values, "to_pylist"):
        return as_list(values, name, expected)
    values = plain_value(values)
    return plain_values(values) if isinstance(values, list | tuple) and _holds_arrow_values(values) else values


def as_rows(values: Any, name: str, expected: str) -> Any:
    """Return input whose elements are sequences, such as token lists, as an iterable.

    Parameters
    ----------
    values : object
        The input: any iterable, or a column or data frame as for `as_list`. The rows of a NumPy array are elements,
        whatever its shape.
    name, expected : str
        For error messages, as for `as_list`.

    Returns
    -------
    iterable
        The elements; input that is not a column or a data frame as it is, whether it can be iterated or not.

    Raises
    ------
    TypeError
        If a data frame has several columns.

    Examples
    --------
    >>> as_rows(np.array([["a", "b"]]), "sentences", "token lists").tolist()
    [['a', 'b']]
    """
    return values if isinstance(values, np.ndarray) else as_iterable(values, name, expected)


def one_column(values: object) -> object:
    """Return the column of two-dimensional input that has only one.

    Parameters
    ----------
    values : object
        Any input.

    Returns
    -------
    object
        The column of an array of shape (n, 1) or of a data frame with one column (pandas, Polars, PyArrow); anything
        else as it is.

    Examples
    --------
    >>> one_column(np.zeros((2, 1))), one_column([1, 2])
    (array([0., 0.]), [1, 2])
    """
    shape = _shape(values)
    if shape is None or len(shape) != 2 or shape[1] != 1:
        return values
    frame: Any = values
    if hasattr(frame, "iloc"):
        return frame.iloc[:, 0]
    if hasattr(frame, "to_series"):
        return frame.to_series(0)
    if callable(getattr(frame, "column", None)):
        return frame.column(0)
    return np.asarray(frame)[:, 0] if hasattr(frame, "__array__") else values


def plain_value(value: Any) -> Any:
    """Return an array or scalar of PyArrow as Python objects, and anything else as it is.

    Parameters
    ----------
    value : object
        Any object.

    Returns
    -------
    object
        The Python object.

    Examples
    --------
    >>> plain_value("a str")
    'a str'
    """
    conversion = _arrow_conversion(value)
    return value if conversion is None else getattr(value, conversion)()


def plain_values(values: Iterable[Any]) -> list[Any]:
    """Return a list of values, whose arrays and scalars of PyArrow are converted to Python objects.

    Parameters
    ----------
    values : iterable
        The values, which are all of PyArrow or none, as in a list that is made from an array.

    Returns
    -------
    list
        The Python objects.

    Examples
    --------
    >>> plain_values(("a", "b"))
    ['a', 'b']
    """
    found = list(values)
    return [plain_value(value) for value in found] if _holds_arrow_values(found) else found


def _holds_arrow_values(values: list[Any] | tuple[Any, ...]) -> bool:
    return len(values) > 0 and _arrow_conversion(values[0]) is not None


def _arrow_conversion(value: object) -> str | None:
    # Looked up in the type, so that no attribute of a user's object is computed.
    if isinstance(value, str | list | tuple | np.ndarray):
        return None
    return next((name for name in ("to_pylist", "as_py") if callable(getattr(type(value), name, None))), None)


def _shape(values: object) -> tuple[int, ...] | None:
    shape = getattr(values, "shape", None)
    return tuple(shape) if isinstance(shape, tuple) else None
