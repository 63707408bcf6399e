"""Predictions of a fitted classifier."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...text.label_set import LabelSet
from ..data.examples import Examples
from ..data.prepared import PreparedTexts
from ..network import Network
from ..options import NetworkCompute
from ..state import ClassifierState, Floats
from .outputs import RequestKind, compute_outputs, split_rows, write_outputs

__all__ = [
    "attention_weights",
    "class_probabilities",
    "decision_values",
    "prediction_text",
    "text_scores",
    "validation_metrics",
]


def text_scores(
    state: ClassifierState, sentences: list[list[str]], compute: NetworkCompute, kind: RequestKind = "scores"
) -> Floats:
    """Compute the outputs of a classifier.

    Parameters
    ----------
    state : ClassifierState
        The classifier.
    sentences : list of list of str
        The tokens of each text.
    compute : NetworkCompute
        Number of threads and instruction set.
    kind : {"scores", "probabilities"}, default "scores"
        Logits or probabilities.

    Returns
    -------
    ndarray, shape (n_texts, n_outputs)
        Float32 outputs; a single one for two classes.
    """
    if not sentences:
        return np.empty((0, state.labels.outputs), dtype=np.float32)
    return compute_outputs(state.network, sentences, kind, compute, per_token=False)


def class_probabilities(state: ClassifierState, sentences: list[list[str]], compute: NetworkCompute) -> Floats:
    """Compute class probabilities.

    Parameters
    ----------
    state : ClassifierState
        The classifier.
    sentences : list of list of str
        The tokens of each text.
    compute : NetworkCompute
        Number of threads and instruction set.

    Returns
    -------
    ndarray, shape (n_texts, n_classes)
        Float32 probabilities.
    """
    found = text_scores(state, sentences, compute, "probabilities")
    return np.hstack([1 - found, found]) if state.labels.kind == "two" else found


def decision_values(state: ClassifierState, sentences: list[list[str]], compute: NetworkCompute) -> Floats:
    """Compute logits in the shape that scikit-learn uses.

    Parameters
    ----------
    state : ClassifierState
        The classifier.
    sentences : list of list of str
        The tokens of each text.
    compute : NetworkCompute
        Number of threads and instruction set.

    Returns
    -------
    ndarray, shape (n_texts,) or (n_texts, n_classes)
        Float32 logits; one per text for two classes.
    """
    scores = text_scores(state, sentences, compute)
    return scores[:, 0] if state.labels.kind == "two" else scores


def attention_weights(state: ClassifierState, sentences: list[list[str]], compute: NetworkCompute) -> list[Floats]:
    """Compute the weight of each token in attention pooling.

    Parameters
    ----------
    state : ClassifierState
        The classifier.
    sentences : list of list of str
        The tokens of each text.
    compute : NetworkCompute
        Number of threads and instruction set.

    Returns
    -------
    list of ndarray, shape (n_tokens,)
        Float32 weights of each text.

    Raises
    ------
    ValueError
        If the network pools in another way.
    """
    pooling = state.network.options.pooling
    if pooling != "attention":
        raise ValueError(f"pooling must be 'attention' to get attention weights, got {pooling!r}")
    if not sentences:
        return []
    return split_rows(compute_outputs(state.network, sentences, "attention", compute, per_token=True), sentences)


def prediction_text(state: ClassifierState, sentences: list[list[str]], compute: NetworkCompute) -> str:
    """Describe the prediction for a text in one line.

    Parameters
    ----------
    state : ClassifierState
        The classifier.
    sentences : list of list of str
        The tokens of one text.
    compute : NetworkCompute
        Number of threads and instruction set.

    Returns
    -------
    str
        The most probable class with its probability; of several labels per text, all that are predicted.
    """
    probabilities = class_probabilities(state, sentences, compute)[0]
    best = int(probabilities.argmax())
    chosen = np.flatnonzero(probabilities >= 0.5).tolist() if state.labels.kind == "multi" else [best]
    named = [f"{state.labels.classes[index]} ({probabilities[index]:.2f})" for index in chosen]
    return f"predicted: {', '.join(named) or 'no label'}"


def validation_metrics(
    network: Network, prepared: PreparedTexts, examples: Examples, labels: LabelSet
) -> Mapping[str, float]:
    """Compute the metrics of the validation texts during training.

    Parameters
    ----------
    network : Network
        The opened network.
    prepared : PreparedTexts
        The texts that it was opened for.
    examples : Examples
        Targets, weights, and the indices of the validation texts.
    labels : LabelSet
        The classes.

    Returns
    -------
    dict of str to float
        The accuracy.
    """
    validation = examples.validation
    scores = write_outputs(network, prepared, validation, "scores", per_token=False)
    return {"accuracy": labels.accuracy(scores, examples.targets[validation], examples.weights[validation])}
