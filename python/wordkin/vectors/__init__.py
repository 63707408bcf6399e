"""Vectors by key: lookup, similarity, neighbours, evaluation, files."""

from __future__ import annotations

from .keyed_vectors import KeyedVectors

__all__ = ["KeyedVectors"]
