"""Comparison of vector spaces: alignment of periods, drift of words, and mapping between languages."""

from __future__ import annotations

from .dictionaries import read_dictionary, read_word_list
from .drift import DriftTable, drift_table
from .languages import LanguageMapping, map_languages
from .merging import merge_vectors
from .procrustes import align, align_sequence
from .retrieval import csls_neighbours

__all__ = [
    "DriftTable",
    "LanguageMapping",
    "align",
    "align_sequence",
    "csls_neighbours",
    "drift_table",
    "map_languages",
    "merge_vectors",
    "read_dictionary",
    "read_word_list",
]
