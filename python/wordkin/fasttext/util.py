"""The functions of ``fasttext.util``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..runtime.options import integer_option
from .model import FastTextModel, UnsupportedError

__all__ = ["download_model", "find_nearest_neighbor", "reduce_model", "test"]

_ROWS_FOR_COMPONENTS = 100_000


def reduce_model(ft_model: FastTextModel, target_dim: int) -> FastTextModel:
    """Reduce the dimensionality of a model by principal component analysis.

    Both matrices are multiplied by the principal components of the first 100,000 rows of the input matrix.

    Parameters
    ----------
    ft_model : FastTextModel
        A model that is not quantised. It is changed in place.
    target_dim : int
        New dimensionality (>= 1, at most that of the model).

    Returns
    -------
    FastTextModel
        The same model.

    Raises
    ------
    ValueError
        If the model is quantised, or `target_dim` is out of range.

    Examples
    --------
    >>> from wordkin.fasttext import load_model, util
    >>> model = util.reduce_model(load_model("cc.en.300.bin"), 100)  # doctest: +SKIP
    """
    size = integer_option("target_dim", target_dim, 1, ft_model.get_dimension())
    inputs, outputs = ft_model.get_input_matrix(), ft_model.get_output_matrix()
    centred = inputs[:_ROWS_FOR_COMPONENTS] - inputs[:_ROWS_FOR_COMPONENTS].mean(axis=0, dtype=np.float32)
    _, components = np.linalg.eigh(centred.T @ centred)  # in ascending order of variance
    projection = components[:, ::-1][:, :size]
    ft_model.set_matrices(inputs @ projection, outputs @ projection)
    return ft_model


def find_nearest_neighbor(
    query: NDArray[np.float32],
    vectors: NDArray[np.float32],
    ban_set: Collection[int],
    cossims: NDArray[np.float32] | None = None,
) -> int:
    """Return the row of a matrix that has the largest product with a vector.

    Parameters
    ----------
    query : ndarray of float32, shape (dim,)
        The vector.
    vectors : ndarray of float32, shape (rows, dim)
        The matrix.
    ban_set : set of int
        Rows to ignore.
    cossims : ndarray of float32, shape (rows,), optional
        Receives the products.

    Returns
    -------
    int
        The row.

    Raises
    ------
    ValueError
        If all rows are ignored.

    Examples
    --------
    >>> matrix = np.eye(3, dtype=np.float32)
    >>> find_nearest_neighbor(np.array([0.1, 0.9, 0.5], np.float32), matrix, {1})
    2
    """
    products = np.matmul(vectors, query, out=cossims)
    allowed = np.delete(np.arange(len(products)), list(ban_set))
    if len(allowed) == 0:
        raise ValueError(f"ban_set must leave one of the {len(products)} rows of vectors, got all")
    return int(allowed[np.argmax(products[allowed])])


def test(predictions: Iterable[Sequence[Any]], labels: Iterable[Collection[Any]], k: int = 1) -> tuple[float, float]:
    """Return precision and recall of predicted labels.

    Parameters
    ----------
    predictions : iterable of sequences
        The predicted labels of each text.
    labels : iterable of collections
        The correct labels of each text.
    k : int, default 1
        Number of labels predicted for each text.

    Returns
    -------
    tuple of float
        Precision and recall; NaN without texts.

    Examples
    --------
    >>> test([["a"], ["b"]], [["a"], ["c", "d"]])
    (0.5, 0.3333333333333333)
    """
    correct = texts = count = 0
    for predicted, expected in zip(predictions, labels, strict=True):
        correct += sum(label in expected for label in predicted)
        texts, count = texts + 1, count + len(expected)
    return (correct / (k * texts), correct / count) if count else (float("nan"), float("nan"))


def download_model(lang_id: str, if_exists: str = "strict", dimension: int | None = None) -> str:
    """Raise an error: wordkin makes no network connections.

    Parameters
    ----------
    lang_id : str
        Language.
    if_exists, dimension : object
        Ignored.

    Returns
    -------
    str
        Nothing; the error says where the file is.

    Raises
    ------
    ValueError
        Always.
    """
    del if_exists, dimension
    name = f"cc.{lang_id}.300.bin.gz"
    raise UnsupportedError(
        f"wordkin makes no network connections: download https://dl.fbaipublicfiles.com/fasttext/vectors-crawl/{name} "
        f'with another program, then wordkin.fasttext.load_model("{name}") opens it'
    )
