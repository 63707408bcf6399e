"""Small classifiers and taggers with random weights, and random batches of texts for them."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.tasks import Batch

__all__ = ["CASES", "case_options", "frozen_tables", "moments_for", "random_batch", "random_parameters", "shapes_of"]

SMALL: dict[str, Any] = {
    "task": "classes",
    "outputs": 1,
    "tables": ((9, 4, True),),
    "contexts": (),
    "char_dim": 0,
    "filters": (),
    "max_characters": 8,
    "encoder": "lstm",
    "n_layers": 1,
    "hidden_dim": 5,
    "bidirectional": True,
    "pooling": "attention",
    "attention_dim": 6,
    "dense_dim": 0,
    "crf": True,
    "input_dropout": 0.0,
    "dropout": 0.0,
    "clip_norm": 0.0,
    "mix_l2": 0.0,
    "concatenate_layers": False,
    "projection_dim": 0,
    "word_dropout": 0.0,
    "weight_decay": 0.0,
    "seed": 3,
}
CHARACTERS: dict[str, Any] = {"char_dim": 3, "filters": ((1, 2), (3, 5))}

# Every value of every option, and everything together.
CASES: dict[str, dict[str, Any]] = {
    "attention": {},
    "attention, frozen, tanh layer": {"tables": ((9, 4, False),), "dense_dim": 7},
    "mean, rnn, one direction": {"encoder": "rnn", "bidirectional": False, "pooling": "mean", "outputs": 3},
    "max, no encoder, two tables": {"encoder": None, "pooling": "max", "tables": ((9, 4, False), (9, 3, True))},
    "last, two layers": {"pooling": "last", "n_layers": 2, "outputs": 4},
    "last, one direction, rnn": {"pooling": "last", "encoder": "rnn", "bidirectional": False},
    "attention, no encoder": {"encoder": None, "outputs": 3, "dense_dim": 4},
    "labels": {"task": "labels", "outputs": 3, "pooling": "max", "dense_dim": 4},
    "contexts": {"tables": (), "contexts": ((3, 4, False), (2, 5, True)), "mix_l2": 0.1},
    "characters": {"tables": (), **CHARACTERS, "pooling": "mean"},
    "crf": {"task": "tags", "outputs": 4},
    "crf, no encoder, tanh layer": {"task": "tags", "outputs": 3, "encoder": None, "dense_dim": 6},
    "tags": {"task": "tags", "outputs": 4, "crf": False, "n_layers": 2},
    "everything for texts": {
        "tables": ((9, 4, False), (7, 3, True)), "contexts": ((3, 4, True),), **CHARACTERS, "n_layers": 3,
        "dense_dim": 6, "outputs": 5, "mix_l2": 0.01,
    },
    "two poolings": {"pooling": "max+last", "outputs": 3},
    "every pooling, tanh layer": {"pooling": "attention+mean+max+last", "n_layers": 2, "dense_dim": 4},
    "poolings, no encoder": {"pooling": "mean+attention", "encoder": None, "outputs": 3},
    "projections": {"contexts": ((3, 4, False), (2, 5, True)), "projection_dim": 6, "pooling": "max+mean"},
    "concatenated layers": {
        "contexts": ((3, 4, True), (2, 5, True)), "concatenate_layers": True, "mix_l2": 0.1, "pooling": "mean",
    },
    "concatenated layers, projections": {
        "tables": (), "contexts": ((3, 4, False), (2, 3, True)), "concatenate_layers": True, "projection_dim": 5,
        "outputs": 3,
    },
    "projection for tags": {
        "task": "tags", "outputs": 4, "tables": (), "contexts": ((3, 6, False),), "projection_dim": 5, "dense_dim": 6,
    },
    "everything for tags": {
        "task": "tags", "outputs": 6, "tables": ((9, 4, True), (7, 3, True)), "contexts": ((3, 4, False),),
        **CHARACTERS, "dense_dim": 6, "mix_l2": 0.01, "hidden_dim": 17,
    },
}  # fmt: skip

LENGTHS = (3, 0, 4, 1, 4, 2)  # lengths of the texts of a batch, unsorted, one of them empty


def case_options(case: str, **changes: Any) -> SimpleNamespace:
    unknown = set(changes) - set(SMALL)
    assert not unknown, unknown
    return SimpleNamespace(**{**SMALL, **CASES[case], **changes})


def shapes_of(options: Any) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor by its name."""
    shapes: dict[str, tuple[int, ...]] = {}
    width = 0
    for i, (rows, dim, trained) in enumerate(options.tables):
        width += dim
        if trained:
            shapes[f"tables_{i}"] = (rows, dim)
    for i, (layers, dim, _) in enumerate(options.contexts):
        mixed = layers * dim if options.concatenate_layers else dim
        width += options.projection_dim or mixed
        shapes[f"contexts_{i}/weights"], shapes[f"contexts_{i}/gamma"] = (layers,), (1,)
        if options.projection_dim:
            shapes[f"contexts_{i}/projection/W"] = (mixed, options.projection_dim)
            shapes[f"contexts_{i}/projection/b"] = (options.projection_dim,)
    if options.char_dim:
        shapes["char_embed"] = (261, options.char_dim)
        for i, (size, number) in enumerate(options.filters):
            width += number
            shapes[f"CNN/W_cnn_{i}"], shapes[f"CNN/b_cnn_{i}"] = (1, size, options.char_dim, number), (number,)
    if options.encoder is not None:
        hidden, directions = options.hidden_dim, 2 if options.bidirectional else 1
        columns = hidden * {"lstm": 4, "rnn": 1}[options.encoder]
        for direction in range(directions):
            for layer in range(options.n_layers):
                name = f"encoder_{direction}/{layer}"
                shapes[f"{name}/W"] = ((hidden if layer else width) + hidden, columns)
                shapes[f"{name}/b"] = (columns,)
        width = directions * hidden
    methods = [] if options.task == "tags" else options.pooling.split("+")
    if "attention" in methods:
        shapes["attention/W"] = (width, options.attention_dim)
        shapes["attention/b"] = shapes["attention/v"] = (options.attention_dim,)
    width *= max(1, len(methods))
    if options.dense_dim:
        shapes["dense/W"], shapes["dense/b"] = (width, options.dense_dim), (options.dense_dim,)
        width = options.dense_dim
    shapes["output/W"], shapes["output/b"] = (width, options.outputs), (options.outputs,)
    if options.task == "tags" and options.crf:
        shapes["crf/transitions"] = (options.outputs, options.outputs)
        shapes["crf/start"] = shapes["crf/end"] = (options.outputs,)
    return shapes


