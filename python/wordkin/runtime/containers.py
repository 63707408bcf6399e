"""Data frames as results: of transformers, which scikit-learn's `set_output` requests, and of queries."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from .optional_modules import import_optional
from .options import choice_option

if TYPE_CHECKING:
    import pandas

__all__ = ["Container", "checked_container", "data_frame", "in_container"]

Container = Literal["default", "pandas", "polars"]


def checked_container(transform: Container) -> Container:
    """Check the argument of `set_output`.

    Parameters
    ----------
    transform : {"default", "pandas", "polars"}
        The container.

    Returns
    -------
    {"default", "pandas", "polars"}
        The container.

    Raises
    ------
    ValueError
        If it is unknown.
    ImportError
        If its library is not installed.

    Examples
    --------
    >>> checked_container("default")
    'default'
    """
    choice_option("transform", transform, ("default", "pandas", "polars"))
    if transform != "default":
        import_module(transform)
    return transform


def in_container(rows: NDArray[np.float32], names: Sequence[str], source: object, chosen: Container | None) -> Any:
    """Return the rows that a transformer has computed in the container that was chosen.

    Parameters
    ----------
    rows : ndarray, shape (n_rows, n_columns)
        The rows.
    names : sequence of str
        Names of the columns.
    source : object
        The input; the index of a pandas object becomes that of the result.
    chosen : {"default", "pandas", "polars"} or None
        The container; None for that of ``sklearn.set_config(transform_output=...)``.

    Returns
    -------
    ndarray or DataFrame
        The rows.

    Examples
    --------
    >>> in_container(np.zeros((1, 2), np.float32), ["a", "b"], ["a text"], "default").shape
    (1, 2)
    """
    container = chosen
    if container is None and "sklearn" in sys.modules:
        container = sys.modules["sklearn"].get_config()["transform_output"]
    if container == "pandas":
        index = getattr(source, "index", None) if hasattr(source, "iloc") else None
        return import_module("pandas").DataFrame(rows, columns=list(names), index=index, copy=False)
    if container == "polars":
        return import_module("polars").DataFrame(rows, schema=list(names), orient="row")
    return rows


def data_frame(columns: Mapping[str, Sequence[Any] | NDArray[Any]]) -> pandas.DataFrame:
    """Return a pandas data frame.

    Parameters
    ----------
    columns : mapping of str to sequence
        The columns by name.

    Returns
    -------
    DataFrame
        The frame, with the rows numbered from 0.

    Raises
    ------
    ImportError
        If pandas is not installed.

    Examples
    --------
    >>> data_frame({"word": ["apple"], "cosine": [0.5]}).shape
    (1, 2)
    """
    pandas: Any = import_optional("pandas", "data frames need", extra=None)
    return pandas.DataFrame(dict(columns))
