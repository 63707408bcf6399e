"""Workloads of the speed comparison as both programs read them: batches of ids, options and initial weights."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from wordkin import _core

__all__ = ["CASES", "options_from", "write_case"]

VECTOR_SIZE = 300  # dimensionality of the word vectors, which are not trained: their values do not affect the speed
BATCH = 32
LEARNING_RATE = 1e-3

SIZES: dict[str, dict[str, Any]] = {
    "classifier": {"task": "classes", "hidden_dim": 128},
    "tagger": {"task": "tags", "hidden_dim": 256},
}
CASES = tuple(SIZES)


def options_from(fields: dict[str, Any]) -> SimpleNamespace:
    """Return the options as an object that `_core.tasks` reads."""
    return SimpleNamespace(**fields)


def read_sst2(file: Path) -> tuple[list[list[str]], list[list[str]]]:
    """Return the tokens of each sentence and its class in a list."""
    lines = [line.rstrip("\n").split("\t") for line in file.read_text(encoding="utf-8").splitlines()]
    return [text.split() for text, _ in lines], [[label] for _, label in lines]


def read_conll2000(file: Path) -> tuple[list[list[str]], list[list[str]]]:
    """Return the tokens and the chunk tags of each sentence."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        sentences = [block.split("\n") for block in lines.read().strip().split("\n\n")]
    columns = [[line.split() for line in sentence] for sentence in sentences]
    return [[row[0] for row in rows] for rows in columns], [[row[2] for row in rows] for rows in columns]


def indexed(lists: Sequence[Sequence[str]]) -> tuple[np.ndarray[Any, Any], int]:
    """Return the index of each item, concatenated, and the number of distinct items."""
    index_of = {item: index for index, item in enumerate(sorted({item for items in lists for item in items}))}
    return np.array([index_of[item] for items in lists for item in items], np.int32), len(index_of)


def initial_weights(options: Any, generator: np.random.Generator) -> dict[str, np.ndarray[Any, Any]]:
    weights = {}
    for name, shape in _core.tasks.parameter_shapes(options):
        bound = np.sqrt(6 / (shape[0] + shape[-1])) if len(shape) > 1 else 0.0
        weights[name] = generator.uniform(-bound, bound, shape).astype(np.float32)
    if "attention/v" in weights:
        weights["attention/v"][:] = generator.uniform(-0.1, 0.1, len(weights["attention/v"]))
    return weights


def write_case(folder: Path, case: str, data: Path) -> str:
    """Write the files of a case and return a description."""
    if case == "classifier":
        texts, labels = read_sst2(data / "sst2" / "train.tsv")
    else:
        texts, labels = read_conll2000(data / "conll2000" / "train.txt.gz")
    generator = np.random.default_rng(1)
    ids, words = indexed(texts)
    targets, classes = indexed(labels)
    fields: dict[str, Any] = {
        "outputs": 1 if classes == 2 else classes, "tables": [[words, VECTOR_SIZE, False]], "contexts": [],
        "char_dim": 0, "filters": [], "max_characters": 50, "encoder": "lstm", "n_layers": 1, "bidirectional": True,
        "pooling": "attention", "attention_dim": 128, "dense_dim": 0, "crf": True, "input_dropout": 0.0,
        "dropout": 0.0, "clip_norm": 0.0, "mix_l2": 0.0, "seed": 1, "concatenate_layers": False, "projection_dim": 0,
        "word_dropout": 0.0, "weight_decay": 0.0, **SIZES[case],
    }  # fmt: skip
    options = options_from(fields)
    order = generator.permutation(len(texts)).astype(np.int64)
    np.savez(
        folder / "texts.npz",
        ids=ids,
        lengths=np.array([len(text) for text in texts], np.int32),
        targets=targets,
        order=order,
        vectors=generator.standard_normal((words, VECTOR_SIZE)).astype(np.float32) * np.float32(0.1),
    )
    np.savez(folder / "parameters.npz", **initial_weights(options, generator))  # type: ignore[arg-type]
    settings = {"options": fields, "batch_size": BATCH, "learning_rate": LEARNING_RATE}
    (folder / "case.json").write_text(json.dumps(settings), encoding="utf-8")
    return f"{len(texts):,} texts, {len(ids):,} tokens, {classes} classes"
