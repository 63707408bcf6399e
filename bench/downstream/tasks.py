"""The two tasks: their data, the features that are compared, and settings chosen on the development sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wordkin import ELMo, KeyedVectors, SequenceTagger, TextClassifier
from wordkin.downstream.files.labelled_files import read_labelled, read_tagged

__all__ = ["TASKS", "FEATURES", "TUNED", "Split", "Task", "embedding_of", "scaled_settings"]

FEATURES = ("tfidf", "scratch", "word2vec", "elmo", "both")
TUNED = "tuned"  # a language model that is fine-tuned, which takes much longer than the others

# Chosen on the development sets with seed 1, each run within minutes (`--settings` overrides them).
CLASSIFIER: dict[str, Any] = {
    "hidden_dim": 128,
    "dense_dim": 64,
    "pooling": "attention",
    "input_dropout": 0.5,
    "dropout": 0.5,
    "tokenizer": "whitespace",
    "embedding_dim": 100,
    "min_count": 2,
    "learning_rate": 1e-3,
    "batch_size": 32,
    "epochs": 8,
    "early_stopping": True,
    "patience": 3,
}
ELMO_CLASSIFIER: dict[str, Any] = {
    "input_dropout": 0.1,
    "dropout": 0.2,
    "learning_rate": 2e-3,
    "characters": True,
    "averaging": 0.995,
}
CLASSIFIER_OF_FEATURES: dict[str, dict[str, Any]] = {
    "word2vec": {"fine_tune": True},
    "elmo": ELMO_CLASSIFIER,
    TUNED: {"input_dropout": 0.3, "dropout": 0.3, "fine_tune": True, "averaging": 0.995},  # as by default
    "both": {"fine_tune": [True, False]},
}
TAGGER: dict[str, Any] = {
    "hidden_dim": 128,
    "input_dropout": 0.4,
    "dropout": 0.4,
    "characters": True,
    "learned_scheme": "iobes",
    "embedding_dim": 100,
    "min_count": 2,
    "learning_rate": 2e-3,
    "decay": 0.85,
    "batch_size": 16,
    "epochs": 8,
    "early_stopping": True,
    "patience": 4,
}
TAGGER_OF_FEATURES: dict[str, dict[str, Any]] = {
    "elmo": {"concatenate_layers": True},
    TUNED: {"concatenate_layers": True, "fine_tune": True},
}


@dataclass(frozen=True)
class Split:
    """Texts with labels, or sentences with tags."""

    X: list[Any]
    y: list[Any]

    def sample(self, fraction: float, seed: int) -> Split:
        """Return a random fraction of the texts."""
        if fraction >= 1:
            return self
        chosen = np.random.default_rng([seed, 1]).permutation(len(self.X))[: max(2, round(fraction * len(self.X)))]
        return Split([self.X[index] for index in chosen], [self.y[index] for index in chosen])


@dataclass(frozen=True)
class Task:
    """A task with its metric: accuracy, or F1 of chunks."""

    name: str
    metric: str
    read: Callable[[Path], tuple[Split, Split, Split]]
    estimator: Callable[..., Any]
    of_features: dict[str, dict[str, Any]]  # settings that differ for some features


def read_sst2(data: Path) -> tuple[Split, Split, Split]:
    """Return the training, development and test sets of the binary Stanford Sentiment Treebank."""
    train, dev, test = (read_labelled(data / "sst2" / f"{name}.tsv") for name in ("train", "dev", "test"))
    return (
        Split(train.texts, train.labels or []),
        Split(dev.texts, dev.labels or []),
        Split(test.texts, test.labels or []),
    )


def read_chunking(data: Path) -> tuple[Split, Split, Split]:
    """Return CoNLL-2000 with the last tenth of the training sentences as the development set."""
    train, test = (read_tagged(data / "conll2000" / f"{name}.txt.gz", "conll") for name in ("train", "test"))
    tags = train.tags or []
    first = len(tags) - len(tags) // 10
    return (
        Split(train.sentences[:first], tags[:first]),
        Split(train.sentences[first:], tags[first:]),
        Split(test.sentences, test.tags or []),
    )


def classifier(embedding: Any, **settings: Any) -> TextClassifier:
    return TextClassifier(embedding, **{**CLASSIFIER, **settings})


def tagger(embedding: Any, **settings: Any) -> SequenceTagger:
    return SequenceTagger(embedding, **{**TAGGER, **settings})


TASKS = {
    "sst2": Task("sst2", "accuracy", read_sst2, classifier, CLASSIFIER_OF_FEATURES),
    "chunking": Task("chunking", "f1", read_chunking, tagger, TAGGER_OF_FEATURES),
}


def scaled_settings(settings: dict[str, Any], fraction: float) -> dict[str, Any]:
    """Return settings for a fraction of the texts: more epochs but fewer steps, by the square root of the fraction."""
    root = fraction**0.5
    return {
        **settings,
        "epochs": round(settings["epochs"] / root),
        "patience": round(settings["patience"] / root),
        "decay": settings.get("decay", 1.0) ** root,
    }


def embedding_of(features: str, vectors: KeyedVectors | None, model: ELMo | None) -> Any:
    """Return the embedding for features: vectors, a language model, both, or None for vectors learned from scratch."""
    return {"scratch": None, "word2vec": vectors, "elmo": model, TUNED: model, "both": [vectors, model]}[features]
