"""Exponential moving averages of the parameters of a network and of the language models that are trained with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ..network import Network
from ..state import Tensors
from .fine_tuning import LanguageModelTuner

__all__ = ["AveragedParameters"]

_STEPS = 4  # between updates of the averages, which read every parameter; the decay is raised to this power


class AveragedParameters:
    """The exponential moving averages of parameters that training changes in place.

    The average begins with the parameters after the fourth step. After t updates the decay is at most
    (1 + t) / (10 + t), so that the first parameters do not dominate.

    Parameters
    ----------
    decay : float
        Decay of the average per training step (from 0 to below 1); 0 for no average, in which case every method does
        nothing.
    parameters : dict of str to ndarray
        Parameters of the network.
    tuners : sequence of LanguageModelTuner
        Language models that are trained with it.

    Examples
    --------
    >>> import numpy as np
    >>> parameters = {"W": np.zeros(1, np.float32)}
    >>> averaged = AveragedParameters(0.5, parameters, ())
    >>> for value in range(1, 9):
    ...     parameters["W"][:] = value
    ...     averaged.update()
    >>> averaged.apply()
    >>> parameters["W"].tolist()  # of the values after steps 4 and 8
    [7.75]
    """

    def __init__(self, decay: float, parameters: Tensors, tuners: Sequence[LanguageModelTuner]) -> None:
        self._decay = decay**_STEPS
        self._parameters = parameters
        self._tuners = tuners
        self._averages: list[Tensors] = []
        self._steps = 0

    def _groups(self) -> list[Tensors]:
        return [self._parameters, *(tuner.parameters for tuner in self._tuners)]

    def update(self) -> None:
        """Add the parameters after a training step to the averages."""
        if self._decay == 0:
            return
        self._steps += 1
        if self._steps % _STEPS:
            return
        updates = self._steps // _STEPS
        weight = 1 - min(self._decay, (1 + updates) / (10 + updates))
        groups = self._groups()
        self._averages = self._averages or [{} for _ in groups]
        for averages, parameters in zip(self._averages, groups, strict=True):
            for name, values in parameters.items():
                if name in averages:
                    averages[name] += weight * (values - averages[name])
                else:  # in the first update, and for layers of a language model that have been unfrozen since
                    averages[name] = values.copy()

    def apply(self) -> None:
        """Replace the parameters by their averages."""
        if not self._averages:
            return
        for averages, parameters in zip(self._averages, self._groups(), strict=True):
            for name, average in averages.items():
                parameters[name][...] = average
        self._changed()

    @contextmanager
    def applied(self, network: Network) -> Iterator[None]:
        """Replace the parameters by their averages for the duration of a block.

        Parameters
        ----------
        network : Network
            The opened network, which packs its parameters again.

        Yields
        ------
        None
            While the averages replace the parameters.
        """
        if not self._averages:
            yield
            return
        last = [{name: values.copy() for name, values in group.items()} for group in self._groups()]
        self.apply()
        network.refresh()
        try:
            yield
        finally:
            for saved, parameters in zip(last, self._groups(), strict=True):
                for name, values in saved.items():
                    parameters[name][...] = values
            self._changed()
            network.refresh()

    def _changed(self) -> None:
        for tuner in self._tuners:
            tuner.parameters_changed()
