"""State that the inference calls on one model share: packed weights, token-vector cache, and carried streams."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...runtime.compute import Compute
from ...runtime.locks import fork_safe_lock
from ...text.characters import Cut
from ..options import ELMoEncodingOptions
from ..state import ModelState
from .carried_state import CarriedStreams
from .embedding import Embedder
from .encoding import SentenceEncoder
from .inference_model import InferenceModel
from .scalar_mix import LayerSelection
from .token_cache import DEFAULT_CACHE_BYTES, TokenCache

__all__ = ["InferenceSession"]


@dataclass(frozen=True, kw_only=True)
class _Loaded:
    """Packed weights together with what they were packed from and the vectors computed with them."""

    state: ModelState
    compute: Compute
    cut: Cut
    model: InferenceModel
    cache: TokenCache

    def serves(self, state: ModelState, compute: Compute, cut: Cut) -> bool:
        """Return whether the weights are those of this state, instruction set, precision and truncation."""
        wanted = (compute.isa, compute.precision, cut)
        return self.state is state and (self.compute.isa, self.compute.precision, self.cut) == wanted


class InferenceSession:
    """Provide loaded models to concurrent calls.

    The session keeps the packed weights that were used last. Each call receives an `Embedder` with its own number of
    threads and a token cache of the size that it requested; neither changes while the call runs.
    """

    def __init__(self) -> None:
        self._lock = fork_safe_lock()  # guards all attributes below
        self._loaded: _Loaded | None = None
        self._cache_bytes = DEFAULT_CACHE_BYTES
        self._streams: CarriedStreams | None = None

    def invalidate(self) -> None:
        """Discard the packed weights and cached vectors; to be called after the model's parameters have changed."""
        with self._lock:
            self._loaded = None

    def reset_streams(self) -> None:
        """Discard the recurrent state that stateful calls carry."""
        with self._lock:
            self._streams = None

    def streams(self, state: ModelState) -> CarriedStreams:
        """Return the carried state of stateful calls.

        Parameters
        ----------
        state : ModelState
            The model.

        Returns
        -------
        CarriedStreams
            Shared by all stateful calls until `reset_streams`.
        """
        with self._lock:
            if self._streams is None:
                self._streams = CarriedStreams(state.options)
            return self._streams

    def embedder(
        self, state: ModelState, compute: Compute, *, cut: Cut = "bytes", cache_bytes: int | None = None
    ) -> Embedder:
        """Return an embedder for one call, loading the model if necessary.

        Parameters
        ----------
        state : ModelState
            The model.
        compute : Compute
            Number of threads of the call, instruction set and precision.
        cut : {"bytes", "characters"}, default "bytes"
            Where tokens that are too long are truncated; see `character_rows`.
        cache_bytes : int, optional
            Size limit of the token-vector cache in bytes, also for later calls; by default that of the call before.

        Returns
        -------
        Embedder
            For this call.
        """
        with self._lock:
            if cache_bytes is not None:
                self._cache_bytes = cache_bytes
            loaded = self._loaded
            if loaded is None or not loaded.serves(state, compute, cut):
                self._loaded = loaded = None  # free the old weights before the new ones are packed
                model = InferenceModel.load(state, compute, cut=cut)
                cache = TokenCache(state.options.projection_dim, self._cache_bytes)
                loaded = _Loaded(state=state, compute=compute, cut=cut, model=model, cache=cache)
            self._loaded = loaded = replace(loaded, cache=loaded.cache.resized(self._cache_bytes))
            return Embedder(model=loaded.model, cache=loaded.cache, threads=compute.threads)

    def encoder(self, state: ModelState, options: ELMoEncodingOptions, compute: Compute) -> SentenceEncoder:
        """Return a sentence encoder for one call, loading the model if necessary.

        Parameters
        ----------
        state : ModelState
            The model.
        options : ELMoEncodingOptions
            How sentences are encoded.
        compute : Compute
            Number of threads of the call, instruction set and precision.

        Returns
        -------
        SentenceEncoder
            For this call.

        Raises
        ------
        TypeError, ValueError
            If the options do not fit the model.
        """
        selection = LayerSelection.of(options, state.options.n_layers)
        streams = self.streams(state) if options.stateful else None
        embedder = self.embedder(state, compute, cut=options.cut, cache_bytes=options.cache_bytes)
        return SentenceEncoder(embedder=embedder, options=options, selection=selection, streams=streams)
