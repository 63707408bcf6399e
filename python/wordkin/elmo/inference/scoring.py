"""How probable words are where they stand, and which would be in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...errors import NotFittedError
from ...text.characters import BEGIN_SENTENCE, END_SENTENCE
from ..vocabulary import MARKS, TargetWords
from .embedding import Layers, LoadedModel

__all__ = ["Direction", "TokenScores", "scored", "substitutes"]

_PLACES_AT_ONCE = 1024

Direction = Literal["both", "forward", "backward"]


@dataclass(frozen=True, kw_only=True, eq=False)
class TokenScores:
    """Log-probabilities of the words of a sentence, natural logarithms.

    Parameters
    ----------
    tokens
        The words. Those that the vocabulary lacks are scored as its unknown word.
    forward, backward
        float64 (len(tokens),): of each word, by what stands before it and by what stands behind it.
    end, begin
        Of the sentence's end in the forward direction, and of its beginning in the backward one.
    is_unknown
        bool (len(tokens),): words that the vocabulary lacks.
    """

    tokens: list[str]
    forward: NDArray[np.float64]
    backward: NDArray[np.float64]
    end: float
    begin: float
    is_unknown: NDArray[np.bool_]


def vocabulary_of(model: LoadedModel) -> TargetWords:
    """Return the words that a model predicts.

    Raises
    ------
    NotFittedError
        If it predicts none.
    """
    if model.words is None or not model.has_softmax:
        raise NotFittedError("this model has no softmax and vocabulary: it predicts no words")
    return model.words


def scored(
    model: LoadedModel, sentences: list[list[str]], batch_size: int, show: Callable[[int], Any] | None = None
) -> list[TokenScores]:
    """Return the scores of sentences, each by itself, in their order.

    Raises
    ------
    NotFittedError
        If the model predicts no words.
    """
    words = vocabulary_of(model)
    results: list[Any] = [None] * len(sentences)
    done = 0
    waiting: list[tuple[int, Layers]] = []  # the softmax is read once for all of them

    def finish() -> None:
        nonlocal done
        for number, scores in _scores(model, words, sentences, waiting):
            results[number] = scores
            done += len(scores.tokens)
        waiting.clear()
        if show is not None:
            show(done)

    for number, layers in model.bucketed(sentences, None, batch_size):
        waiting.append((number, layers[-1:].copy()))
        if sum(top.shape[1] for _, top in waiting) > _PLACES_AT_ONCE:
            finish()
    if waiting:
        finish()
    return results


def _scores(
    model: LoadedModel, words: TargetWords, sentences: list[list[str]], tops: list[tuple[int, Layers]]
) -> Iterator[tuple[int, TokenScores]]:
    ids = [
        np.array(words.ids([BEGIN_SENTENCE, *sentences[number], END_SENTENCE]), dtype=np.int32) for number, _ in tops
    ]
    # The forward direction predicts what comes next, the backward one what came before.
    hidden = [_hidden(top) for _, top in tops]
    ahead = model.core.log_probabilities(
        0,
        np.concatenate([forward[:-1] for forward, _ in hidden]),
        np.concatenate([own[1:] for own in ids]),
        threads=model.threads,
    )
    behind = model.core.log_probabilities(
        1,
        np.concatenate([backward[1:] for _, backward in hidden]),
        np.concatenate([own[:-1] for own in ids]),
        threads=model.threads,
    )
    first = 0
    for (number, _), own in zip(tops, ids, strict=True):
        tokens = sentences[number]
        end = first + len(own) - 1
        yield (
            number,
            TokenScores(
                tokens=list(tokens),
                forward=ahead[first : end - 1].copy(),
                backward=behind[first + 1 : end].copy(),
                end=float(ahead[end - 1]),
                begin=float(behind[first]),
                is_unknown=np.array([token not in words.index for token in tokens], dtype=np.bool_),
            ),
        )
        first = end


def _hidden(layers: Layers) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    width = layers.shape[2] // 2
    return layers[-1, :, :width], layers[-1, :, width:]


def substitutes(
    model: LoadedModel, tokens: list[str], position: int, *, topn: int, direction: Direction
) -> list[tuple[str, float]]:
    """Return the most probable words in a place of a sentence, whatever stands there.

    Returns
    -------
    list of (str, float)
        With probabilities. Those of both directions together are their product, scaled to sum to 1 over all words.

    Raises
    ------
    NotFittedError
        If the model predicts no words.
    """
    words = vocabulary_of(model)
    (layers,) = model.layers([tokens])
    logs = sum(_place_distributions(model, layers, position, direction))
    powers = np.exp(logs - np.max(logs))
    probabilities = powers / powers.sum()
    probabilities[[words.index[mark] for mark in MARKS]] = -1.0  # no words
    count = min(topn, len(words) - len(MARKS))
    best = np.argpartition(-probabilities, count - 1)[:count] if count else np.empty(0, dtype=np.intp)
    best = best[np.lexsort((best, -probabilities[best]))]
    return [(words.words[place], float(probabilities[place])) for place in best]


def _place_distributions(
    model: LoadedModel, layers: Layers, position: int, direction: Direction
) -> Iterator[NDArray[np.float64]]:
    forward, backward = _hidden(layers)
    if direction != "backward":  # from the token before, which is the mark of the begin for the first
        yield model.core.distributions(0, forward[position : position + 1].copy(), threads=model.threads)[0].astype(
            np.float64
        )
    if direction != "forward":
        yield model.core.distributions(1, backward[position + 2 : position + 3].copy(), threads=model.threads)[
            0
        ].astype(np.float64)
