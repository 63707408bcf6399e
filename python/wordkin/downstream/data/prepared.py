"""Texts with everything that can be looked up before batches are formed: table rows, layers and characters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...text.characters import character_rows
from ..options import NetworkCompute
from ..state import Features, Floats, LearnedSource
from .layer_cache import LayerCache
from .texts import IndexedTexts
from .word_rows import lookup_rows, lookup_vectors, require_finite

__all__ = ["NetworkBatch", "PreparedTexts", "prepare_texts"]


@dataclass(frozen=True, eq=False)
class NetworkBatch:
    """A batch of texts as the C++ network reads it; arrays of tokens concatenate the texts.

    Parameters
    ----------
    lengths : ndarray, shape (n_texts,)
        Number of tokens of each text, int32.
    tables : sequence of ndarray, shape (n_tokens,)
        For each table the row of each token, int32; -1 for no row in tables that are not trained.
    contexts : sequence of ndarray, shape (n_tokens, n_layers, dim)
        Float32 layers of each language model.
    characters : ndarray, shape (n_words, max_characters) or None
        Character ids of the distinct words of the batch, uint16.
    types : ndarray, shape (n_tokens,) or None
        Row of each token in `characters`, int32.
    words : ndarray, shape (n_tokens,) or None
        Indices among the words that the network has cached, int32. If given, the other token arrays are not read.
    """

    lengths: NDArray[np.int32]
    tables: Sequence[NDArray[np.int32]]
    contexts: Sequence[Floats]
    characters: NDArray[np.uint16] | None
    types: NDArray[np.int32] | None
    words: NDArray[np.int32] | None = None


@dataclass(frozen=True, eq=False)
class PreparedTexts:
    """Texts that batches can be formed from.

    Parameters
    ----------
    texts : IndexedTexts
        The texts.
    frozen : list of ndarray or None
        For each table its float32 rows if it is not trained.
    rows : list of ndarray, shape (n_words,)
        For each table the row of each word, int32.
    caches : list of LayerCache
        Layers of each language model.
    characters : ndarray, shape (n_words, max_characters) or None
        Character ids of each word, uint16.
    """

    texts: IndexedTexts
    frozen: list[Floats | None]
    rows: list[NDArray[np.int32]]
    caches: list[LayerCache]
    characters: NDArray[np.uint16] | None

    def __len__(self) -> int:
        return len(self.texts)

    def require_finite(self) -> None:
        """Check the vectors of tables that are not trained.

        Raises
        ------
        ValueError
            If a vector is not finite; the message names the word.
        """
        for table, rows in zip(self.frozen, self.rows, strict=True):
            if table is not None:
                require_finite(table, rows, self.texts.words)

    def batch(self, indices: NDArray[np.intp], layers: Sequence[Floats | None] | None = None) -> NetworkBatch:
        """Return a batch of texts.

        Parameters
        ----------
        indices : ndarray, shape (n_selected,)
            Indices of the texts, in the order of the batch.
        layers : sequence of ndarray or None, optional
            For each language model the layers of these texts, or None to take them from its cache.

        Returns
        -------
        NetworkBatch
            The batch.
        """
        words = self.texts.types_of(indices)
        characters = types = None
        if self.characters is not None:
            distinct, inverse = np.unique(words, return_inverse=True)
            characters = self.characters[distinct]
            types = inverse.astype(np.int32).reshape(-1)
        given = [None] * len(self.caches) if layers is None else layers
        return NetworkBatch(
            lengths=self.texts.lengths_of(indices),
            tables=[rows[words] for rows in self.rows],
            contexts=[
                cache.layers(indices) if own is None else own for cache, own in zip(self.caches, given, strict=True)
            ],
            characters=characters,
            types=types,
        )

    def words_batch(self, words: NDArray[np.int32]) -> NetworkBatch:
        """Return distinct words as one text, for the network to cache; only without language models.

        Parameters
        ----------
        words : ndarray, shape (n_words,)
            Word indices, int32.

        Returns
        -------
        NetworkBatch
            The batch.
        """
        return NetworkBatch(
            lengths=np.array([len(words)], np.int32),
            tables=[rows[words] for rows in self.rows],
            contexts=(),
            characters=None if self.characters is None else self.characters[words],
            types=np.arange(len(words), dtype=np.int32),
        )


def prepare_texts(
    features: Features,
    texts: IndexedTexts,
    *,
    max_bytes: int,
    compute: NetworkCompute,
    report: Callable[[int], object] | None = None,
) -> PreparedTexts:
    """Look up the features of texts.

    Parameters
    ----------
    features : Features
        Sources of the features.
    texts : IndexedTexts
        The texts.
    max_bytes : int
        Size limit for cached layers of language models.
    compute : NetworkCompute
        Number of threads, and precision of the layers of language models.
    report : callable, optional
        Called with the number of tokens encoded so far while layers are computed.

    Returns
    -------
    PreparedTexts
        The texts with their features.
    """
    frozen: list[Floats | None] = []
    rows: list[NDArray[np.int32]] = []
    for source in features.tables:
        if isinstance(source, LearnedSource):
            frozen.append(None)
            rows.append(lookup_rows(texts.words, source.index, features.lowercase))
        else:
            table, own_rows = lookup_vectors(source.vectors, texts.words, features.lowercase)
            frozen.append(table)
            rows.append(own_rows)
    cached_models = sum(not source.is_tuned for source in features.contexts)
    caches = [
        LayerCache(
            source,
            texts,
            max_bytes=0 if source.is_tuned else max_bytes // cached_models,
            compute=compute,
            report=report,
        )
        for source in features.contexts
    ]
    characters = None
    if features.characters is not None:
        characters = character_rows(texts.words, features.characters.max_characters)
    return PreparedTexts(texts, frozen, rows, caches, characters)
