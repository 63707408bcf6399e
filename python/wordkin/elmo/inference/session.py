"""State that the inference calls on one model share: packed weights, token-vector cache, and carried streams."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...runtime.compute import Compute
from ...runtime.locks import fork_safe_lock
from ...text.characters import Cut
from ..options import ELMoEncodingOptions
from ..state import ModelState, snapshot
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
    revision: int | None  # of the parameters, if the model is being trained
    compute: Compute
    cut: Cut
    has_softmax: bool  # unless the model has none
    model: InferenceModel
    cache: TokenCache

    def serves(self, state: ModelState, compute: Compute, cut: Cut, predicts: bool) -> bool:
        """Return whether the weights are those of this state, instruction set, precision and truncation."""
        own = (self.revision, self.compute.isa, self.compute.precision, self.cut)
        wanted = (_revision(state), compute.isa, compute.precision, cut)
        return self.state is state and own == wanted and self.has_softmax >= predicts


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
        self,
        state: ModelState,
        compute: Compute,
        *,
        cut: Cut = "bytes",
        cache_bytes: int | None = None,
        predicts: bool = False,
    ) -> Embedder:
        """Return an embedder for one call, loading the model if necessary.

        If the model is being trained, the embedder has the parameters between two steps, and keeps them.

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
        predicts : bool, default False
            Whether the call needs the softmax.

        Returns
        -------
        Embedder
            For this call.
        """
        with self._lock:
            if cache_bytes is not None:
                self._cache_bytes = cache_bytes
            loaded = self._loaded
            if loaded is None or not loaded.serves(state, compute, cut, predicts):
                self._loaded = loaded = None  # free the old weights before the new ones are packed
                revision = _revision(state)  # read first: the weights are then never older than it says
                model = InferenceModel.load(snapshot(state, with_softmax=predicts), compute, cut=cut)
                loaded = _Loaded(
                    state=state,
                    revision=revision,
                    compute=compute,
                    cut=cut,
                    has_softmax=predicts or revision is None,
                    model=model,
                    cache=TokenCache(state.options.projection_dim, self._cache_bytes),
                )
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


def _revision(state: ModelState) -> int | None:
    return None if state.steps is None else state.steps.revision
