"""The names of ``gensim.models.doc2vec`` that wordkin has."""

from __future__ import annotations

from ...doc2vec import Doc2Vec, KeyedVectors, TaggedDocument, TaggedLineDocument

__all__ = ["Doc2Vec", "KeyedVectors", "TaggedDocument", "TaggedLineDocument"]
