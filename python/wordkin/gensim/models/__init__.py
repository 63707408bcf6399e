"""The names of ``gensim.models`` that wordkin has."""

from __future__ import annotations

from ...doc2vec import Doc2Vec
from ...fasttext import FastText
from ...phrases import FrozenPhrases, Phraser, Phrases
from ...vectors import KeyedVectors
from ...word2vec import Word2Vec
from . import callbacks, doc2vec, fasttext, keyedvectors, phrases, word2vec

__all__ = [
    "Doc2Vec",
    "FastText",
    "FrozenPhrases",
    "KeyedVectors",
    "Phraser",
    "Phrases",
    "Word2Vec",
    "callbacks",
    "doc2vec",
    "fasttext",
    "keyedvectors",
    "phrases",
    "word2vec",
]
