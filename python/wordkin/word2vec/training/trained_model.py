"""The model that a training run trains: Word2Vec, or one that is made of it and further vectors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ...storage import Archive
from ..archive import archive_to_state, kind_of_file, state_to_archive
from ..state import Word2VecState
from .weights import TrainingArrays, end_training, training_arrays

__all__ = ["SavedModel", "TrainedModel", "word2vec_model"]


@dataclass(frozen=True, kw_only=True)
class SavedModel:
    """The model in a checkpoint.

    Parameters
    ----------
    state : Word2VecState
        Its words, vectors and output layers.
    tags : ndarray of float32, shape (tags, vector_size), or None, default None
        Vectors of tags, if it is a model of documents.
    """

    state: Word2VecState
    tags: NDArray[np.float32] | None = None


@dataclass(frozen=True, kw_only=True)
class TrainedModel:
    """A model that `run_training` trains.

    Parameters
    ----------
    name : str
        Name of its class.
    kind : str
        Kind of its files.
    state : Word2VecState
        Settings, vectors and output layers.
    begin : callable
        Returns the arrays that training updates.
    end : callable
        Called with these arrays, or with None if there are none, when training ends.
    pack : callable
        Returns the content of the model's file.
    unpack : callable
        Called with such a content; returns the model in it.
    """

    name: str
    kind: str
    state: Word2VecState
    begin: Callable[[], TrainingArrays]
    end: Callable[[TrainingArrays | None], None]
    pack: Callable[[], Archive]
    unpack: Callable[[Archive], SavedModel]


def word2vec_model(state: Word2VecState) -> TrainedModel:
    """Return a Word2Vec model, or one with n-grams, for training.

    Parameters
    ----------
    state : Word2VecState
        Its state.

    Returns
    -------
    TrainedModel
        The model.
    """
    return TrainedModel(
        name="Word2Vec" if state.subwords is None else "FastText",
        kind=kind_of_file(state),
        state=state,
        begin=partial(training_arrays, state),
        end=partial(end_training, state),
        pack=partial(state_to_archive, state),
        unpack=lambda archive: SavedModel(state=archive_to_state(archive)),
    )