def random_parameters(options: Any, seed: int) -> dict[str, NDArray[np.float32]]:
    """Return random weights that are large enough that no gradient vanishes."""
    generator = np.random.default_rng(seed)
    return {
        name: (generator.standard_normal(shape) * (0.6 if len(shape) > 1 else 0.4)).astype(np.float32)
        for name, shape in shapes_of(options).items()
    }


def frozen_tables(options: Any, seed: int) -> list[NDArray[np.float32] | None]:
    generator = np.random.default_rng(seed)
    return [
        None if trained else generator.standard_normal((rows, dim)).astype(np.float32)
        for rows, dim, trained in options.tables
    ]


def random_batch(
    options: Any, seed: int, lengths: tuple[int, ...] = LENGTHS
) -> tuple[Batch, NDArray[Any], NDArray[np.float32]]:
    """Return a batch with its targets and weights."""
    generator = np.random.default_rng(seed)
    tokens, types = sum(lengths), 5
    batch = Batch(
        lengths=np.array(lengths, np.int32),
        tables=[
            generator.integers(0 if trained else -1, rows, tokens, dtype=np.int32)
            for rows, _, trained in options.tables
        ],
        contexts=[
            generator.standard_normal((tokens, layers, dim)).astype(np.float32) + np.float32(0.3)
            for layers, dim, _ in options.contexts
        ],
        characters=generator.integers(0, 261, (types, options.max_characters)).astype(np.uint16)
        if options.char_dim
        else None,
        types=generator.integers(0, types, tokens, dtype=np.int32) if options.char_dim else None,
    )
    targets: NDArray[Any]
    if options.task == "labels":
        targets = generator.integers(0, 2, (len(lengths), options.outputs)).astype(np.float32)
    else:
        count = tokens if options.task == "tags" else len(lengths)
        targets = generator.integers(0, max(2, options.outputs), count, dtype=np.int32)
    weights = generator.uniform(0.5, 2.0, len(lengths)).astype(np.float32)
    return batch, targets, weights


def moments_for(parameters: Mapping[str, NDArray[np.float32]]) -> dict[str, tuple[Any, Any]]:
    return {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in parameters.items()}
