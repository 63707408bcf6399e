"""The C++ network of a fitted model, opened for a set of texts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TypeAlias

from .. import _core
from .data.prepared import PreparedTexts
from .options import NetworkCompute
from .state import Floats, NetworkState

__all__ = ["PREDICTION_BATCH", "TOKENS_PER_THREAD", "Moments", "Network", "open_network", "open_training_network"]

Network: TypeAlias = _core.tasks.Network
Moments = dict[str, tuple[Floats, Floats]]

TOKENS_PER_THREAD = 256  # fewer are computed before another thread has started
PREDICTION_BATCH = 64  # texts: enough rows for efficient matrix products, few enough for the CPU caches


@contextmanager
def open_network(state: NetworkState, prepared: PreparedTexts, compute: NetworkCompute) -> Iterator[Network]:
    """Start the threads of a network for predictions.

    No two calls use the same network at a time, so that several threads can use the same state. All networks read the
    same packed parameters.

    Parameters
    ----------
    state : NetworkState
        The network.
    prepared : PreparedTexts
        The texts.
    compute : NetworkCompute
        Number of threads and instruction set.

    Yields
    ------
    Network
        The network; its threads end with the block.
    """
    packed = state.packed.get(state.options, state.parameters, compute.isa, compute.encoder_precision)
    if compute.threads > 1 or len(prepared.texts.types) > TOKENS_PER_THREAD:
        with closing(_core.tasks.Network(packed, prepared.frozen, threads=compute.threads)) as network:
            yield network
        return
    idle = state.packed.take_idle(packed)
    if idle is None:
        idle = _core.tasks.Network(packed, prepared.frozen, threads=1)
    else:
        idle.set_frozen(prepared.frozen)
    yield idle
    state.packed.give_back(packed, idle)


@contextmanager
def open_training_network(
    state: NetworkState, prepared: PreparedTexts, compute: NetworkCompute, moments: Moments
) -> Iterator[Network]:
    """Start the threads of a network for training.

    Parameters
    ----------
    state : NetworkState
        The network; its parameters are changed in place by training steps.
    prepared : PreparedTexts
        The texts.
    compute : NetworkCompute
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
