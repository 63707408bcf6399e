"""The names of ``gensim.models.keyedvectors`` that wordkin has."""

from __future__ import annotations

from ...vectors import KeyedVectors

__all__ = ["KeyedVectors", "Word2VecKeyedVectors"]

Word2VecKeyedVectors = KeyedVectors  # the name before gensim 4
