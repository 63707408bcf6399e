"""Vectors by key: lookup, similarity, neighbours, evaluation, files."""

from __future__ import annotations

from .indexers import UsearchIndexer
from .keyed_vectors import KeyedVectors

__all__ = ["KeyedVectors", "UsearchIndexer"]
