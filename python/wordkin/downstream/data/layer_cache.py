"""The layers of a language model for the texts of a dataset, computed once and reused in every epoch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...errors import PrecisionError
from ...runtime.compute import InferencePrecision
from ..options import NetworkCompute
from ..state import ContextSource
from .texts import IndexedTexts

__all__ = ["LayerCache", "Layers"]

_TEXTS_PER_CALL = 1024

Layers = NDArray[np.float32]  # (tokens, layers, dim)


class LayerCache:
    """Layers of a language model for texts. The layers of a text do not depend on the texts encoded with it.

    Parameters
    ----------
    source : ContextSource
        The language model, which must not change.
    texts : IndexedTexts
        The dataset.
    max_bytes : int
        Size limit. The layers of the first texts are kept as long as they fit; those of the others are computed each
        time they are used.
    compute : NetworkCompute
        Number of threads and precision.
    report : callable, optional
        Called with the number of tokens encoded so far while the cache is filled.
    """

    def __init__(
        self,
        source: ContextSource,
        texts: IndexedTexts,
        *,
        max_bytes: int,
        compute: NetworkCompute,
        report: Callable[[int], object] | None = None,
    ) -> None:
        self._model = source.model
        self._texts = texts
        self._workers = compute.threads
        self._precision: InferencePrecision | None = None if source.is_tuned else compute.elmo_precision
        tokens = max_bytes // (4 * source.n_layers * source.width)
        self.cached_texts = int(np.searchsorted(texts.ends, tokens, side="right")) - 1
        self._cached: Layers = np.empty(
            (int(texts.ends[self.cached_texts]), source.n_layers, source.width), dtype=np.float32
        )
        for first in range(0, self.cached_texts, _TEXTS_PER_CALL):
            end = min(first + _TEXTS_PER_CALL, self.cached_texts)
            self._fill(self._cached[texts.ends[first] : texts.ends[end]], texts.tokens_of(np.arange(first, end)))
            if report is not None:
                report(int(texts.ends[end]))

    def _fill(self, target: Layers, sentences: list[list[str]]) -> None:
        begin = 0
        try:
            encoded = self._model.encode(
                sentences, "all", progress=False, workers=self._workers, precision=self._precision
            )
        except PrecisionError as error:  # with the name that the argument has here
            raise PrecisionError(str(error).replace("precision must", "elmo_precision must")) from None
        for layers in encoded:
            end = begin + layers.shape[1]
            target[begin:end] = layers.transpose(1, 0, 2)
            begin = end
        if not np.isfinite(target).all():
            raise ValueError(
                "the layers of an ELMo model must be finite, got NaN or infinite values: see its parameters"
            )

    def layers(self, indices: NDArray[np.intp]) -> Layers:
        """Return the layers of texts.

        Parameters
        ----------
        indices : ndarray, shape (n_selected,)
            Indices of the texts.

        Returns
        -------
        ndarray, shape (n_tokens, n_layers, dim)
            Float32 layers of the tokens of these texts, concatenated; a new array.
        """
        if not len(indices) or int(indices.max()) < self.cached_texts:
            return self._cached[self._texts.positions(indices)]
        lengths = self._texts.lengths[indices]
        owner = np.repeat(np.arange(len(indices)), lengths)
        is_cached = (indices < self.cached_texts)[owner]
        layers = np.empty((len(owner), *self._cached.shape[1:]), dtype=np.float32)
        layers[is_cached] = self._cached[self._texts.positions(indices[indices < self.cached_texts])]
        others = indices[indices >= self.cached_texts]
        computed = np.empty((int(self._texts.lengths[others].sum()), *layers.shape[1:]), dtype=np.float32)
        self._fill(computed, self._texts.tokens_of(others))
        layers[~is_cached] = computed
        return layers
