"""The names of ``gensim.models.word2vec`` that wordkin has."""

from __future__ import annotations

from ...word2vec import KeyedVectors, LineSentence, PathLineSentences, Text8Corpus, Word2Vec

__all__ = ["KeyedVectors", "LineSentence", "PathLineSentences", "Text8Corpus", "Word2Vec"]
