"""Training by several processes: the gradients of all ranks are averaged in each step."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...distributed import Communicator
from ...distributed.agreement import description_of, gathered_objects, raise_failures
from ...errors import DistributedError, TrainingDiverged
from ...runtime.deferred_signals import DeferredSignals
from ..report import Perplexity, perplexity_of
from .streams import stream_axis, streams_of_ranks

__all__ = ["Ranks", "joint_perplexity"]

Result = TypeVar("Result")
Rows = tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32] | None]


class Ranks:
    """The processes that train one model, each with separate streams of text.

    All ranks call `exchange` in the same order. A rank that fails sends its failure instead, so that the others, which
    wait in `exchange`, fail too.

    Parameters
    ----------
    communicator : Communicator
        The group.
    streams : int
        Number of streams of all ranks.

    Attributes
    ----------
    signals : DeferredSignals
        Signals that this rank has received, of which all ranks learn in the next step.
    is_over : bool
        Whether all ranks know that the run ends with a failure.
    is_broken : bool
        Whether the ranks can no longer communicate.
    seconds : float
        Time of the communication.
    bytes_sent : int
        Number of bytes that a rank has sent.
    """

    def __init__(self, communicator: Communicator, streams: int) -> None:
        self._communicator = communicator
        parts = streams_of_ranks(streams, communicator.size)
        # A rank with more streams than others counts more in means.
        self._weights = np.array([part.stop - part.start for part in parts]) * communicator.size / streams
        self.signals = DeferredSignals()
        self.is_over = self.is_broken = False
        self.seconds = 0.0
        self.bytes_sent = 0

    @property
    def rank(self) -> int:
        """Rank of this process."""
        return self._communicator.rank

    @property
    def size(self) -> int:
        """Number of ranks."""
        return self._communicator.size

    def exchange(self, **status: object) -> list[dict[str, Any]]:
        """Return what all ranks have to say, by rank.

        Parameters
        ----------
        **status : JSON value
            What this rank has to say.

        Returns
        -------
        list of dict
            The values of all ranks.

        Raises
        ------
        DistributedError
            If a rank has failed, or the ranks cannot communicate.
        """
        everyone = self._communicate(lambda: gathered_objects(self._communicator, {**status, "failure": None}))
        failures = [other["failure"] for other in everyone]
        self.is_over = any(failures)
        raise_failures(failures, "training")
        return everyone

    def announce(self, error: BaseException) -> None:
        """Let the other ranks know that this one has failed.

        Parameters
        ----------
        error : BaseException
            The exception that ends the run.
        """
        if self.is_over:
            return
        self.is_over = True
        with suppress(DistributedError):  # the exception that ends the run says more
            self._communicate(lambda: gathered_objects(self._communicator, {"failure": description_of(error)}))

    def agree_on_step(self, step: int, outcome: _core.elmo.StepOutcome, **status: object) -> list[dict[str, Any]]:
        """Return the losses and further values of all ranks, after the gradients of a step were computed.

        Parameters
        ----------
        step : int
            Number of the step.
        outcome : dict
            Losses of this rank, and whether its gradients are finite.
        **status : JSON value
            Further values.

        Returns
        -------
        list of dict
            The values of all ranks.

        Raises
        ------
        TrainingDiverged
            If the gradients of a rank are not finite.
        """
        losses = [outcome["loss_forward"], outcome["loss_backward"]]
        everyone = self.exchange(losses=losses, finite=outcome["finite"], signal=self.signals.name, **status)
        for rank, other in enumerate(everyone):
            if not other["finite"]:
                self.is_over = True
                forward, backward = other["losses"]
                raise TrainingDiverged(
                    f"rank {rank}: step {step}: loss {forward:g} forward, {backward:g} backward, or a gradient, is not "
                    "finite. The step has not changed the parameters; use a smaller learning_rate or clip_norm"
                )
        return everyone

    def end_after_signals(self, everyone: list[dict[str, Any]]) -> None:
        """End the run if a rank has received a signal.

        Parameters
        ----------
        everyone : list of dict
            What `agree_on_step` has returned.

        Raises
        ------
        KeyboardInterrupt, SystemExit
            What the signal raises on the rank that has received it.
        DistributedError
            On the other ranks.
        """
        found = next(((rank, other["signal"]) for rank, other in enumerate(everyone) if other["signal"]), None)
        if found is None:
            return
        self.is_over = True
        self.signals.deliver()  # raises an exception if this rank has received it
        raise DistributedError(f"training ended because rank {found[0]} received {found[1]}")

    def mean_losses(self, everyone: list[dict[str, Any]]) -> tuple[float, float]:
        """Return the mean losses of all ranks.

        Parameters
        ----------
        everyone : list of dict
            What `agree_on_step` has returned.

        Returns
        -------
        (float, float)
            Forward and backward loss.
        """
        losses = np.array([other["losses"] for other in everyone])
        forward, backward = np.mean(losses * self._weights[:, None], axis=0).tolist()
        return forward, backward

    def average_gradients(self, trainer: _core.elmo.Trainer) -> list[Rows]:
        """Replace the dense gradients of a trainer by their means over the ranks.

        Parameters
        ----------
        trainer : Trainer
            The trainer, after `backward`.

        Returns
        -------
        list of (ids, rows, biases)
            The means of the row gradients, with the rows that any rank has.
        """
        gradients = trainer.dense_gradients()
        rows = trainer.row_gradients()
        self._communicate(lambda: self._average(gradients))
        return self._communicate(lambda: [self._average_rows(*own) for own in rows])

    def _average(self, array: NDArray[np.float32]) -> None:
        self.bytes_sent += array.nbytes * 2 * (self.size - 1) // self.size  # of a ring
        if (weight := np.float32(self._weights[self.rank])) != 1.0:
            np.multiply(array, weight, out=array)
        np.divide(self._communicator.allreduce(array), np.float32(self.size), out=array)

    def _average_rows(
        self, ids: NDArray[np.int32], rows: NDArray[np.float32], bias: NDArray[np.float32] | None
    ) -> Rows:
        # Negatives are the same on all ranks, which therefore have most of their rows in common.
        union = np.unique(np.concatenate(self._communicator.allgather(ids)))
        columns = rows.shape[1]
        values = np.zeros((len(union), columns + (bias is not None)), dtype=np.float32)
        positions = np.searchsorted(union, ids)
        values[positions, :columns] = rows
        if bias is not None:
            values[positions, columns] = bias
        self._average(values)
        averaged = np.ascontiguousarray(values[:, :columns])
        return union, averaged, None if bias is None else np.ascontiguousarray(values[:, columns])

    def gathered(self, tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Return arrays of all ranks, which all have them in the same order, with the rank before each name.

        Parameters
        ----------
        tensors : mapping of str to ndarray
            The arrays of this rank.

        Returns
        -------
        dict of str to ndarray
            The arrays of all ranks but the first, such as ``rank1/name``.
        """

        def gathered(name: str) -> list[NDArray[Any]]:
            axis = stream_axis(name)  # ranks may differ in the number of streams
            parts = self._communicator.allgather(np.ascontiguousarray(np.moveaxis(tensors[name], axis, 0)))
            return [np.moveaxis(part, 0, axis) for part in parts]

        parts = self._communicate(lambda: {name: gathered(name) for name in tensors})
        return {f"rank{rank}/{name}": parts[name][rank] for name in parts for rank in range(1, self.size)}

    def _communicate(self, work: Callable[[], Result]) -> Result:
        start = time.perf_counter()
        try:
            return work()
        except BaseException as error:
            self.is_over = self.is_broken = True
            if isinstance(error, DistributedError) or not isinstance(error, Exception):
                raise
            raise DistributedError(f"rank {self.rank}: communication failed: {description_of(error)}") from error
        finally:
            self.seconds += time.perf_counter() - start


def joint_perplexity(ranks: Ranks, own: Perplexity | None) -> Perplexity:
    """Return the perplexity of the texts of all ranks.

    Parameters
    ----------
    ranks : Ranks
        The group.
    own : Perplexity or None
        Perplexity of the text of this rank; None if it has none.

    Returns
    -------
    Perplexity
        That of all texts together, equal on all ranks.
    """
    status: dict[str, float] = {"forward": 0.0, "backward": 0.0, "tokens": 0, "unknown": 0}
    if own is not None:
        losses = [own.tokens * math.log(value) for value in (own.forward, own.backward)]
        status = {"forward": losses[0], "backward": losses[1], "tokens": own.tokens, "unknown": own.unknown_tokens}
    everyone = ranks.exchange(**status)
    total = {name: sum(other[name] for other in everyone) for name in status}
    return Perplexity(
        forward=perplexity_of(total["forward"] / total["tokens"]),
        backward=perplexity_of(total["backward"] / total["tokens"]),
        tokens=total["tokens"],
        unknown_tokens=total["unknown"],
    )
