"""The names of ``gensim.models.fasttext`` that wordkin has."""

from __future__ import annotations

from ...fasttext import FastText, load_facebook_model, load_facebook_vectors, save_facebook_model
from ...vectors import FastTextKeyedVectors

__all__ = [
    "FastText",
    "FastTextKeyedVectors",
    "load_facebook_model",
    "load_facebook_vectors",
    "save_facebook_model",
]
