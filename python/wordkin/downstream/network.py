"""The C++ network of a fitted model, opened for a set of texts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TypeAlias

from .. import _core
from ..runtime.compute import Compute
from .data.prepared import PreparedTexts
from .state import Floats, NetworkState

__all__ = ["PREDICTION_BATCH", "Moments", "Network", "open_network", "open_training_network"]

Network: TypeAlias = _core.tasks.Network
Moments = dict[str, tuple[Floats, Floats]]

PREDICTION_BATCH = 64  # texts: enough rows for efficient matrix products, few enough for the CPU caches


@contextmanager
def open_network(state: NetworkState, prepared: PreparedTexts, compute: Compute) -> Iterator[Network]:
    """Start the threads of a network for predictions.

    Every call opens another network, so that several threads can use the same state. All of them read the same packed
    parameters.

    Parameters
    ----------
    state : NetworkState
        The network.
    prepared : PreparedTexts
        The texts.
    compute : Compute
        Number of threads and instruction set.

    Yields
    ------
    Network
        The network; its threads end with the block.
    """
    packed = state.packed.get(state.options, state.parameters, compute.isa)
    with closing(_core.tasks.Network(packed, prepared.frozen, threads=compute.threads)) as network:
        yield network


@contextmanager
def open_training_network(
    state: NetworkState, prepared: PreparedTexts, compute: Compute, moments: Moments
) -> Iterator[Network]:
    """Start the threads of a network for training.

    Parameters
    ----------
    state : NetworkState
        The network; its parameters are changed in place by training steps.
    prepared : PreparedTexts
        The texts.
    compute : Compute
        Number of threads and instruction set.
    moments : dict of str to (ndarray, ndarray)
        Adam's first and second moments by the name of the tensor.

    Yields
    ------
    Network
        The network; its threads end with the block.
    """
    options = replace(state.options, **state.features.network_shape(prepared.frozen))
    with closing(
        _core.tasks.Network(
            options, state.parameters, prepared.frozen, moments=moments, threads=compute.threads, isa=compute.isa
        )
    ) as network:
        try:
            yield network
        finally:
            state.packed.discard()
