"""What a trained model says of words in their contexts: log-probabilities and predictions."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ..options import TrainingOptions
from ..training.weights import Layers

__all__ = ["HuffmanPaths", "Likelihood", "context_scores", "sentence_log_probability"]

HuffmanPaths = list[tuple[NDArray[np.int32], NDArray[np.uint8]]]


def sentence_log_probability(
    ids: Sequence[int],
    vectors: NDArray[np.float32],
    nodes: NDArray[np.float32],
    paths: HuffmanPaths,
    *,
    window: int,
    skipgram: bool,
    cbow_mean: bool,
) -> float:
    """Return the log-probability of a sentence under hierarchical softmax, with whole windows.

    Skip-gram sums over all pairs of a word and one of its context words, CBOW over all words given their contexts
    (Taddy 2015, "Document classification by inversion of distributed language representations").
    """
    total = 0.0
    for position, word in enumerate(ids):
        context = [*ids[max(0, position - window) : position], *ids[position + 1 : position + 1 + window]]
        if not context:
            continue
        rows = vectors[context].astype(np.float64)
        if not skipgram:
            rows = rows.sum(axis=0, keepdims=True) / (len(context) if cbow_mean else 1)
        path, codes = paths[word]
        margins = (rows @ nodes[path].astype(np.float64).T) * (1.0 - 2.0 * codes)
        total -= float(np.logaddexp(0.0, -margins).sum())
    return total


def context_scores(
    context: Iterable[int],
    vectors: NDArray[np.float32],
    output: NDArray[np.float32],
    *,
    cbow_mean: bool,
) -> NDArray[np.float64]:
    """Return the probability of each word in the middle of a context: softmax over scores of its mean or sum."""
    rows = vectors[list(context)].astype(np.float64)
    hidden = rows.mean(axis=0) if cbow_mean else rows.sum(axis=0)
    scores = output @ hidden.astype(np.float32)
    exponentials = np.exp(scores.astype(np.float64) - float(scores.max()))
    probabilities: NDArray[np.float64] = exponentials / exponentials.sum()
    return probabilities


class Likelihood:
    """The questions that a model answers by its output layers."""

    options: TrainingOptions
    _layers: Layers

    def score(
        self,
        sentences: Any,
        total_sentences: int = 1_000_000,
        chunksize: int = 100,
        queue_factor: int = 2,
        report_delay: float = 1.0,
    ) -> NDArray[np.float32]:
        """Return the log-probability of each sentence, of the first `total_sentences`; unknown words are passed over.

        `chunksize`, `queue_factor` and `report_delay` are accepted for gensim's sake.

        Raises
        ------
        RuntimeError
            If the model is not trained with hierarchical softmax.
        """
        if not self.options.hierarchical_softmax:
            raise RuntimeError("score needs a model of hierarchical softmax: train with hs=1 and negative=0")
        paths = _core.word2vec.huffman_paths(self._layers.counts)
        index = self._layers.wv.key_to_index
        return np.array(
            [
                sentence_log_probability(
                    [index[word] for word in sentence if word in index],
                    self._layers.wv.vectors,
                    self._layers.nodes_view(),
                    paths,
                    window=self.options.window,
                    skipgram=self.options.architecture == "skipgram",
                    cbow_mean=self.options.cbow_mean,
                )
                for sentence in islice(sentences, total_sentences)
            ],
            dtype=np.float32,
        )

    def predict_output_word(
        self, context_words_list: Sequence[str | int], topn: int | None = 10
    ) -> list[tuple[str, float]] | None:
        """Return the `topn` most probable words in the middle of a context (None: all), with their probabilities.

        None, with a warning, if all context words are unknown.

        Raises
        ------
        RuntimeError
            If the model is not trained with negative sampling.
        """
        if not self.options.negative:
            raise RuntimeError("predict_output_word needs a model of negative sampling: train with negative > 0")
        wv = self._layers.wv
        context = [row for word in context_words_list if (row := wv.get_index(word, -1)) >= 0]
        if not context:
            warnings.warn("all the input context words are out-of-vocabulary for the current model", stacklevel=2)
            return None
        probabilities = context_scores(
            [int(word) for word in context],
            self._layers.wv.vectors,
            self._layers.output_view(),
            cbow_mean=self.options.cbow_mean,
        )
        best = np.argsort(-probabilities, kind="stable")[: None if topn is None else max(topn, 0)]
        return [(self._layers.wv.index_to_key[row], float(probabilities[row])) for row in best]
