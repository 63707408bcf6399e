"""Classifiers and taggers in float64, text by text, written from the formulas; `reference.tape` differentiates them.

Concatenated token features, dropout, recurrent layers, dropout, pooling (for texts, not for tags), a tanh layer,
scores, loss. Dropout is given as factors: 0, or 1 / (1 - rate). Words are dropped without scaling the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference import heads
from reference.elmo import cell, token_layer
from reference.tape import Node, concatenate, gradients, tanh

__all__ = ["Batch", "Learned", "learn", "objective", "scores_of"]

Floats = NDArray[np.float64]
Parameters = Mapping[str, Node]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Concatenated texts; arrays as `_core.tasks` expects them."""

    lengths: NDArray[np.int32]
    tables: Sequence[NDArray[np.int32]] = ()
    contexts: Sequence[NDArray[np.float32]] = ()
    characters: NDArray[np.uint16] | None = None
    types: NDArray[np.int32] | None = None
    words: NDArray[np.int32] | None = None

    @property
    def spans(self) -> list[slice]:
        ends = np.cumsum(self.lengths)
        return [slice(int(end - length), int(end)) for end, length in zip(ends, self.lengths, strict=True)]


@dataclass(frozen=True)
class Learned:
    """Result of one step, before the optimizer."""

    loss: float
    gradients: dict[str, Floats]
    d_contexts: list[Floats]


def token_features(
    p: Parameters, options: Any, frozen: Sequence[Any], batch: Batch, contexts: Sequence[Node], span: slice
) -> Node:
    """Return the features of one text (T, features)."""
    parts = []
    for i, (_, dim, trained) in enumerate(options.tables):
        ids = batch.tables[i][span]
        if trained:
            parts.append(p[f"tables_{i}"][ids])
        else:
            rows = np.vstack([frozen[i], np.zeros((1, dim))])  # index -1 selects the row of zeros
            parts.append(Node(rows[ids]))
    for i, (_, _, normalized) in enumerate(options.contexts):
        name = f"contexts_{i}"
        layers = contexts[i][span]
        mix = heads.concatenated_layers if options.concatenate_layers else heads.scalar_mix
        mixed = mix(layers, p[f"{name}/weights"], p[f"{name}/gamma"], normalized=normalized)
        if options.projection_dim:
            mixed = mixed @ p[f"{name}/projection/W"] + p[f"{name}/projection/b"]
        parts.append(mixed)
    if options.char_dim:
        assert batch.characters is not None and batch.types is not None
        shape = SimpleNamespace(activation="relu", filters=options.filters, n_highway=0)
        parts.append(token_layer(p, shape, batch.characters)[batch.types[span]])
    return concatenate(parts, axis=1)


def encode(p: Parameters, options: Any, features: Node, factors: Any, span: slice) -> Node:
    """Encode one text: (T, features) to (T, directions * hidden)."""
    if options.encoder is None:
        return features
    hidden, steps = options.hidden_dim, features.shape[0]
    cells = SimpleNamespace(dim=hidden, forget_bias=1.0, cell_clip=0.0, proj_clip=0.0)
    halves = []
    for direction in range(2 if options.bidirectional else 1):
        x = features
        for layer in range(options.n_layers):
            name = f"encoder_{direction}/{layer}"
            weights = {f"{name}/W_0": p[f"{name}/W"], f"{name}/B": p[f"{name}/b"]}
            h, c = Node(np.zeros((1, hidden))), Node(np.zeros((1, hidden))) if options.encoder == "lstm" else None
            outputs: list[Node] = []
            for t in range(steps)[:: -1 if direction else 1]:
                h, c = cell(weights, cells, name, x[t : t + 1], h, c)
                outputs.append(h)
            x = concatenate(outputs[:: -1 if direction else 1], axis=0)
            if factors is not None:
                x = x * np.asarray(factors["layers"][direction][layer][span], dtype=np.float64)
        halves.append(x)
    return concatenate(halves, axis=1)


def pool(p: Parameters, options: Any, encoded: Node) -> Node:
    return concatenate([pool_once(p, options, method, encoded) for method in options.pooling.split("+")], axis=1)


def pool_once(p: Parameters, options: Any, method: str, encoded: Node) -> Node:
    if method == "attention":
        return heads.attention_pooling(encoded, p["attention/W"], p["attention/b"], p["attention/v"])
    if method == "mean":
        return heads.mean_pooling(encoded)
    if method == "max":
        return heads.max_pooling(encoded)
    both = options.encoder is not None and options.bidirectional
    return heads.last_pooling(encoded, options.hidden_dim if both else encoded.shape[1])


