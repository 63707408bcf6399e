"""Layers of a language model for the texts of a data set: computed once for all epochs as far as memory is allowed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...elmo import ELMo
from .texts import IndexedTexts

__all__ = ["LayerCache", "width_of_layers"]

_TEXTS_AT_ONCE = 1024

Layers = NDArray[np.float32]  # (tokens, layers, width)


def width_of_layers(model: ELMo) -> tuple[int, int]:
    """Return how many layers a token has, and their width."""
    return model.options.n_layers + 1, 2 * model.options.projection_dim


class LayerCache:
    """Gives the layers of texts. What a text's layers are does not depend on the texts beside it.

    Parameters
    ----------
    model
        The language model, as it stays.
    texts
        The data set.
    most_bytes
        Memory for layers. The first texts that fit are kept; the layers of others are computed at each use.
    workers
        Threads.
    show
        Called with the tokens done while layers are computed.
    """

    def __init__(
        self,
        model: ELMo,
        texts: IndexedTexts,
        *,
        most_bytes: int,
        workers: int,
        show: Callable[[int], Any] | None = None,
    ) -> None:
        self._model = model
        self._texts = texts
        self._workers = workers
        n_layers, width = width_of_layers(model)
        tokens = most_bytes // (4 * n_layers * width)
        self.kept_texts = int(np.searchsorted(texts.ends, tokens, side="right")) - 1
        self._kept: Layers = np.empty((int(texts.ends[self.kept_texts]), n_layers, width), dtype=np.float32)
        for first in range(0, self.kept_texts, _TEXTS_AT_ONCE):
            end = min(first + _TEXTS_AT_ONCE, self.kept_texts)
            self._fill(self._kept[texts.ends[first] : texts.ends[end]], texts.sentences[first:end])
            if show is not None:
                show(int(texts.ends[end]))

    def _fill(self, target: Layers, sentences: Sequence[Sequence[str]]) -> None:
        begin = 0
        for layers in self._model.encode(
            [list(sentence) for sentence in sentences], "all", progress=False, workers=self._workers
        ):
            end = begin + layers.shape[1]
            target[begin:end] = layers.transpose(1, 0, 2)
            begin = end

    def of(self, numbers: NDArray[np.intp]) -> Layers:
        """Return the layers of the tokens of some texts, text after text; new."""
        if not len(numbers) or int(numbers.max()) < self.kept_texts:
            return self._kept[self._texts.places(numbers)]
        lengths = self._texts.lengths[numbers]
        owner = np.repeat(np.arange(len(numbers)), lengths)
        is_kept = (numbers < self.kept_texts)[owner]
        layers = np.empty((len(owner), *self._kept.shape[1:]), dtype=np.float32)
        layers[is_kept] = self._kept[self._texts.places(numbers[numbers < self.kept_texts])]
        others = numbers[numbers >= self.kept_texts]
        computed = np.empty((int(self._texts.lengths[others].sum()), *layers.shape[1:]), dtype=np.float32)
        self._fill(computed, [self._texts.sentences[number] for number in others.tolist()])
        layers[~is_kept] = computed
        return layers
