"""The names of ``gensim.models`` that wordkin has."""

from __future__ import annotations

from ...phrases import FrozenPhrases, Phraser, Phrases
from ...vectors import KeyedVectors
from ...word2vec import Word2Vec
from . import callbacks, keyedvectors, phrases, word2vec

__all__ = [
    "FrozenPhrases",
    "KeyedVectors",
    "Phraser",
    "Phrases",
    "Word2Vec",
    "callbacks",
    "keyedvectors",
    "phrases",
    "word2vec",
]
