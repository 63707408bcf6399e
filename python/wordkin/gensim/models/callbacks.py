"""The names of ``gensim.models.callbacks`` that wordkin has."""

from __future__ import annotations

from ...word2vec import CallbackAny2Vec

__all__ = ["CallbackAny2Vec"]
