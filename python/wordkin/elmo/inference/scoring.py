"""Probabilities of the tokens of a sentence, and the most probable words at a position."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...errors import NotFittedError
from ...text.characters import BEGIN_SENTENCE, END_SENTENCE
from ..vocabulary import CANNOT_PREDICT, MARKERS, TargetWords
from .embedding import Embedder, Layers
from .inference_model import InferenceModel

__all__ = ["Direction", "TokenScores", "rank_substitutes", "require_vocabulary", "score_sentences"]

_PREDICTIONS_PER_PASS = 1024  # the softmax weights, which are large, are read once for all of them

Direction = Literal["both", "forward", "backward"]


@dataclass(frozen=True, kw_only=True, eq=False)
class TokenScores:
    """Natural-log probabilities of the tokens of a sentence.

    Parameters
    ----------
    tokens : list of str
        The tokens. Those that are not in the vocabulary are scored as the unknown word.
    forward : ndarray of float64, shape (tokens,)
        Log probability of each token given the tokens before it.
    backward : ndarray of float64, shape (tokens,)
        Log probability of each token given the tokens after it.
    end : float
        Log probability of the end of the sentence in the forward direction.
    begin : float
        Log probability of the beginning of the sentence in the backward direction.
    is_unknown : ndarray of bool, shape (tokens,)
        Whether each token is missing from the vocabulary.
    """

    tokens: list[str]
    forward: NDArray[np.float64]
    backward: NDArray[np.float64]
    end: float
    begin: float
    is_unknown: NDArray[np.bool_]


def require_vocabulary(model: InferenceModel) -> TargetWords:
    """Return the vocabulary of a model that predicts words.

    Parameters
    ----------
    model : InferenceModel
        The model.

    Returns
    -------
    TargetWords
        Its vocabulary.

    Raises
    ------
    NotFittedError
        If the model has no softmax or no vocabulary.
    """
    if model.words is None or not model.has_softmax:
        raise NotFittedError(CANNOT_PREDICT)
    return model.words


def score_sentences(
    embedder: Embedder, sentences: list[list[str]], batch_size: int, show: Callable[[int], object] | None = None
) -> list[TokenScores]:
    """Score the tokens of sentences, each sentence independently of the others.

    Parameters
    ----------
    embedder : Embedder
        Computes the layers of sentences.
    sentences : list of lists of str
        Tokens of each sentence.
    batch_size : int
        Maximum number of sentences in a batch.
    show : callable, optional
        Called with the number of tokens scored so far.

    Returns
    -------
    list of TokenScores
        The scores of each sentence.

    Raises
    ------
    NotFittedError
        If the model has no softmax or no vocabulary.
    """
    words = require_vocabulary(embedder.model)
    results: dict[int, TokenScores] = {}
    done = 0
    waiting: list[tuple[int, Layers]] = []

    def score_waiting() -> None:
        nonlocal done
        for index, scores in _scores(embedder, words, sentences, waiting):
            results[index] = scores
            done += len(scores.tokens)
        waiting.clear()
        if show is not None:
            show(done)

    for index, layers in embedder.bucketed_layers(sentences, None, batch_size):
        waiting.append((index, layers[-1:].copy()))
        if sum(top.shape[1] for _, top in waiting) > _PREDICTIONS_PER_PASS:
            score_waiting()
    if waiting:
        score_waiting()
    return [results[index] for index in range(len(sentences))]


def _scores(
    embedder: Embedder, words: TargetWords, sentences: list[list[str]], tops: list[tuple[int, Layers]]
) -> Iterator[tuple[int, TokenScores]]:
    ids = [np.array(words.ids([BEGIN_SENTENCE, *sentences[index], END_SENTENCE]), dtype=np.int32) for index, _ in tops]
    # The forward direction predicts the next token, the backward direction the previous one.
    hidden = [_hidden(top) for _, top in tops]
    next_tokens = embedder.model.core.log_probabilities(
        0,
        np.concatenate([forward[:-1] for forward, _ in hidden]),
        np.concatenate([own[1:] for own in ids]),
        threads=embedder.threads,
    )
    previous_tokens = embedder.model.core.log_probabilities(
        1,
        np.concatenate([backward[1:] for _, backward in hidden]),
        np.concatenate([own[:-1] for own in ids]),
        threads=embedder.threads,
    )
    first = 0
    for (index, _), own in zip(tops, ids, strict=True):
        tokens = sentences[index]
        end = first + len(own) - 1
        yield (
            index,
            TokenScores(
                tokens=list(tokens),
                forward=next_tokens[first : end - 1].copy(),
                backward=previous_tokens[first + 1 : end].copy(),
                end=float(next_tokens[end - 1]),
                begin=float(previous_tokens[first]),
                is_unknown=np.array([token not in words.index for token in tokens], dtype=np.bool_),
            ),
        )
        first = end


def _hidden(layers: Layers) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the top layer of each direction."""
    width = layers.shape[2] // 2
    return layers[-1, :, :width], layers[-1, :, width:]


def rank_substitutes(
    embedder: Embedder, tokens: list[str], position: int, *, topn: int, direction: Direction
) -> list[tuple[str, float]]:
    """Return the most probable words at a position of a sentence, regardless of the token there.

    Parameters
    ----------
    embedder : Embedder
        Computes the layers of sentences.
    tokens : list of str
        The sentence.
    position : int
        Index of a token (0 <= position < tokens).
    topn : int
        Maximum number of words.
    direction : {"both", "forward", "backward"}
        Predict from the tokens before the position, from those after it, or from both: the product of the two
        probabilities, normalised over the vocabulary.

    Returns
    -------
    list of (str, float)
        Words with their probabilities, most probable first.

    Raises
    ------
    NotFittedError
        If the model has no softmax or no vocabulary.
    ValueError
        If the probabilities are not finite.
    """
    words = require_vocabulary(embedder.model)
    (layers,) = embedder.layers([tokens])
    logs = sum(_distributions(embedder, layers, position, direction))
    if np.isnan(logs).any():
        raise ValueError("the probabilities of words must be finite, got NaN: see the parameters of the model")
    powers = np.exp(logs - np.max(logs))
    probabilities = powers / powers.sum()
    excluded = [words.index[marker] for marker in MARKERS]
    probabilities[excluded] = -1.0
    count = min(topn, len(words) - len(MARKERS))
    best = np.argpartition(-probabilities, count - 1)[:count] if count else np.empty(0, dtype=np.intp)
    best = best[np.lexsort((best, -probabilities[best]))]
    return [(words.words[index], float(probabilities[index])) for index in best]


def _distributions(
    embedder: Embedder, layers: Layers, position: int, direction: Direction
) -> Iterator[NDArray[np.float64]]:
    """Yield the log-probability distribution over the vocabulary for each requested direction."""
    forward, backward = _hidden(layers)  # index 0 is the marker of the beginning, so token k is at index k + 1
    core, threads = embedder.model.core, embedder.threads
    if direction != "backward":
        yield core.distributions(0, forward[position : position + 1].copy(), threads=threads)[0].astype(np.float64)
    if direction != "forward":
        yield core.distributions(1, backward[position + 2 : position + 3].copy(), threads=threads)[0].astype(np.float64)
