"""Recurrent state that stateful calls carry from one sentence of a stream to the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from ...runtime.locks import fork_safe_lock
from ..options import ELMoOptions

__all__ = ["CarriedStreams", "RecurrentState", "zero_state"]

RecurrentState = dict[str, NDArray[np.float32]]  # (sentences, width) for each direction, layer and kind of state


def zero_state(options: ELMoOptions, sentences: int) -> RecurrentState:
    """Return the initial recurrent state of sentences.

    Parameters
    ----------
    options : ELMoOptions
        Options of the model.
    sentences : int
        Number of sentences.

    Returns
    -------
    dict of str to ndarray of float32
        Arrays of zeros, named ``state_<direction>/<layer>/h``, shape (sentences, projection_dim), and, for LSTM cells,
        ``state_<direction>/<layer>/c``, shape (sentences, dim).
    """
    widths = {"h": options.projection_dim}
    if options.cell == "lstm":
        widths["c"] = options.dim
    return {
        f"state_{direction}/{layer}/{kind}": np.zeros((sentences, width), dtype=np.float32)
        for direction in range(2)
        for layer in range(options.n_layers)
        for kind, width in widths.items()
    }


class CarriedStreams:
    """Recurrent state of parallel streams of text, one stream for each position in a batch.

    Parameters
    ----------
    options : ELMoOptions
        Options of the model.
    """

    def __init__(self, options: ELMoOptions) -> None:
        self._options = options
        self._state = zero_state(options, 0)
        self._lock = fork_safe_lock()

    @contextmanager
    def borrowed(self, count: int) -> Iterator[RecurrentState]:
        """Lend the state of the first `count` streams to a block of code that updates it.

        The update takes effect when the block ends. If it raises, the streams keep the state they had.

        Parameters
        ----------
        count : int
            Number of streams; new streams start with zeros.

        Yields
        ------
        dict of str to ndarray of float32
            Copies of the state, to be changed in place; see `zero_state`.
        """
        with self._lock:
            new = zero_state(self._options, max(0, count - len(next(iter(self._state.values())))))
            state = {name: np.concatenate([array[:count], new[name]]) for name, array in self._state.items()}
            yield state
            # Replaced as a whole: neither an interruption nor a fork by another thread finds parts of an update.
            self._state = {name: np.concatenate([state[name], old[count:]]) for name, old in self._state.items()}

    @contextmanager
    def restored_on_error(self) -> Iterator[None]:
        """Restore the state that the streams have now if a block of code raises an exception.

        Yields
        ------
        None
            Control, for the block.
        """
        before = self._state
        try:
            yield
        except BaseException:
            self._state = before
            raise
