"""Vectors by key: the class, its files, its searches and its evaluation."""

from __future__ import annotations

from .fasttext_vectors import FastTextKeyedVectors
from .indexers import UsearchIndexer
from .keyed_vectors import KeyedVectors

__all__ = ["FastTextKeyedVectors", "KeyedVectors", "UsearchIndexer"]
