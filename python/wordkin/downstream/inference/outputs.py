"""A trained network and what its features are made of: how it is opened for work, and what it says of texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...runtime.shutdown import cancel_at_exit
from ..data.batching import Numbers, sorted_batches
from ..data.texts import IndexedTexts
from ..options import NetworkOptions
from ..state import Features, PreparedTexts
from ..training.initialization import Tensors

if TYPE_CHECKING:
    from ..._core.tasks import Network

__all__ = ["Machine", "Moments", "NetworkContent", "answers", "opened_network"]

Moments = dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]
Question = Literal["scores", "probabilities", "paths", "attention"]

PREDICTION_BATCH = 64  # texts: enough rows for the products, few enough for the caches
_REMEMBERED_BYTES = 1 << 28
_WORDS_AT_ONCE = 1024


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Threads and instruction set."""

    workers: int
    isa: str


@dataclass(eq=False)
class NetworkContent:
    """What is trained, saved and asked.

    Parameters
    ----------
    options
        Shape; the rows of tables that are not trained are those of the texts at hand.
    parameters
        Tensors by their names.
    features
        Sources of what the network sees.
    """

    options: NetworkOptions
    parameters: Tensors
    features: Features

    def prepared(self, sentences: list[list[str]], machine: Machine) -> PreparedTexts:
        """Return texts to be asked about, once."""
        return self.features.prepared(IndexedTexts.of(sentences), most_bytes=0, workers=machine.workers)


@contextmanager
def opened_network(
    content: NetworkContent, prepared: PreparedTexts, machine: Machine, moments: Moments | None = None
) -> Iterator[Network]:
    """Give the network with its weights packed; its threads end with the block."""
    options = replace(content.options, **content.features.network_shape(prepared.frozen))
    network = _core.tasks.Network(
        options, content.parameters, prepared.frozen, moments=moments, threads=machine.workers, isa=machine.isa
    )
    try:
        with cancel_at_exit(network.close):
            yield network
    finally:
        network.close()


def answers(
    network: Network,
    prepared: PreparedTexts,
    numbers: Numbers,
    question: Question,
    *,
    is_per_token: bool,
    batch_size: int = PREDICTION_BATCH,
    show: Callable[[int], Any] | None = None,
) -> NDArray[Any]:
    """Return what the network says of texts, in their order.

    Parameters
    ----------
    network, prepared
        An opened network and its texts.
    numbers
        Which texts.
    question
        The method that is asked.
    is_per_token
        Whether it answers for each token; else for each text.
    batch_size
        Texts at a time.
    show
        Called with the texts done.

    Returns
    -------
    ndarray
        A row for each text, or for each token, text after text.
    """
    lengths = prepared.texts.lengths
    own_lengths = lengths[numbers].astype(np.int64) if is_per_token else np.ones(len(numbers), np.int64)
    begins = np.zeros(len(numbers) + 1, np.int64)
    np.cumsum(own_lengths, out=begins[1:])
    where = np.empty(len(lengths), np.int64)  # of a text's first row in the result
    where[numbers] = begins[:-1]
    ask = getattr(network, question)
    places = _remembered(network, prepared, numbers)
    result: NDArray[Any] | None = None
    done = 0
    for batch in sorted_batches(numbers, lengths, batch_size):
        found = ask(prepared.batch(batch) if places is None else prepared.remembered(batch, places))
        if result is None:
            result = np.empty((int(begins[-1]), *found.shape[1:]), dtype=found.dtype)
        counts = lengths[batch].astype(np.int64) if is_per_token else np.ones(len(batch), np.int64)
        ends = np.cumsum(counts)
        result[np.repeat(where[batch] - (ends - counts), counts) + np.arange(int(ends[-1]))] = found
        done += len(batch)
        if show is not None:
            show(done)
    return np.empty((0, 0), np.float32) if result is None else result


def _remembered(network: Network, prepared: PreparedTexts, numbers: Numbers) -> NDArray[np.int32] | None:
    """Let the network read the words of texts beforehand, if they come again often enough; where each then is."""
    tokens = prepared.texts.types_of(numbers)
    distinct = np.unique(tokens)
    needed = len(distinct) * network.word_bytes
    if not 0 < needed <= _REMEMBERED_BYTES or len(tokens) < 2 * len(distinct):
        return None
    for first in range(0, len(distinct), _WORDS_AT_ONCE):
        network.cache_words(prepared.words(distinct[first : first + _WORDS_AT_ONCE]), first=first, total=len(distinct))
    places = np.full(len(prepared.texts.words), -1, np.int32)
    places[distinct] = np.arange(len(distinct), dtype=np.int32)
    return places
