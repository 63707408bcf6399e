"""Small language models with random weights, and random windows of text for them."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.elmo import Window

SMALL: dict[str, Any] = {
    "cell": "lstm",
    "dim": 12,
    "projection_dim": 5,
    "n_layers": 2,
    "cell_clip": 0.0,
    "proj_clip": 0.0,
    "use_skip_connections": True,
    "forget_bias": 1.0,
    "n_characters": 261,
    "char_dim": 4,
    "filters": ((1, 3), (2, 4), (3, 6)),
    "activation": "relu",
    "n_highway": 1,
    "max_characters_per_token": 9,
    "word_dim": 0,
    "n_input_words": 0,
    "token_input": False,
    "n_tokens_vocab": 40,
    "shared_softmax": True,
}


def small_options(**changes: Any) -> SimpleNamespace:
    unknown = set(changes) - set(SMALL)
    assert not unknown, unknown
    return SimpleNamespace(**{**SMALL, **changes})


def shapes_of(options: Any) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor by its name in the original files."""
    shapes: dict[str, tuple[int, ...]] = {}
    projection, words = options.projection_dim, options.n_tokens_vocab
    if options.token_input:
        shapes["embedding"] = (words, projection)
    else:
        shapes["char_embed"] = (options.n_characters, options.char_dim)
        for i, (width, filters) in enumerate(options.filters):
            shapes[f"CNN/W_cnn_{i}"] = (1, width, options.char_dim, filters)
            shapes[f"CNN/b_cnn_{i}"] = (filters,)
        features = sum(filters for _, filters in options.filters)
        for k in range(options.n_highway):
            for gate in ("carry", "transform"):
                shapes[f"CNN_high_{k}/W_{gate}"] = (features, features)
                shapes[f"CNN_high_{k}/b_{gate}"] = (features,)
        if features != projection or options.word_dim:
            shapes["CNN_proj/W_proj"] = (features, projection)
            shapes["CNN_proj/b_proj"] = (projection,)
    if options.word_dim:
        shapes["word_embed"] = (options.n_input_words, options.word_dim)
        shapes["CNN_proj/W_word"] = (options.word_dim, projection)
    name, gates = {"lstm": ("LSTMCell", 4), "rnn": ("RNNCell", 1)}[options.cell]
    for direction in range(2):
        for layer in range(options.n_layers):
            cell = f"RNN_{direction}/RNN/MultiRNNCell/Cell{layer}/{name}"
            shapes[f"{cell}/W_0"] = (2 * projection, gates * options.dim)
            shapes[f"{cell}/B"] = (gates * options.dim,)
            if projection < options.dim:
                shapes[f"{cell}/W_P_0"] = (options.dim, projection)
    for softmax in ("softmax",) if options.shared_softmax else ("softmax_0", "softmax_1"):
        shapes[f"{softmax}/W"] = (words, projection)
        shapes[f"{softmax}/b"] = (words,)
    return shapes


def random_parameters(options: Any, seed: int, scale: float = 0.5) -> dict[str, NDArray[np.float32]]:
    """Return random weights that are large enough to exercise gates, clipping and relu."""
    generator = np.random.default_rng(seed)
    return {
        name: (scale * generator.standard_normal(shape)).astype(np.float32)
        for name, shape in shapes_of(options).items()
    }


def random_window(
    options: Any,
    seed: int,
    *,
    steps: int = 4,
    batch: int = 3,
    types: int = 7,
    negatives: int | None = None,
    dropout: float = 0.0,
) -> Window:
    generator = np.random.default_rng(seed)
    words = options.n_tokens_vocab
    ids = options.n_characters
    characters = generator.integers(0, ids, (types, options.max_characters_per_token)).astype(np.uint16)
    characters[:, -3:] = ids - 1  # words end in padding
    input_words = generator.integers(0, options.n_input_words, types).astype(np.int32) if options.word_dim else None
    shape = (2, steps, batch)
    widths = [options.projection_dim] * (options.n_layers + 1)
    keep = 1.0 - dropout
    factors = [
        [(generator.random((steps, batch, width)) < keep) / keep for width in widths] for _ in range(2) if dropout
    ]
    drawn = [generator.choice(words, negatives, replace=False) for _ in range(2)] if negatives else None
    return Window(
        characters=None if options.token_input else characters,
        words=input_words,
        inputs=generator.integers(0, words if options.token_input else types, shape).astype(np.int32),
        targets=generator.integers(0, words, shape).astype(np.int32),
        negatives=drawn,
        tries=(3 * negatives, 2 * negatives) if negatives else (0, 0),
        factors=factors or None,
    )


def training_options(**changes: Any) -> SimpleNamespace:
    defaults: dict[str, Any] = {
        "batch_size": 3,
        "unroll_steps": 4,
        "sampled_softmax": True,
        "negatives": 9,
        "optimizer": "adagrad",
        "train_word_vectors": True,
        "clip_norm": 0.0,
        "dropout": 0.0,
        "seed": 11,
        "precision": "float32",
    }
    assert set(changes) <= set(defaults)
    return SimpleNamespace(**{**defaults, **changes})


def accumulators_for(training: Any, parameters: Mapping[str, NDArray[np.float32]]) -> dict[str, Any]:
    """Return initial optimizer state: 1 for Adagrad's sums of squares, 0 for Adam's two moments."""
    if training.optimizer == "adagrad":
        return {name: np.ones_like(value) for name, value in parameters.items()}
    return {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in parameters.items()}