def text_scores(
    p: Parameters, options: Any, frozen: Sequence[Any], batch: Batch, contexts: Sequence[Node], factors: Any = None
) -> list[Node | None]:
    """Return scores of each text, (1, outputs) or for tags (T, outputs); None for a text without tokens to tag."""
    scores: list[Node | None] = []
    columns = p["dense/W" if options.dense_dim else "output/W"].shape[0]
    for text, span in enumerate(batch.spans):
        rows, answers = Node(np.zeros((1, columns))), slice(text, text + 1)
        if span.stop > span.start:
            features = token_features(p, options, frozen, batch, contexts, span)
            if factors is not None:
                features = features * np.asarray(factors["features"][span], dtype=np.float64)
                features = features * np.asarray(factors["words"][span] > 0, dtype=np.float64)
            rows = encode(p, options, features, factors, span)
        elif options.task == "tags":
            scores.append(None)
            continue
        if options.task == "tags":
            answers = span
        elif span.stop > span.start:
            rows = pool(p, options, rows)
            if factors is not None:
                rows = rows * np.asarray(factors["pooled"][answers], dtype=np.float64)
        if options.dense_dim:
            rows = tanh(rows @ p["dense/W"] + p["dense/b"])
            if factors is not None:
                rows = rows * np.asarray(factors["dense"][answers], dtype=np.float64)
        scores.append(rows @ p["output/W"] + p["output/b"])
    return scores


def scores_of(parameters: Mapping[str, Any], options: Any, frozen: Sequence[Any], batch: Batch) -> Floats:
    """Return scores without dropout: (texts, outputs), or for tags (tokens, outputs)."""
    leaves = {name: Node(value) for name, value in parameters.items()}
    contexts = [Node(context) for context in batch.contexts]
    found = text_scores(leaves, options, frozen, batch, contexts)
    return np.concatenate([np.zeros((0, options.outputs)), *[rows.value for rows in found if rows is not None]])


def chain_of(p: Mapping[str, Any]) -> heads.Chain:
    return heads.Chain(p["crf/transitions"], p["crf/start"], p["crf/end"])


def mean_loss(
    p: Parameters, options: Any, batch: Batch, scores: Sequence[Node | None], targets: Any, weights: Any
) -> Node:
    terms, total = Node(0.0), 0.0
    for text, (span, rows) in enumerate(zip(batch.spans, scores, strict=True)):
        weight = float(weights[text])
        if rows is None:
            continue
        if options.task == "labels":
            loss, count = heads.sigmoid_cross_entropy(rows, targets[text : text + 1]).sum(), 1
        elif options.task == "tags" and options.crf:
            loss, count = heads.negative_log_likelihood(rows, targets[span], chain_of(p)), 1
        elif options.task == "tags":
            loss, count = heads.cross_entropy(rows, targets[span]).sum(), rows.shape[0]
        elif options.outputs == 1:
            loss, count = heads.sigmoid_cross_entropy(rows, np.array([[targets[text]]])).sum(), 1
        else:
            loss, count = heads.cross_entropy(rows, targets[text : text + 1]).sum(), 1
        terms, total = terms + loss * weight, total + weight * count
    return terms * (1.0 / total) if total > 0 else terms * 0.0


def objective(
    leaves: Parameters,
    options: Any,
    frozen: Sequence[Any],
    batch: Batch,
    contexts: Sequence[Node],
    targets: Any,
    weights: Any,
    factors: Any = None,
) -> Node:
    """Return the weighted mean of the losses plus the penalty on layer weights."""
    scores = text_scores(leaves, options, frozen, batch, contexts, factors)
    loss = mean_loss(leaves, options, batch, scores, targets, weights)
    for i in range(len(contexts)):
        mix = leaves[f"contexts_{i}/weights"]
        loss = loss + (mix * mix).sum() * options.mix_l2
    return loss


def learn(
    parameters: Mapping[str, Any],
    options: Any,
    frozen: Sequence[Any],
    batch: Batch,
    targets: Any,
    weights: Any,
    factors: Any = None,
) -> Learned:
    """Return the objective and all of its gradients."""
    leaves = {name: Node(value) for name, value in parameters.items()}
    contexts = [Node(context) for context in batch.contexts]
    loss = objective(leaves, options, frozen, batch, contexts, targets, weights, factors)
    every = {**leaves, **{f"d_contexts {i}": context for i, context in enumerate(contexts)}}
    found = gradients(loss, every)
    return Learned(
        loss=float(loss.value),
        gradients={name: found[name] for name in parameters},
        d_contexts=[found[f"d_contexts {i}"] for i in range(len(contexts))],
    )
