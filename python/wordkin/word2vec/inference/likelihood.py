"""Log-probabilities of sentences and predictions of words from their context."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...vectors.keys import as_keys
from ..options import TrainingOptions
from ..padded_rows import PaddedRows
from ..state import Weights, Word2VecState, word_counts

__all__ = ["node_vectors", "output_vectors", "predicted_words", "sentence_scores"]

HuffmanPaths: TypeAlias = list[tuple[NDArray[np.int32], NDArray[np.uint8]]]


def output_vectors(state: Word2VecState) -> NDArray[np.float32]:
    """Return the output layer of negative sampling.

    Parameters
    ----------
    state : Word2VecState
        The model.

    Returns
    -------
    ndarray of float32, shape (words, vector_size)
        A view of the model's memory.

    Raises
    ------
    AttributeError
        If the model does not have one.
    """
    return _output_view(state.output)


def _output_view(output: PaddedRows | None) -> NDArray[np.float32]:
    if output is None:
        raise AttributeError("no syn1neg: the model has no negative sampling, or no vocabulary yet")
    return output.view


def node_vectors(state: Word2VecState) -> NDArray[np.float32]:
    """Return the output layer of hierarchical softmax.

    Parameters
    ----------
    state : Word2VecState
        The model.

    Returns
    -------
    ndarray of float32, shape (words, vector_size)
        A view of the model's memory; row i is inner node i of the Huffman tree, and the last row is unused.

    Raises
    ------
    AttributeError
        If the model does not have one.
    """
    return _node_view(state.nodes)


def _node_view(nodes: PaddedRows | None) -> NDArray[np.float32]:
    if nodes is None:
        raise AttributeError("no syn1: the model has no hierarchical softmax, or no vocabulary yet")
    return nodes.view


def sentence_scores(
    state: Word2VecState, sentences: Iterable[Iterable[str]], total_sentences: int
) -> NDArray[np.float32]:
    """Return the log-probability of each sentence under hierarchical softmax.

    Parameters
    ----------
    state : Word2VecState
        The model.
    sentences : iterable of iterables of str
        Tokens; words outside the vocabulary are skipped.
    total_sentences : int
        Maximum number of sentences to read.

    Returns
    -------
    ndarray of float32, shape (sentences,)
        Natural logarithms.

    Raises
    ------
    RuntimeError
        If the model has no hierarchical softmax.

    References
    ----------
    Taddy, "Document classification by inversion of distributed language representations", ACL 2015.
    """
    if not state.options.hierarchical_softmax:
        raise RuntimeError("score needs hierarchical softmax: train the model with hs=1 and negative=0")
    weights = state.weights()
    paths = _core.word2vec.huffman_paths(word_counts(weights.table))
    index = weights.table.index_of
    return np.array(
        [
            _log_probability(
                state.options,
                weights,
                [row for word in as_keys(sentence, "a sentence") if (row := index(word)) is not None],
                paths,
            )
            for sentence in islice(sentences, total_sentences)
        ],
        dtype=np.float32,
    )


def _log_probability(options: TrainingOptions, weights: Weights, ids: Sequence[int], paths: HuffmanPaths) -> float:
    """Sum over all pairs of a word and a context word (skip-gram) or over all words given their contexts (CBOW)."""
    vectors, nodes = weights.table.vectors, _node_view(weights.nodes)
    total = 0.0
    for position, word in enumerate(ids):
        left = ids[max(0, position - options.window) : position]
        context = [*left, *ids[position + 1 : position + 1 + options.window]]
        if not context:
            continue
        rows = vectors[context].astype(np.float64)
        if options.architecture == "cbow":
            rows = rows.sum(axis=0, keepdims=True) / (len(context) if options.cbow_mean else 1)
        path, codes = paths[word]
        margins = (rows @ nodes[path].astype(np.float64).T) * (1.0 - 2.0 * codes)
        total -= float(np.logaddexp(0.0, -margins).sum())
    return total


def predicted_words(
    state: Word2VecState, context_words: Iterable[str | int], topn: int | None
) -> list[tuple[str, float]] | None:
    """Return the most probable centre words of a context under negative sampling.

    Parameters
    ----------
    state : Word2VecState
        The model.
    context_words : iterable of str or int
        Words or their indices; unknown words are skipped.
    topn : int or None
        Number of words to return; None for all.

    Returns
    -------
    list of (str, float) or None
        Words and probabilities, the most probable first; None, with a warning, if no context word is known.

    Raises
    ------
    RuntimeError
        If the model has no negative sampling, or no vocabulary yet.
    """
    weights = state.weights()
    if not state.options.negative or weights.output is None:
        raise RuntimeError(
            "predict_output_word needs the output layer of negative sampling: train the model with negative > 0"
        )
    table = weights.table
    context = [
        row for word in as_keys(context_words, "context_words_list") if (row := table.index_of(word)) is not None
    ]
    if not context:
        warnings.warn("all the input context words are out-of-vocabulary for the current model", stacklevel=3)
        return None
    rows = table.vectors[context].astype(np.float64)
    hidden = rows.mean(axis=0) if state.options.cbow_mean else rows.sum(axis=0)
    scores = _output_view(weights.output) @ hidden.astype(np.float32)
    exponentials = np.exp(scores.astype(np.float64) - float(scores.max()))
    probabilities: NDArray[np.float64] = exponentials / exponentials.sum()
    best = np.argsort(-probabilities, kind="stable")[: None if topn is None else max(topn, 0)]
    return [(table.index_to_key[row], float(probabilities[row])) for row in best]
