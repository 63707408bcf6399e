"""Film reviews as documents, and the score of their vectors; used with wordkin and with other libraries."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Sequence
from typing import Any

__all__ = ["accuracy_of", "labelled_reviews"]

HELD_OUT = 5


def labelled_reviews(path: str, count: int) -> tuple[list[Any], list[Any]]:
    """Return tokens and labels of reviews in random order: those to train on, and one in five that is held out."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    random.Random(1).shuffle(rows)
    reviews = [(re.findall(r"\w+|[^\w\s]", text.lower()), label == "pos") for text, label in rows[:count]]
    held_out = count // HELD_OUT
    return reviews[held_out:], reviews[:held_out]


def accuracy_of(vectors: Any, labels: Sequence[bool], held_out_vectors: Any, held_out_labels: Sequence[bool]) -> float:
    """Return the accuracy of a logistic regression by gradient descent on standardised vectors, in NumPy alone."""
    import numpy as np

    mean, deviation = vectors.mean(0), vectors.std(0) + 1e-9
    x = np.c_[(vectors - mean) / deviation, np.ones(len(vectors))]
    y, weights = np.array(labels, float), np.zeros(x.shape[1])
    for _ in range(30):  # Newton's method
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        gradient = x.T @ (p - y) + 1e-2 * weights
        hessian = (x * (p * (1 - p))[:, None]).T @ x + 1e-2 * np.eye(len(weights))
        weights -= np.linalg.solve(hessian, gradient)
    new = np.c_[(held_out_vectors - mean) / deviation, np.ones(len(held_out_vectors))]
    return float(((new @ weights > 0) == np.array(held_out_labels)).mean())
