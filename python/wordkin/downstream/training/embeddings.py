"""The feature sources that the `embedding` argument of an estimator specifies."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...elmo import ELMo
from ...runtime.options import flag_option
from ...vectors import KeyedVectors
from ..data.word_rows import frequent_words
from ..options import CharacterOptions, FeatureOptions
from ..state import ContextSource, Embedding, Features, Floats, LearnedSource, Source, StaticSource

__all__ = ["EmbeddingChoice", "EmbeddingLike", "build_features", "checked_embeddings"]


class HasVectors(Protocol):
    """A model with word vectors in its attribute `wv`, such as `Word2Vec`."""

    @property
    def wv(self) -> KeyedVectors:
        """The word vectors."""
        ...


EmbeddingLike: TypeAlias = KeyedVectors | HasVectors | ELMo | None
EmbeddingChoice: TypeAlias = EmbeddingLike | Sequence[EmbeddingLike]


def checked_embeddings(embedding: EmbeddingChoice, fine_tune: bool | Sequence[bool]) -> list[tuple[Embedding, bool]]:
    """Return the embeddings of an estimator, and whether each of them is trained.

    Parameters
    ----------
    embedding : KeyedVectors, Word2Vec, ELMo, None, or list of these
        The argument of the estimator.
    fine_tune : bool or list of bool
        Whether all embeddings, or each of them, are trained.

    Returns
    -------
    list of (embedding, bool)
        The embeddings; word vectors in place of models with word vectors.

    Raises
    ------
    TypeError, ValueError
        If an element is not an embedding, None occurs twice, or `fine_tune` has another length.
    NotFittedError
        If a language model has no parameters.
    """
    given = list(embedding) if isinstance(embedding, list | tuple) else [embedding]
    embeddings: list[Embedding] = []
    for index, one in enumerate(given):
        vectors = getattr(one, "wv", one)
        if vectors is not None and not isinstance(vectors, KeyedVectors | ELMo):
            name = "embedding" if one is embedding else f"embedding[{index}]"
            raise TypeError(
                f"{name} must be KeyedVectors, a Word2Vec, an ELMo, None, or a list of these, got {type(one).__name__}"
            )
        if isinstance(vectors, ELMo):
            _ = vectors.parameters  # raises NotFittedError
        embeddings.append(vectors)
    learned = sum(vectors is None for vectors in embeddings)
    if learned > 1:
        raise ValueError(
            f"embedding must contain None (vectors learned from scratch) at most once, got it {learned} times"
        )
    return list(zip(embeddings, _tuning_flags(fine_tune, len(embeddings)), strict=True))


def _tuning_flags(fine_tune: bool | Sequence[bool], count: int) -> list[bool]:
    if not isinstance(fine_tune, Sequence) or isinstance(fine_tune, str):
        return [flag_option("fine_tune", fine_tune)] * count
    if len(fine_tune) != count:
        raise ValueError(f"fine_tune must be a bool or one for each of {count} embeddings, got {len(fine_tune)}")
    return [flag_option("fine_tune", flag) for flag in fine_tune]


def build_features(
    embeddings: Sequence[tuple[Embedding, bool]],
    options: FeatureOptions,
    characters: CharacterOptions | None,
    words: Sequence[str],
    counts: NDArray[np.int64],
) -> tuple[Features, dict[int, Floats]]:
    """Return the feature sources for embeddings.

    Parameters
    ----------
    embeddings : list of (embedding, bool)
        The embeddings, and whether each of them is trained. Embeddings that are trained are copied.
    options : FeatureOptions
        Options of the features.
    characters : CharacterOptions or None
        Shape of the character convolution, if there is one.
    words : list of str
        Distinct words of all texts.
    counts : ndarray, shape (n_words,)
        Frequencies of these words in the training texts, int64.

    Returns
    -------
    features : Features
        The sources.
    initial : dict of int to ndarray
        Initial float32 rows of the tables that are copies of embeddings, by the index of the table.
    """
    sources: list[Source] = []
    initial: dict[int, Floats] = {}
    tables = 0
    for embedding, is_tuned in embeddings:
        if isinstance(embedding, ELMo):
            model = copy.deepcopy(embedding) if is_tuned else embedding
            sources.append(ContextSource(model, options.layer_norm, is_tuned))
            continue
        if embedding is None:
            known = frequent_words(words, counts, options.min_count, options.lowercase)
            sources.append(LearnedSource(known, options.embedding_dim, True))
        elif is_tuned:
            source, initial[tables] = _trainable_copy(embedding)
            sources.append(source)
        else:
            sources.append(StaticSource(embedding))
        tables += 1
    return Features(tuple(sources), characters, options.lowercase), initial


def _trainable_copy(vectors: KeyedVectors) -> tuple[LearnedSource, Floats]:
    words = [key for key in vectors.index_to_key if isinstance(key, str)]
    rows = np.zeros((len(words) + 1, vectors.vector_size), dtype=np.float32)
    rows[1:] = vectors.vectors[[vectors.key_to_index[word] for word in words]]
    return LearnedSource(words, vectors.vector_size, False), rows
