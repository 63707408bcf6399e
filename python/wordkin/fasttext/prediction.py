"""Labels and vectors of texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import WordkinError
from ..runtime.columns import as_list
from ..runtime.compute import available_workers
from .state import FastTextState
from .tokens import split_words

__all__ = ["TextValueError", "checked_text", "checked_texts", "line_vectors", "predict", "word_vectors"]

_TEXTS = "a str or a list of str"
_FEW_TEXTS = 256  # for which threads, and finding out how many there may be, cost more than they save


class TextValueError(WordkinError, ValueError):
    """A text that is not one line, or that UTF-8 cannot encode."""


def checked_texts(values: object, name: str) -> tuple[str, ...]:
    """Return texts of one line each.

    Parameters
    ----------
    values : iterable of str
        The texts.
    name : str
        Name of the argument in error messages.

    Returns
    -------
    tuple of str
        The texts.

    Raises
    ------
    TypeError
        If an element is not a str.
    TextValueError
        If a text has a line feed or a lone surrogate.
    """
    texts = tuple(as_list(values, name, _TEXTS))
    for position, text in enumerate(texts):
        _check_text(text, f"{name}[{position}]")
    return texts


def checked_text(text: object, name: str) -> tuple[str]:
    """Return a tuple of one text of one line, as `checked_texts` does.

    Parameters
    ----------
    text : str
        The text.
    name : str
        Name of the argument in error messages.

    Returns
    -------
    tuple of str
        The text.
    """
    _check_text(text, name)
    assert isinstance(text, str)
    return (text,)


def _check_text(text: object, name: str) -> None:
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a str, got {type(text).__name__}")
    at = text.find("\n")
    if at >= 0:
        raise TextValueError(
            f"{name} must be one line, got a line feed at position {at}; replace it by a space, or pass its lines"
        )
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise TextValueError(
                f"{name} must be text that UTF-8 can encode, got a lone surrogate at position {error.start}"
            ) from None


def predict(
    state: FastTextState, texts: tuple[str, ...], k: int, threshold: float
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """Return the most probable labels of texts.

    Parameters
    ----------
    state : FastTextState
        A supervised model.
    texts : tuple of str
        One line each.
    k : int
        Maximum number of labels of a text; -1 for all.
    threshold : float
        Minimum probability.

    Returns
    -------
    ends : ndarray of int64, shape (len(texts),)
        The labels of text i end here.
    labels : ndarray of int32
        Indices of labels, those of each text in descending order of probability.
    probabilities : ndarray of float32
        Their probabilities.
    """
    labels = len(state.file.labels) if k == -1 else k
    return state.predictor.predict(texts, labels=max(1, labels), threshold=threshold, threads=_threads_for(len(texts)))


def _threads_for(texts: int) -> int:
    return available_workers() if texts > _FEW_TEXTS else 1


def line_vectors(state: FastTextState, texts: tuple[str, ...]) -> NDArray[np.float32]:
    """Return the vectors of texts.

    Parameters
    ----------
    state : FastTextState
        The model.
    texts : tuple of str
        One line each.

    Returns
    -------
    ndarray of float32, shape (len(texts), dim)
        In a supervised model the mean of a line's rows, from which labels are predicted; else the mean of the vectors
        of its words, each scaled to unit norm first.
    """
    if state.is_supervised:
        vectors = np.empty((len(texts), state.file.arguments.dim), np.float32)
        state.predictor.line_vectors(vectors, texts, threads=_threads_for(len(texts)))
        return vectors
    return np.stack([_mean_of_units(word_vectors(state, split_words(text))) for text in texts])


def _mean_of_units(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(vectors, axis=1)
    units = vectors[norms > 0] / norms[norms > 0, None]
    if len(units) == 0:
        return np.zeros(vectors.shape[1], np.float32)
    mean: NDArray[np.float32] = units.mean(axis=0, dtype=np.float32)
    return mean


def word_vectors(state: FastTextState, words: Sequence[str]) -> NDArray[np.float32]:
    """Return the vectors of words, also of those that are not in the dictionary.

    Parameters
    ----------
    state : FastTextState
        The model.
    words : sequence of str
        The words.

    Returns
    -------
    ndarray of float32, shape (len(words), dim)
        The mean of each word's row and the rows of its n-grams; zeros if it has none.
    """
    vectors = np.empty((len(words), state.file.arguments.dim), np.float32)
    state.predictor.word_vectors(vectors, tuple(words), threads=_threads_for(len(words)))
    return vectors
