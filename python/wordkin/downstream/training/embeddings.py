"""What arguments of classifiers and taggers stand for, checked when `fit` begins."""

from __future__ import annotations

import copy
import math
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...elmo import ELMo
from ...runtime.compute import choose_isa, requested_workers
from ...runtime.options import choice_option, flag_option, integer_option, real_option
from ...vectors import KeyedVectors
from ..data.word_rows import learned_words
from ..inference.outputs import Machine
from ..state import CharacterShape, ContextSource, Features, LearnedSource, Source, StaticSource
from .loop import FitSettings

if TYPE_CHECKING:
    from ..text_network import TextNetwork

__all__ = ["checked_embeddings", "chosen_features", "chosen_machine", "fit_settings", "held_out", "seed_of"]

Embedding = KeyedVectors | ELMo | None


def seed_of(random_state: Any) -> int:
    """Return the number that all draws of a fit begin with.

    Parameters
    ----------
    random_state
        A number; a RandomState or Generator of NumPy, which is asked for one; or None for another one each time.

    Raises
    ------
    TypeError, ValueError
        If it is something else.

    Examples
    --------
    >>> seed_of(7)
    7
    """
    if random_state is None:
        return secrets.randbits(32)
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**31 - 1))
    return integer_option("random_state", random_state, 0, 2**63 - 1)


def chosen_machine(workers: Any) -> Machine:
    """Return how to compute."""
    return Machine(workers=requested_workers(workers), isa=choose_isa())


def fit_settings(estimator: TextNetwork, epochs: Any, batch_size: Any, seed: int) -> FitSettings:
    """Return how to train; `epochs` and `batch_size` go before those of the constructor."""
    choice_option("optimizer", estimator.optimizer, ("adam",))
    flag_option("early_stopping", estimator.early_stopping)
    patience = integer_option("patience", estimator.patience, 1, 2**31)
    rate = estimator.embedding_learning_rate
    return FitSettings(
        epochs=integer_option("epochs", estimator.epochs if epochs is None else epochs, 1, 2**31),
        batch_size=integer_option("batch_size", estimator.batch_size if batch_size is None else batch_size, 1, 2**20),
        learning_rate=real_option("learning_rate", estimator.learning_rate, 0.0, math.inf, low_exclusive=True),
        decay=real_option("decay", estimator.decay, 0.0, 1.0, low_exclusive=True),
        embedding_learning_rate=real_option("embedding_learning_rate", rate, 0.0, math.inf, low_exclusive=True),
        clip_norm=real_option("clip_norm", estimator.clip_norm, 0.0, math.inf),
        patience=patience if estimator.early_stopping else None,
        seed=seed,
    )


def held_out(count: int, fraction: Any, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the numbers of the texts to train on, and of those that are held out to look at.

    Raises
    ------
    ValueError
        If that leaves nothing on one side.
    """
    share = real_option("validation_fraction", fraction, 0.0, 1.0, low_exclusive=True)
    size = max(1, round(count * share))
    if size >= count:
        raise ValueError(f"validation_fraction must leave texts to train on; {fraction} of {count} leaves none")
    order = np.random.default_rng([seed, 0x76616C]).permutation(count)
    return np.sort(order[size:]), np.sort(order[:size])


def checked_embeddings(embedding: Any, fine_tune: Any) -> list[tuple[Embedding, bool]]:
    """Return the embeddings that are asked for, and whether each is trained.

    Raises
    ------
    TypeError, ValueError
        If one is no embedding, or `fine_tune` does not belong to them.
    """
    given = list(embedding) if isinstance(embedding, list | tuple) else [embedding]
    own: list[Embedding] = []
    for place, one in enumerate(given):
        vectors = getattr(one, "wv", one)  # of a Word2Vec
        if vectors is not None and not isinstance(vectors, KeyedVectors | ELMo):
            name = "embedding" if one is embedding else f"embedding[{place}]"
            raise TypeError(
                f"{name} must be KeyedVectors, a Word2Vec, an ELMo, None, or a list of these, got {type(one).__name__}"
            )
        if isinstance(vectors, ELMo):
            _ = vectors.parameters  # or a NotFittedError
        own.append(vectors)
    fresh = sum(vectors is None for vectors in own)
    if fresh > 1:
        raise ValueError(f"embedding must name None, vectors to be learned, once at most, got it {fresh} times")
    flags = list(fine_tune) if isinstance(fine_tune, Sequence) and not isinstance(fine_tune, str) else None
    if flags is not None and len(flags) != len(own):
        raise ValueError(f"fine_tune must be a bool, or one for each of {len(own)} embeddings, got {len(flags)}")
    are_tuned = [flag_option("fine_tune", flag) for flag in ([fine_tune] * len(own) if flags is None else flags)]
    return list(zip(own, are_tuned, strict=True))


def chosen_features(
    estimator: TextNetwork, words: Sequence[str], counts: NDArray[np.int64]
) -> tuple[Features, dict[int, NDArray[np.float32]]]:
    """Return the sources of features that an estimator asks for, and what trained tables begin with.

    Parameters
    ----------
    estimator
        Its arguments.
    words, counts
        Of the texts to train on.
    """
    lowercase = flag_option("lowercase", estimator.lowercase)
    layer_norm = flag_option("layer_norm", estimator.layer_norm)
    sources: list[Source] = []
    begins: dict[int, NDArray[np.float32]] = {}
    tables = 0
    for embedding, is_tuned in checked_embeddings(estimator.embedding, estimator.fine_tune):
        if isinstance(embedding, ELMo):
            model = copy.deepcopy(embedding) if is_tuned else embedding
            sources.append(ContextSource(model, layer_norm, is_tuned))
            continue
        if embedding is None:
            width = integer_option("embedding_dim", estimator.embedding_dim, 1, 2**20)
            min_count = integer_option("min_count", estimator.min_count, 1, 2**62)
            sources.append(LearnedSource(learned_words(words, counts, min_count, lowercase), width, True))
        elif is_tuned:
            kept = [key for key in embedding.index_to_key if isinstance(key, str)]
            begins[tables] = np.zeros((len(kept) + 1, embedding.vector_size), dtype=np.float32)
            begins[tables][1:] = embedding.vectors[[embedding.key_to_index[key] for key in kept]]
            sources.append(LearnedSource(kept, embedding.vector_size, False))
        else:
            sources.append(StaticSource(embedding))
        tables += 1
    return Features(tuple(sources), _characters(estimator), lowercase), begins


def _characters(estimator: TextNetwork) -> CharacterShape | None:
    if not flag_option("characters", estimator.characters):
        return None
    return CharacterShape(
        char_dim=integer_option("char_dim", estimator.char_dim, 1, 2**16),
        filters=tuple(tuple(pair) for pair in estimator.filters),  # checked with the network's options
        max_characters=integer_option("max_characters", estimator.max_characters, 3, 2**16),
    )
