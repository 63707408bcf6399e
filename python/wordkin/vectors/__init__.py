"""Keyed vectors: lookup, similarity search, evaluation, and the file formats of word vectors."""

from __future__ import annotations

from .fasttext_vectors import FastTextKeyedVectors
from .keyed_vectors import KeyedVectors
from .search.usearch_indexer import UsearchIndexer

__all__ = ["FastTextKeyedVectors", "KeyedVectors", "UsearchIndexer"]
