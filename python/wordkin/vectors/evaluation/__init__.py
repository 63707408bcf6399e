"""Evaluation on word analogies and word-pair similarities, with confidence intervals and comparisons of two models."""

from __future__ import annotations

from .analogies import AnalogyScores, SectionScore, evaluate_analogies
from .analogy_files import read_analogies
from .comparison import Comparison, compare_analogies, compare_pairs
from .pair_files import read_word_pairs
from .resampling import Interval
from .test_sets import AnalogySet, PairSet
from .word_pairs import PairScores, evaluate_pairs

__all__ = [
    "AnalogyScores",
    "AnalogySet",
    "Comparison",
    "Interval",
    "PairScores",
    "PairSet",
    "SectionScore",
    "compare_analogies",
    "compare_pairs",
    "evaluate_analogies",
    "evaluate_pairs",
    "read_analogies",
    "read_word_pairs",
]
